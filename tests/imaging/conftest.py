"""Pairs whose matte is known, and a network that knows it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from bgmatting.imaging import Matter


class Oracle(nn.Module):
    """Answers what it was told, averaged down to the size asked for."""

    def __init__(self, alpha, foreground=None, error=0.25):
        super().__init__()
        self.dummy = nn.Parameter(torch.zeros(1))
        self.alpha = torch.from_numpy(np.asarray(alpha, dtype=np.float32))[None, None]
        self.foreground = (
            None
            if foreground is None
            else torch.from_numpy(np.array(foreground, dtype=np.float32)).permute(2, 0, 1)[None]
        )
        self.error = error
        self.seen = []

    def raw(self, src, bgr, outputs=None):
        self.seen.append((tuple(src.shape), src.dtype))
        small = lambda x: nn.functional.interpolate(x, src.shape[2:], mode="area")  # noqa: E731
        alpha = small(self.alpha).to(src)
        residual = torch.zeros_like(src)
        if self.foreground is not None:
            residual = small(self.foreground).to(src) - src
        error = torch.full_like(alpha, self.error)
        return torch.cat([alpha, residual, error], dim=1)


@pytest.fixture
def oracle():
    """oracle(alpha, foreground=None, **) -> a Matter that answers with them."""

    def make(alpha, foreground=None, **options):
        return Matter(Oracle(alpha, foreground, **options), device="cpu", dtype="float32")

    return make


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def disk():
    """disk(height, width, x, y, radius) -> alpha of a disk, its edge one pixel soft."""

    def draw(height, width, x, y, radius):
        rows, columns = np.mgrid[:height, :width]
        distance = np.hypot(columns - x, rows - y)
        return np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)

    return draw


@pytest.fixture
def laid_over():
    """laid_over(foreground, background, alpha) -> the photo of it, uint8."""

    def lay(foreground, background, alpha):
        alpha = alpha[..., None]
        return np.rint(alpha * foreground + (1 - alpha) * background).astype(np.uint8)

    return lay


@pytest.fixture
def strands():
    """strands(height, width) -> alpha: a body, and hair one to two pixels wide around it."""
    import cv2

    def draw(height, width):
        rng = np.random.default_rng(3)
        alpha = np.zeros((height * 4, width * 4), dtype=np.uint8)
        centre = (width * 2, height * 2)
        cv2.circle(alpha, centre, min(height, width), 255, -1)
        for angle in rng.uniform(0, 2 * np.pi, 60):
            reach = min(height, width) * rng.uniform(1.2, 1.8)
            tip = (
                int(centre[0] + np.cos(angle) * reach),
                int(centre[1] + np.sin(angle + 0.2) * reach),
            )
            cv2.line(alpha, centre, tip, 255, 5, cv2.LINE_AA)
        small = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)
        return small.astype(np.float32) / 255

    return draw
