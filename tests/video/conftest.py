"""Clips of a box that crosses a scene, and a matter that knows its alpha."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from bgmatting.imaging import Matter

SIZE = (96, 72)  # width, height


class Keyer(nn.Module):
    """A network that takes for the subject what is far from the background, and is quick."""

    def __init__(self, flicker: float = 0.0):
        super().__init__()
        self.dummy = nn.Parameter(torch.zeros(1))
        self.flicker = flicker
        self.runs = 0

    def raw(self, src, bgr, outputs=None):
        off = (src - bgr).abs().amax(dim=1, keepdim=True)
        alpha = ((off - 0.1) * 10).clamp(0, 1)
        if self.flicker:
            rng = torch.Generator().manual_seed(self.runs)
            alpha = (alpha + self.flicker * torch.randn(alpha.shape, generator=rng)).clamp(0, 1)
        self.runs += 1
        return torch.cat([alpha, torch.zeros_like(src), torch.zeros_like(alpha)], dim=1)


@pytest.fixture
def matter() -> Matter:
    """A keyer as a matter; `matter._engine._network.runs` counts what it was asked."""
    return Matter(Keyer(), device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def scene() -> np.ndarray:
    """An empty place, (72, 96, 3) uint8: dark, with structure to register by."""
    import cv2

    rng = np.random.default_rng(5)
    width, height = SIZE
    coarse = rng.integers(20, 110, (height // 6, width // 6, 3)).astype(np.uint8)
    return cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="session")
def crossing(scene):
    """crossing(count, noise=0, first_empty=0) -> frames of a box that moves, and their alphas."""

    def draw(count: int, noise: float = 0.0, first_empty: int = 0):
        rng = np.random.default_rng(1)
        frames, alphas = [], []
        for index in range(count):
            alpha = np.zeros(scene.shape[:2], dtype=np.float32)
            if index >= first_empty:
                left = 8 + (index * 5) % 60
                alpha[24:52, left : left + 20] = 1
            frame = np.where(alpha[..., None] > 0, (230, 170, 60), scene).astype(np.float32)
            if noise:
                frame += rng.normal(0, noise, frame.shape)
            frames.append(np.clip(np.rint(frame), 0, 255).astype(np.uint8))
            alphas.append(alpha)
        return frames, alphas

    return draw


@pytest.fixture
def film(tmp_path, crossing):
    """film(count=12, **) -> the path of a film of the crossing box, exact."""
    pytest.importorskip("av", reason="clips need PyAV (extra: video)")
    from support import clips

    def make(count: int = 12, name: str = "clip.mkv", noise: float = 0.0, **options) -> Path:
        frames, _ = crossing(count, noise=noise, first_empty=options.pop("first_empty", 0))
        return clips.make(tmp_path / name, frames, **options)

    return make
