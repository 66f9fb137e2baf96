"""What the networks of the backbones are made of, in one table.

What people are told of each, and where its weights are, is in `weights.catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from ..errors import unknown_backbone
from .encoders import MobileNetV2Encoder, ResNetEncoder


@dataclass(frozen=True)
class Backbone:
    """What the network needs to know of one backbone.

    Attributes:
        encoder: builds the encoder with random weights.
        features: channels of its last feature map, at 1/16 of the input.
        shortcuts: channels of its maps at 1/8, 1/4, 1/2 and 1/1 (the input itself).
        bottlenecks: of a ResNet, how many in each stage.
    """

    encoder: Callable[[], nn.Module]
    features: int
    shortcuts: tuple[int, int, int, int]
    bottlenecks: tuple[int, ...] = ()


def _resnet(*bottlenecks: int) -> Backbone:
    return Backbone(lambda: ResNetEncoder(bottlenecks), 2048, (512, 256, 64, 6), bottlenecks)


BACKBONES: dict[str, Backbone] = {
    "mobilenetv2": Backbone(MobileNetV2Encoder, 320, (32, 24, 16, 6)),
    "resnet50": _resnet(3, 4, 6, 3),
    "resnet101": _resnet(3, 4, 23, 3),
}


def backbone_facts(name: str) -> Backbone:
    """Look `name` up in `BACKBONES`.

    Raises:
        InputError: it is not there; the message lists the names that are.
    """
    try:
        return BACKBONES[name]
    except (KeyError, TypeError):
        raise unknown_backbone(name, BACKBONES) from None
