"""The backbones and everything that differs between them, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from ..errors import InputError
from .encoders import MobileNetV2Encoder, ResNetEncoder


@dataclass(frozen=True)
class Backbone:
    """What the network needs to know of one backbone.

    Attributes:
        encoder: builds the encoder with random weights.
        features: channels of its last feature map, at 1/16 of the input.
        shortcuts: channels of its maps at 1/8, 1/4, 1/2 and 1/1 (the input itself).
    """

    encoder: Callable[[], nn.Module]
    features: int
    shortcuts: tuple[int, int, int, int]


BACKBONES: dict[str, Backbone] = {
    "mobilenetv2": Backbone(MobileNetV2Encoder, 320, (32, 24, 16, 6)),
    "resnet50": Backbone(lambda: ResNetEncoder((3, 4, 6, 3)), 2048, (512, 256, 64, 6)),
    "resnet101": Backbone(lambda: ResNetEncoder((3, 4, 23, 3)), 2048, (512, 256, 64, 6)),
}


def backbone_facts(name: str) -> Backbone:
    """Look `name` up in `BACKBONES`.

    Raises:
        InputError: it is not there; the message lists the names that are.
    """
    try:
        return BACKBONES[name]
    except (KeyError, TypeError):
        known = ", ".join(BACKBONES)
        raise InputError(f"unknown backbone {name!r}: choose one of {known}") from None
