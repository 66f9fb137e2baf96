"""The base network of BackgroundMattingV2: source and background in, matte out.

Lin, Ryabtsev, Sengupta, Curless, Seitz and Kemelmacher-Shlizerman, "Real-Time High-Resolution
Background Matting", CVPR 2021. Key names, shapes and outputs are those of the published
checkpoints.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torchvision.models.segmentation.deeplabv3 import ASPP

from ..errors import InputError
from .backbones import backbone_facts
from .decoder import Decoder

ASPP_RATES = (3, 6, 9)
ASPP_CHANNELS = 256
DECODER_WIDTHS = (128, 64, 48)
HIDDEN_CHANNELS = 32
MATTE_CHANNELS = 5  # alpha, foreground residual (3), error
OUTPUT_CHANNELS = MATTE_CHANNELS + HIDDEN_CHANNELS
LARGEST = 2.0  # of an input: room for what resampling and sharpening add to 0..1


class Outputs(NamedTuple):
    """What the network says of a batch; a tuple in the published order.

    Attributes:
        pha: (B, 1, H, W) alpha, 0..1.
        fgr: (B, 3, H, W) foreground, straight RGB, 0..1; defined where alpha is above 0.
        err: (B, 1, H, W) expected absolute error of alpha, 0..1.
        hid: (B, 32, H, W) hidden features, >= 0, for a refiner. The base loss sends them no
            gradient, so in weights trained without a refiner they mean nothing.
    """

    pha: Tensor
    fgr: Tensor
    err: Tensor
    hid: Tensor


class MattingNetwork(nn.Module):
    """Encoder, ASPP and decoder, without any notion of files or the Hub.

    Args:
        backbone: a key of `BACKBONES`.

    Raises:
        InputError: the backbone is unknown.
    """

    def __init__(self, backbone: str) -> None:
        super().__init__()
        facts = backbone_facts(backbone)
        self.backbone = facts.encoder()
        self.aspp = ASPP(facts.features, list(ASPP_RATES), ASPP_CHANNELS)
        self.decoder = Decoder((ASPP_CHANNELS, *DECODER_WIDTHS, OUTPUT_CHANNELS), facts.shortcuts)

    def forward(self, src: Tensor, bgr: Tensor) -> Outputs:
        """Matte a batch.

        Args:
            src: (B, 3, H, W) sources, floating point, RGB, 0..1. Any height and width.
            bgr: backgrounds, the same shape, dtype and range.

        Raises:
            InputError: the inputs do not fit; the message names what came in.
        """
        raw = self.raw(src, bgr)  # B, 37, H, W
        pha, fgr, err = split_matte(raw, src)
        return Outputs(pha, fgr, err, raw[:, MATTE_CHANNELS:].relu())

    def matte(self, src: Tensor, bgr: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(pha, fgr, err) exactly as `forward` gives them, without the cost of hid."""
        return split_matte(self.raw(src, bgr, MATTE_CHANNELS), src)

    def raw(self, src: Tensor, bgr: Tensor, outputs: int | None = None) -> Tensor:
        """The decoder's outputs before any clamp, (B, `outputs` or 37, H, W).

        Channels: alpha, foreground minus source (RGB), error, hidden. Arguments as in `forward`.
        """
        check_inputs(src, bgr)
        self._check_state(src)
        if not self.training:
            check_range(src, bgr)
        x = torch.cat([src, bgr], dim=1)  # B, 6, H, W
        return self.head(self.backbone(x), outputs)

    def _check_state(self, src: Tensor) -> None:
        """Raise InputError where inputs that are right in themselves don't fit this network."""
        weight = next(self.parameters())
        if weight.device != src.device:
            raise InputError(
                f"src and bgr are on {src.device} but the network on {weight.device}; bring them "
                "together with .to(device)"
            )
        if weight.dtype != src.dtype and not torch.is_autocast_enabled(src.device.type):
            raise InputError(
                f"src and bgr are {src.dtype} but the network's weights {weight.dtype}; convert "
                f"the inputs with .to({weight.dtype}), or the network with .to({src.dtype})"
            )
        pooling = self.aspp.convs[-1].modules()  # to 1x1: one value a sample
        if src.shape[0] == 1 and any(isinstance(m, nn.BatchNorm2d) and m.training for m in pooling):
            raise InputError(
                "a batch of 1 while the network is in training mode, where batch norm needs more; "
                "call network.eval() to matte, or train with batches of two or more"
            )

    def head(self, features: list[Tensor], outputs: int | None = None) -> Tensor:
        """The encoder's maps at 1/1, 1/2, 1/4, 1/8 and 1/16 -> what `raw` gives."""
        x0, x1, x2, x3, x4 = features
        x4 = self.aspp(x4)  # B, 256, H/16, W/16
        result: Tensor = self.decoder(x4, x3, x2, x1, x0, outputs)
        return result


def split_matte(raw: Tensor, src: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Raw outputs (B, >= 5, H, W) and source (B, 3, H, W) -> pha, fgr, err, each in 0..1."""
    pha = raw[:, 0:1].clamp(0, 1)  # B, 1, H, W
    fgr = (raw[:, 1:4] + src).clamp(0, 1)  # B, 3, H, W
    err = raw[:, 4:5].clamp(0, 1)  # B, 1, H, W
    return pha, fgr, err


def check_inputs(src: Tensor, bgr: Tensor) -> None:
    """Raise InputError unless both are floating point (B, 3, H, W), alike and not empty."""
    for name, value in (("src", src), ("bgr", bgr)):
        if not isinstance(value, Tensor):
            raise InputError(f"{name} is {type(value).__name__}; a torch.Tensor is expected")
        got = f"{name} has shape {tuple(value.shape)} and dtype {value.dtype}"
        if value.dim() != 4 or value.shape[1] != 3:
            raise InputError(f"{got}; expected (batch, 3, height, width), RGB")
        if not value.is_floating_point():
            raise InputError(
                f"{got}; expected floating point in 0..1: convert with {name}.float() / 255"
            )
        if value.numel() == 0:
            raise InputError(f"{got}; it is empty: every size must be at least 1")
    if src.shape[2:] != bgr.shape[2:]:
        raise InputError(
            f"src has shape {tuple(src.shape)} but bgr has {tuple(bgr.shape)}; "
            "they must be the same: resize the background to the source's size"
        )
    if src.shape[0] != bgr.shape[0]:
        raise InputError(
            f"src is a batch of {src.shape[0]} but bgr one of {bgr.shape[0]} (shapes "
            f"{tuple(src.shape)} and {tuple(bgr.shape)}); they must be the same: one background "
            "serves all sources as bgr.expand(len(src), -1, -1, -1)"
        )
    if src.dtype != bgr.dtype or src.device != bgr.device:
        raise InputError(
            f"src is {src.dtype} on {src.device} but bgr is {bgr.dtype} on {bgr.device}; "
            "bring both to one dtype and device"
        )


def check_range(src: Tensor, bgr: Tensor) -> None:
    """Raise InputError where values are plainly not of 0..1, such as floats of 0..255.

    Not while the network is traced, compiled or exported, which must not depend on values.
    """
    tracing = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    if tracing or torch.compiler.is_compiling():
        return
    for name, value in (("src", src), ("bgr", bgr)):
        if type(value) is not Tensor or value.is_meta:  # without values
            continue
        # One number from the device, of one pixel in 16: the rest will be alike.
        largest = float(value.detach()[..., ::4, ::4].amax())
        if largest > LARGEST:
            raise InputError(
                f"{name} has values up to {largest:.4g}; expected 0..1: divide by 255 what comes "
                "from 8-bit photos, and undo any normalisation"
            )
