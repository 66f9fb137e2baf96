"""A network brought to half precision, but for the layers that are too fine for it."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .network import MattingNetwork

WHOLE = ("",)  # as a module's name: the module itself


def lower_precision(network: MattingNetwork, dtype: torch.dtype) -> None:
    """Change a network in place to compute in `dtype`, but for the encoder's finest layers.

    Those see differences of a step of 8 bits between source and background. In bfloat16 alone,
    alpha is off by up to 36/255 on real photos; with them in float32, by 1.5/255. An encoder that
    does not name them, as `FINE`, stays in float32 as a whole.
    """
    fine = {
        module
        for name in getattr(network.backbone, "FINE", WHOLE)
        for module in network.backbone.get_submodule(name).modules()
    }
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module not in fine:
            module.to(dtype)
            module.register_forward_pre_hook(_as_weight)
    network.decoder.register_forward_pre_hook(_as_last_weight)


def _as_weight(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    return (inputs[0].to(module.weight.dtype), *inputs[1:])


def _as_last_weight(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Shortcuts and features to one precision before they are put together."""
    dtype = next(module.get_submodule("conv4").parameters()).dtype
    return tuple(value.to(dtype) if isinstance(value, torch.Tensor) else value for value in inputs)
