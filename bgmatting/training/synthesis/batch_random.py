"""Random numbers for batches: one draw per sample, shaped to broadcast over images."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...imaging.arrays import Shape


class BatchRandom:
    """Random numbers for a batch of `count` samples, all from one generator."""

    def __init__(self, count: int, device: torch.device, generator: torch.Generator) -> None:
        self.count, self.device, self.generator = count, device, generator

    def uniform(self, low: float, high: float, channels: int = 1) -> Tensor:
        """(B, channels, 1, 1), uniform in low..high."""
        shape = (self.count, channels, 1, 1)
        unit = torch.rand(shape, device=self.device, generator=self.generator)
        return low + (high - low) * unit

    def normal(self, std: float, channels: int = 1) -> Tensor:
        """(B, channels, 1, 1), normal about 0, cut at three deviations."""
        shape = (self.count, channels, 1, 1)
        value = torch.randn(shape, device=self.device, generator=self.generator)
        return std * value.clamp(-3, 3)

    def chance(self, probability: float) -> Tensor:
        """(B, 1, 1, 1) bool, true with that probability."""
        return self.uniform(0, 1) < probability

    def choose(self, a: Tensor, b: Tensor, probability: float) -> Tensor:
        """Per sample `a` with that probability, else `b`."""
        return torch.where(self.chance(probability), a, b)

    def radius(self, shape: Shape) -> Tensor:
        """(B, 1, H, W) distance from a point near the middle, 1 at the corners."""
        y = torch.linspace(-1, 1, shape[0], device=self.device).view(1, 1, -1, 1)
        x = torch.linspace(-1, 1, shape[1], device=self.device).view(1, 1, 1, -1)
        away = (y - self.normal(0.1)) ** 2 + (x - self.normal(0.1)) ** 2
        return (away / 2).sqrt().clamp(0, 1)

    def moved(self, image: Tensor, reach: float) -> Tensor:
        """Each sample turned a little, scaled and moved by up to `reach` of its size."""
        turn = self.normal(0.15).flatten()
        scale = self.uniform(0.85, 1.2).flatten()
        x, y = (self.uniform(-2 * reach, 2 * reach).flatten() for _ in range(2))
        cos, sin = turn.cos() / scale, turn.sin() / scale
        theta = torch.stack([torch.stack([cos, -sin, x], 1), torch.stack([sin, cos, y], 1)], 1)
        grid = F.affine_grid(theta, list(image.shape), align_corners=False)
        return F.grid_sample(image, grid, align_corners=False)

    def ellipse(self, shape: Shape, low: float, high: float) -> Tensor:
        """(B, 1, H, W) one filled ellipse each, half-axes in shares of its sides, soft edge."""
        y = torch.linspace(0, 1, shape[0], device=self.device).view(1, 1, -1, 1)
        x = torch.linspace(0, 1, shape[1], device=self.device).view(1, 1, 1, -1)
        dy = (y - self.uniform(0, 1)) / self.uniform(low, high)
        dx = (x - self.uniform(0, 1)) / self.uniform(low, high)
        turn = self.uniform(0, math.pi)
        u, v = dx * turn.cos() + dy * turn.sin(), dy * turn.cos() - dx * turn.sin()
        inside = 1 - (u**2 + v**2).sqrt()
        return (inside * low * min(shape) + 0.5).clamp(0, 1)
