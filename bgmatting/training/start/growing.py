"""Larger networks out of trained smaller ones, for those who cannot train each from nothing.

A ResNet's encoder is fitted to a trained MobileNetV2's (`encoder_transfer`), so that linear maps
of its features are the trained encoder's, and the trained head makes mattes of these from the first
step. While all of it goes on training, the encoder is also held to the teacher's features (Romero
et al., "FitNets", ICLR 2015). In the end the maps are multiplied into the head's convolutions,
which is exact, and the network is an ordinary ResNet's.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...errors import InputError
from ...model import MattingNetwork
from ...model.backbones import BACKBONES, backbone_facts
from ...model.encoders import MobileNetV2Encoder
from .block_plans import PLANS
from .encoder_transfer import transfer_encoder

# The backbone that others grow out of, and those that can.
TEACHER = next(name for name, facts in BACKBONES.items() if facts.encoder is MobileNetV2Encoder)
GROWN = tuple(name for name, facts in BACKBONES.items() if facts.bottlenecks in PLANS)


class MappedEncoder(nn.Module):
    """An encoder whose maps are brought to the channels of another's by 1x1 convolutions.

    Args:
        encoder: the larger one.
        widths: its channels at 1/2, 1/4, 1/8 and 1/16.
        wanted: the channels to bring them to.
    """

    def __init__(self, encoder: nn.Module, widths: list[int], wanted: list[int]) -> None:
        super().__init__()
        self.encoder = encoder
        # Without biases: the head pads with zeros, which a bias would not map to.
        self.maps: Any = nn.ModuleList(
            nn.Conv2d(have, want, 1, bias=False) for have, want in zip(widths, wanted, strict=True)
        )

    @torch.no_grad()
    def set_maps(self, matrices: list[Tensor]) -> None:
        """Matrices (wanted channels, channels) for the four maps, shallowest first."""
        for bring, matrix in zip(self.maps, matrices, strict=True):
            bring.weight.copy_(matrix[:, :, None, None])

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 6, H, W) -> x and four maps, as an encoder of the wanted channels gives them."""
        x0, *features = self.encoder(x)
        return [x0, *(bring(f) for bring, f in zip(self.maps, features, strict=True))]


def grow(teacher: MattingNetwork, backbone: str, x: Tensor | None) -> MattingNetwork:
    """A MobileNetV2 network's head on a mapped ResNet encoder; `fold` ends its training.

    Args:
        teacher: a trained MobileNetV2 network.
        backbone: one of `GROWN`.
        x: (B, 6, H, W) sources and plates to fit the encoder on, see `transfer_encoder`; None:
            leave its weights random, to be replaced by those of a checkpoint.
    """
    network = MattingNetwork(TEACHER)
    network.load_state_dict(teacher.state_dict())
    facts = backbone_facts(backbone)
    encoder: Any = facts.encoder()
    mapped = MappedEncoder(encoder, _widths(backbone), _widths(TEACHER))
    network.backbone = mapped
    if x is not None:
        trained: Any = teacher.eval().backbone
        mapped.set_maps(transfer_encoder(encoder, trained, x, facts.bottlenecks))
    return network


@torch.no_grad()
def fold(network: MattingNetwork, backbone: str) -> MattingNetwork:
    """The same function as an ordinary network of `backbone`, the maps multiplied into the head."""
    mapped = network.backbone
    if not isinstance(mapped, MappedEncoder):
        raise TypeError(f"{type(mapped).__name__} has no maps to fold")
    folded = MattingNetwork(backbone)
    folded.backbone.load_state_dict(mapped.encoder.state_dict())
    half, quarter, eighth, sixteenth = (weight[:, :, 0, 0] for weight in mapped.maps.parameters())
    head = {k: v for k, v in network.state_dict().items() if not k.startswith("backbone.")}
    for key in [k for k in head if k.startswith("aspp.convs.") and head[k].dim() == 4]:
        head[key] = _compose(head[key], sixteenth, 0)
    for name, matrix in (("conv1", eighth), ("conv2", quarter), ("conv3", half)):
        key = f"decoder.{name}.weight"
        own = head[key].shape[1] - matrix.shape[0]  # what comes up from below stays as it is
        head[key] = _compose(head[key], matrix, own)
    folded.load_state_dict(head, strict=False)
    return folded.train(network.training).to(head["decoder.conv4.weight"].device)


def imitation(features: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """How far features are from those wanted: squared error in shares of their variance, a scalar.

    Args:
        features: maps at 1/2, 1/4, 1/8 and 1/16, each (B, C, h, w).
        wanted: the teacher's, of the same shapes.
    """
    total = features[0].new_zeros((), dtype=torch.float32)
    for ours, theirs in zip(features, wanted, strict=True):
        target = theirs.float()
        spread = target.var((0, 2, 3), keepdim=True).clamp(min=1e-4)
        total = total + ((ours.float() - target).square() / spread).mean()
    return total / len(features)


def deepen(donor: MattingNetwork, network: MattingNetwork) -> None:
    """Copy a network into one that has the same stages with more blocks, function unchanged.

    The blocks that the donor lacks get a last batch norm of weight 0: they pass on what they get
    until training gives them something to add.

    Raises:
        InputError: the donor is not a shallower network of the same kind.
    """
    state, own = donor.state_dict(), network.state_dict()
    misfits = [k for k, v in state.items() if k not in own or own[k].shape != v.shape]
    extra = [k for k in own if k not in state]
    ends = [k for k in extra if k.endswith(".bn3.weight")]
    blocks = {k.removesuffix("bn3.weight") for k in ends}
    if misfits or any(not k.startswith(tuple(blocks) or "?") for k in extra):
        raise InputError(
            "these weights are of another kind of network; start from weights of the same backbone "
            "(a ResNet also from a shallower one's), or give them as --teacher"
        )
    network.load_state_dict({**own, **state})
    with torch.no_grad():
        for key in ends:
            network.get_parameter(key).zero_()


def _widths(backbone: str) -> list[int]:
    """Channels of an encoder's maps at 1/2, 1/4, 1/8 and 1/16."""
    facts = backbone_facts(backbone)
    return [*reversed(facts.shortcuts[:3]), facts.features]


def _compose(weight: Tensor, matrix: Tensor, start: int) -> Tensor:
    """A convolution's weight for inputs that `matrix` has yet to map, from channel `start` on."""
    kept, mapped = weight[:, :start], weight[:, start:]
    return torch.cat([kept, torch.einsum("oikl,ij->ojkl", mapped, matrix)], 1)
