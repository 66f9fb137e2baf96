"""Randomness with a shape: what surfaces and leaves are made of."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]
Size = tuple[int, int]  # height, width


def bumps(rng: np.random.Generator, size: Size, cell: float, cell_x: float | None = None) -> Map:
    """A smooth random field about N(0, 1), (H, W); `cell` is the distance of its bumps, pixels."""
    rows = max(2, round(size[0] / cell) + 1)
    columns = max(2, round(size[1] / (cell_x or cell)) + 1)
    coarse = rng.normal(size=(rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)  # type: ignore[return-value]


def clouds(
    rng: np.random.Generator, size: Size, cell: float, finest: float = 3, rough: float = 0.55
) -> Map:
    """Bumps upon bumps, each layer half as wide and `rough` as strong; (H, W), deviation 1."""
    total = np.zeros(size, np.float32)
    weight = 1.0
    while cell >= finest:
        total += weight * bumps(rng, size, cell)
        cell, weight = cell / 2, weight * rough
    result: Map = (total - total.mean()) / total.std()
    return result


def soft(values: Map, sigma: float) -> Map:
    """Gaussian blur."""
    return cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)  # type: ignore[return-value]


def lit(height: Map, towards: tuple[float, float]) -> Map:
    """How much a relief faces a light from (dx, dy), y down: 0 where it is flat."""
    dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    return -(dx * towards[0] + dy * towards[1])


def colour(value: str) -> Map:
    """ "#rrggbb" -> linear, (3,)."""
    digits = value.lstrip("#")
    encoded = np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)
    return to_linear(encoded)


def to_linear(encoded: Map) -> Map:
    """sRGB 0..1 -> linear."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def to_srgb(linear: Map) -> Map:
    """Linear -> sRGB 0..1."""
    linear = np.clip(linear, 0, 1)
    return np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055
    ).astype(np.float32)
