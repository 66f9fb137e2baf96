"""Strokes and paints that several fine things share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas

Points = NDArray[np.float64]


def paint(rng: np.random.Generator) -> NDArray[np.float64]:
    """Metal, black, white, wood or any colour, (3,)."""
    kind = rng.random()
    if kind < 0.5:
        return np.full(3, rng.uniform(0.02, 1))
    if kind < 0.65:
        return rng.uniform(0.25, 0.9) * np.array(
            [1, rng.uniform(0.65, 0.85), rng.uniform(0.35, 0.7)]
        )
    return rng.uniform(0, 1, 3)


def circle(n: int) -> Points:
    """A closed circle of radius 1, (n, 2)."""
    t = np.linspace(0, 2 * np.pi, n)
    return np.stack([np.cos(t), np.sin(t)], 1)


def lit_line(
    canvas: Canvas, points: Points, colour: NDArray[np.floating], widths: NDArray[Any] | float
) -> None:
    """A round bar: dark below, its own colour, and a light along its upper side."""
    width = np.asarray(widths, float)
    canvas.polyline(points, np.clip(colour * 0.6, 0, 1), width)
    if width.max() < 1:
        return
    canvas.polyline(points - 0.1 * width.max(), np.clip(colour, 0, 1), width * 0.7)
    canvas.polyline(points - 0.2 * width.max(), np.clip(colour * 1.2 + 0.12, 0, 1), width * 0.25)
