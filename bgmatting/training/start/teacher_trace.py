"""What a trained MobileNetV2 encoder computes on the way, block by block."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...model.encoders import MobileNetV2Encoder


class TeacherTrace:
    """The states of one forward pass, and the blocks' parts with their norms taken in.

    Blocks are counted as in `features`: 0 is the first convolution, 1 to 17 inverted residuals.
    Only from block 2 on do they expand.

    Args:
        teacher: trained, in eval mode.
        x: (B, 6, H, W) sources and plates, 0..1.
    """

    def __init__(self, teacher: MobileNetV2Encoder, x: Tensor) -> None:
        self.features = teacher.features
        self.states = [self.features[0](x)]  # after each block
        for block in self.features[1:]:
            self.states.append(block(self.states[-1]))

    def width(self, block: int) -> int:
        """Channels of the state after a block."""
        result: int = self.states[block].shape[1]
        return result

    def expanded(self, block: int) -> Tensor:
        """After the block's 1x1 convolution, before its activation: (B, hidden, h, w)."""
        conv, norm, _ = self.features[block].conv[0]
        result: Tensor = norm(conv(self.states[block - 1]))
        return result

    def filtered(self, block: int) -> Tensor:
        """After its 3x3 convolution, before its activation: (B, hidden, h, w)."""
        conv, norm, _ = self.features[block].conv[1]
        result: Tensor = norm(conv(self.expanded(block).clamp(0, 6)))
        return result

    def worth(self, block: int) -> Tensor:
        """How much each hidden channel changes the block's output: (hidden)."""
        project, norm = self.features[block].conv[2:]
        weight = project.weight[:, :, 0, 0] * norm_gain(norm)[:, None]  # C, hidden
        result: Tensor = weight.norm(dim=0) * self.filtered(block).clamp(0, 6).std((0, 2, 3))
        return result

    def kernel(self, block: int) -> tuple[Tensor, Tensor]:
        """Its 3x3 convolution and norm as weight (hidden, 3, 3) and shift (hidden)."""
        conv, norm, _ = self.features[block].conv[1]
        weight, shift = merged(conv, norm)
        return weight[:, 0], shift

    def stem(self) -> tuple[Tensor, Tensor]:
        """The first convolution and its norm as weight (32, 6, 3, 3) and shift (32)."""
        return merged(self.features[0][0], self.features[0][1])


def merged(conv: Any, norm: Any) -> tuple[Tensor, Tensor]:
    """A convolution without bias and the norm behind it as one weight and shift."""
    gain = norm_gain(norm)
    return conv.weight * gain.view(-1, 1, 1, 1), norm.bias - norm.running_mean * gain


def norm_gain(norm: Any) -> Tensor:
    """What a batch norm in eval mode multiplies by."""
    result: Tensor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return result
