"""Which convolutions train in full precision although the rest is mixed, and why."""

from __future__ import annotations

from types import MethodType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..model.encoders import INPUT_CHANNELS


def spare_from_autocast(network: nn.Module) -> None:
    """Let some convolutions compute in float32 under autocast, in place; outputs stay mixed.

    The first one compares source and plate, whose differences can be as small as bfloat16's own
    rounding (1/512 where it is bright). On CPUs also the strided and the dilated depthwise ones,
    whose bfloat16 backward passes take 2 to 20 times as long (torch 2.14).
    """
    on_cpu = next(network.parameters()).device.type == "cpu"
    for module in network.modules():
        if not isinstance(module, nn.Conv2d):
            continue
        depthwise = module.groups == module.in_channels > 1
        slow = depthwise and (max(module.stride) > 1 or max(module.dilation) > 1)
        if module.in_channels == INPUT_CHANNELS or (slow and on_cpu):
            module.forward = MethodType(_in_full_precision, module)  # type: ignore[method-assign]


def _in_full_precision(conv: nn.Conv2d, x: Tensor) -> Tensor:
    kind = x.device.type
    mixed = torch.is_autocast_enabled(kind)
    with torch.autocast(kind, enabled=False):
        y = F.conv2d(
            x.float(), conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups
        )
    return y.to(torch.get_autocast_dtype(kind)) if mixed else y
