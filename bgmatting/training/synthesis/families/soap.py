"""Soap bubbles: nothing in the middle, colours of thin layers towards the rim."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .translucent import Sheet, grid, step, wave


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """One to thirty bubbles, (side, side, 4) uint8 straight RGBA."""
    sheet = Sheet(side)
    count = int(rng.choice([1, 2, 5, 12, 30]))
    largest = side * rng.uniform(0.2, 0.42) / np.sqrt(count) ** 0.8
    light = rng.uniform(-0.7, 0.7, 2)
    for _ in range(count):
        radius = largest * rng.uniform(0.25, 1)
        x, y = rng.uniform(radius + 2, side - radius - 2, 2)
        _bubble(rng, sheet, x, y, radius, light)
    return sheet.picture()


def _bubble(
    rng: np.random.Generator, sheet: Sheet, x0: float, y0: float, radius: float, light: NDArray[Any]
) -> None:
    at, _ = sheet.window(np.array([x0, y0]) - radius, np.array([x0, y0]) + radius)
    x, y = grid(at)
    u, v = (x - np.float32(x0)) / np.float32(radius), (y - np.float32(y0)) / np.float32(radius)
    reach = np.hypot(u, v).clip(0, 1)
    facing = np.sqrt(1 - reach**2)
    inside = (np.hypot(u, v) <= 1).astype(np.float32)
    table = wave(rng, 256, 5)
    swirl = np.interp(u * 0.5 + 0.3 * v, np.linspace(-1, 1, 256), table).astype(np.float32)
    # Two rays, from the front and the back of a layer, that differ by its thickness.
    thick = rng.uniform(1.0, 3.0) * (1 + 0.5 * v + 0.25 * swirl) * np.float32(0.4 + 0.6 * facing)
    waves = np.array([1.0, 1.18, 1.36])
    colour = 0.5 + 0.5 * np.cos(2 * np.pi * thick[..., None] * waves + rng.uniform(0, 6))
    pale = rng.uniform(0.2, 0.7)
    colour = pale + (1 - pale) * colour
    strength = rng.uniform(0.35, 0.95)
    alpha = 0.02 + strength * (1 - facing) ** rng.uniform(1.5, 3.5)
    sheet.over(colour, alpha.clip(0, 0.95) * inside, at)
    sheet.over([1, 1, 1], inside * step(reach, 0.96, 1.0) * np.float32(0.3 * strength), at)
    for sign, share in ((1, 0.9), (-1, 0.4)):  # a window in front, upside down in the back
        for _ in range(rng.integers(1, 3)):
            cx, cy = sign * light + rng.normal(0, 0.12, 2)
            wide, tall = rng.uniform(0.05, 0.22, 2)
            du, dv = (u / (0.4 + facing) - cx) / wide, (v / (0.4 + facing) - cy) / tall
            pane = (np.abs(du) < 1) & (np.abs(dv) < 1)
            if rng.random() < 0.5:
                pane &= (np.abs(du) > 0.1) & (np.abs(dv) > 0.1)
            sheet.over([1, 1, 1], pane * inside * np.float32(share * rng.uniform(0.3, 1)), at)
