"""Decoder: from features at 1/16 back to the input's size, by way of the encoder's shortcuts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Decoder(nn.Module):
    """Four steps of upsampling, concatenation and 3x3 convolution.

    Args:
        channels: of the features, then the widths of the four convolutions' outputs.
        shortcuts: channels of the maps at 1/8, 1/4, 1/2 and 1/1.
    """

    def __init__(self, channels: Sequence[int], shortcuts: Sequence[int]) -> None:
        super().__init__()
        inputs = [c + s for c, s in zip(channels, shortcuts, strict=False)]
        self.conv1 = nn.Conv2d(inputs[0], channels[1], 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels[1])
        self.conv2 = nn.Conv2d(inputs[1], channels[2], 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels[2])
        self.conv3 = nn.Conv2d(inputs[2], channels[3], 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels[3])
        self.conv4 = nn.Conv2d(inputs[3], channels[4], 3, padding=1)
        self.relu = nn.ReLU()

    def forward(
        self, x4: Tensor, x3: Tensor, x2: Tensor, x1: Tensor, x0: Tensor, outputs: int | None = None
    ) -> Tensor:
        """Maps at 1/16, 1/8, 1/4, 1/2 and 1/1 -> (B, outputs, H, W).

        `outputs` computes only that many of the last convolution's channels, the first ones:
        the same numbers for less work. None: all.
        """
        x = self.relu(self.bn1(_convolve(self.conv1, x4, x3)))  # B, 128, H/8, W/8
        x = self.relu(self.bn2(_convolve(self.conv2, x, x2)))  # B, 64, H/4, W/4
        x = self.relu(self.bn3(_convolve(self.conv3, x, x1)))  # B, 48, H/2, W/2
        return _convolve(self.conv4, x, x0, outputs)  # B, 37, H, W


def _convolve(conv: nn.Conv2d, x: Tensor, shortcut: Tensor, outputs: int | None = None) -> Tensor:
    """Upsample `x` to the shortcut's size, put the shortcut behind it, and convolve.

    A convolution of channels side by side is the sum of convolutions of each. In channels-last
    memory that sum is faster than copying both into one place; in plain memory the copy is.
    """
    x = F.interpolate(x, shortcut.shape[2:], mode="bilinear", align_corners=False)
    weight = conv.weight[:outputs]
    bias = None if conv.bias is None else conv.bias[:outputs]
    if not x.is_contiguous(memory_format=torch.channels_last):
        return F.conv2d(torch.cat([x, shortcut], dim=1), weight, bias, padding=1)
    upper = F.conv2d(x, weight[:, : x.shape[1]], bias, padding=1)
    return upper + F.conv2d(shortcut, weight[:, x.shape[1] :], padding=1)
