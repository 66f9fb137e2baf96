"""Which parts train in full precision although the rest is mixed, and why."""

from __future__ import annotations

from types import MethodType

import torch
from torch import Tensor, nn


def spare_from_autocast(network: nn.Module) -> None:
    """Let some modules compute in float32 under autocast, in place; their outputs stay mixed.

    Those that an encoder calls `FINE` compare source and plate, whose differences can be as small
    as bfloat16's own rounding (1/512 where it is bright). On CPUs also strided and dilated
    depthwise convolutions, whose bfloat16 backward passes take 2 to 20 times as long (torch 2.14).
    """
    on_cpu = next(network.parameters()).device.type == "cpu"
    for module in list(network.modules()):
        for name in getattr(module, "FINE", ()):
            _spare(module.get_submodule(name))
        if isinstance(module, nn.Conv2d) and on_cpu:
            depthwise = module.groups == module.in_channels > 1
            if depthwise and (max(module.stride) > 1 or max(module.dilation) > 1):
                _spare(module)


def _spare(module: nn.Module) -> None:
    # A bound method, so that a copy of the module computes with the copy's weights.
    module.forward = MethodType(_in_full_precision, module)


def _in_full_precision(module: nn.Module, x: Tensor) -> Tensor:
    kind = x.device.type
    mixed = torch.is_autocast_enabled(kind)
    with torch.autocast(kind, enabled=False):
        y = type(module).forward(module, x.float())
    result: Tensor = y.to(torch.get_autocast_dtype(kind)) if mixed else y
    return result
