"""What a step computes: the trained outputs of the network, and the losses on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..model import MattingNetwork
from ..model.network import MATTE_CHANNELS
from .losses import losses
from .start.growing import imitation
from .synthesis.capture import Pair


@dataclass(frozen=True)
class Settings:
    """What weighs beside the losses of the matte; chosen by eye.

    Attributes:
        imitation: weight of the imitation of a teacher's features.
        weight_decay: of convolutions, as AdamW has it (torch's own default).
    """

    imitation: float = 0.2
    weight_decay: float = 0.01


SETTINGS = Settings()


class RawMatte(nn.Module):
    """The network as data parallelism wants it: one forward, only the trained channels.

    Args:
        network: what trains.
        example: an encoder whose features the network's encoder is to imitate.
    """

    def __init__(self, network: MattingNetwork, example: nn.Module | None = None) -> None:
        super().__init__()
        self.network = network
        self.example = [example]  # in a list: no part of this module, nothing to keep in step

    def forward(self, src: Tensor, bgr: Tensor) -> tuple[Tensor, Tensor | None]:
        """(B, 3, H, W) twice -> (B, 5, H, W) raw outputs, and how far features are off."""
        x = torch.cat([src, bgr], 1)  # B, 6, H, W
        features = self.network.backbone(x)
        raw = self.network.head(features, MATTE_CHANNELS)
        (example,) = self.example
        if example is None:
            return raw, None
        with torch.no_grad():
            wanted = example(x)
        return raw, imitation(features[1:], wanted[1:])


def objective(raw: Tensor, off: Tensor | None, truth: Pair) -> dict[str, Tensor]:
    """Every term and the `total` to minimise, scalars, from what `RawMatte` gives."""
    terms = losses(raw, truth)
    if off is not None:
        terms |= {"imitation": off, "total": terms["total"] + SETTINGS.imitation * off}
    return terms


def parameter_groups(network: MattingNetwork) -> list[dict[str, Any]]:
    """Weight decay for convolutions, none for norms, biases and the last convolution.

    The last one holds the hidden channels: without a gradient, decay alone would shrink them.
    """
    plain: list[nn.Parameter] = []
    decayed: list[nn.Parameter] = []
    for name, parameter in network.named_parameters():
        spared = parameter.dim() < 2 or name.startswith("decoder.conv4")
        (plain if spared else decayed).append(parameter)
    return [
        {"params": decayed, "weight_decay": SETTINGS.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
