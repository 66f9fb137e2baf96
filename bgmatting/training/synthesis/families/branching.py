"""Branches that branch, from a trunk to twigs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .translucent import wave

Points = NDArray[np.float64]


def bark(rng: np.random.Generator) -> Points:
    """The colour of wood, (3,)."""
    return rng.uniform(0.1, 0.6) * np.array([1, rng.uniform(0.7, 0.95), rng.uniform(0.5, 0.85)])


def grow_branches(
    rng: np.random.Generator, foot: Points, length: float, width: float, levels: int, spread: float
) -> list[tuple[Points, float, float]]:
    """A tree of bent branches: points (n, 2), width at the root and at the tip of each."""
    found: list[tuple[Points, float, float]] = []

    def grow(at: Points, angle: float, long: float, wide: float, level: int) -> None:
        n = 7
        turns = angle + 0.25 * wave(rng, n, 2) * (0.4 + 0.3 * (levels - level))
        steps = np.stack([np.sin(turns), -np.cos(turns)], 1) * long / n
        line = np.vstack([at, at + np.cumsum(steps, axis=0)])
        found.append((line, wide, wide * 0.6))
        if level == 0 or len(found) > 700:
            return
        for _ in range(int(rng.integers(2, 5))):
            where = line[int(rng.integers(n // 2, n + 1))]
            turn = angle + rng.normal(0, spread)
            grow(
                where,
                turn,
                long * rng.uniform(0.55, 0.9),
                wide * rng.uniform(0.45, 0.75),
                level - 1,
            )

    grow(foot, rng.normal(0, 0.12), length, width, levels)
    return found


def draw_branches(canvas: Canvas, branches: list[Any], colour: Points, depth: NDArray[Any]) -> None:
    """Branches as `grow_branches` gives them, back to front; `depth` 0 is far and dark."""
    for (line, root, tip), far in zip(branches, depth, strict=True):
        widths = np.linspace(root, tip, len(line))
        shade = colour * (0.55 + 0.45 * far)
        canvas.polyline(line, shade * 0.7, widths)
        lit = line - np.stack([0.22 * widths, 0 * widths], 1)
        canvas.polyline(lit, np.clip(shade * 1.15, 0, 1), widths * 0.5)


def kept_inside(branches: list[Any], foot: Points, side: int) -> list[Any]:
    """Scaled about the foot so that most of it is in the picture."""
    points = np.vstack([line for line, _, _ in branches])
    wide = np.abs(points[:, 0] - foot[0]).max() / (0.44 * side)
    tall = (foot[1] - points[:, 1].min()) / (foot[1] - 0.06 * side)
    scale = 1 / max(wide, tall, 0.3)
    return [(foot + (line - foot) * scale, a * scale, b * scale) for line, a, b in branches]
