"""Dilated 3x3 convolutions as matrix products, for training in bfloat16 on CPUs.

There the library's dilated convolutions are slow for the arithmetic they do: with matrix products a
ResNet's step is 1.2 times as fast (`benchmarks/training_step.py`; torch 2.14, AMX).
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn

Slices = tuple[slice, slice, slice]  # of B, H, W


def multiply_dilated(network: nn.Module) -> None:
    """Let the dilated dense 3x3 convolutions of `network` compute as matrix products, in place.

    Only while training under bfloat16 autocast on a CPU; else they compute as always. The function
    is the same but for rounding.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and _fits(module):
            # A bound method, so that a copy of the module computes with the copy's weights.
            module.forward = MethodType(_forward, module)  # type: ignore[method-assign]


def _fits(conv: nn.Conv2d) -> bool:
    square = conv.kernel_size == (3, 3) and conv.stride == (1, 1)
    dilated = conv.dilation[0] == conv.dilation[1] > 1 and conv.padding == conv.dilation
    return square and dilated and conv.groups == 1 and conv.bias is None


def _forward(conv: nn.Conv2d, x: Tensor) -> Tensor:
    mixed = x.device.type == "cpu" and torch.is_autocast_enabled("cpu")
    if not (mixed and conv.training and torch.get_autocast_dtype("cpu") == torch.bfloat16):
        return type(conv).forward(conv, x)
    with torch.autocast("cpu", enabled=False):
        result: Tensor = _DilatedProduct.apply(x.bfloat16(), conv.weight, conv.dilation[0])
        return result


class _DilatedProduct(torch.autograd.Function):
    """Every pixel times every tap of the kernel in one product; then the taps' maps, each shifted
    to where it counts, are summed. (B, C, H, W) bfloat16 -> (B, O, H, W) bfloat16."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, dilation: int) -> Tensor:
        taps = weight.detach().permute(2, 3, 0, 1).bfloat16().flatten(0, 2)  # 9 O, C
        pixels = x.permute(0, 2, 3, 1)  # B, H, W, C
        ctx.save_for_backward(pixels, taps)
        ctx.dilation, ctx.needs_x = dilation, x.requires_grad
        products = (pixels.flatten(0, 2) @ taps.T).view(*pixels.shape[:3], 9, -1)  # B, H, W, 9, O
        total = products[..., 4, :].float()  # B, H, W, O; the kernel's middle
        for tap, here, there in _shifts(pixels.shape[1], pixels.shape[2], dilation):
            total[here] += products[..., tap, :][there]
        return total.bfloat16().permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, None]:
        pixels, taps = ctx.saved_tensors
        gradient = gradient.permute(0, 2, 3, 1)  # B, H, W, O
        spread = gradient.new_zeros((*gradient.shape[:3], 9, gradient.shape[3]))  # B, H, W, 9, O
        spread[..., 4, :] = gradient
        for tap, here, there in _shifts(pixels.shape[1], pixels.shape[2], ctx.dilation):
            spread[..., tap, :][there] = gradient[here]
        flat = spread.flatten(0, 2).flatten(1)  # B H W, 9 O
        of_x = (flat @ taps).view(pixels.shape).permute(0, 3, 1, 2) if ctx.needs_x else None
        of_weight = (flat.T @ pixels.flatten(0, 2)).view(3, 3, -1, pixels.shape[3])
        return of_x, of_weight.permute(2, 3, 0, 1).float(), None  # O, C, 3, 3


def _shifts(height: int, width: int, dilation: int) -> list[tuple[int, Slices, Slices]]:
    """(tap, where its products count, where they stand) of each tap but the middle; those that
    reach no pixel at all are left out."""
    shifts = []
    for tap in (0, 1, 2, 3, 5, 6, 7, 8):
        down, right = (dilation * (index - 1) for index in divmod(tap, 3))
        if abs(down) < height and abs(right) < width:
            rows, columns = _overlap(height, down), _overlap(width, right)
            here = (slice(None), rows[0], columns[0])
            there = (slice(None), rows[1], columns[1])
            shifts.append((tap, here, there))
    return shifts


def _overlap(length: int, shift: int) -> tuple[slice, slice]:
    """Where i and i + shift are both within 0..length: of i, and of i + shift."""
    first, last = max(0, -shift), min(length, length - shift)
    return slice(first, last), slice(first + shift, last + shift)
