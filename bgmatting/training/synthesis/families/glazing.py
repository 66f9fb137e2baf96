"""What glass is like and what stands around it: tint, lines at the silhouette, mirrored windows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


@dataclass
class Light:
    """What stands around the glass, mirrored in it: windows, and how bright the rest is.

    Attributes:
        windows: of each the left and right edge as angles about the axis, lower and upper
            slope angle, strength.
        tone: of the windows, (3,).
        feather: of a window's edges, in radians.
        bars: of a window, across and along.
        bright: what the mirrors show elsewhere, 0..1.
    """

    windows: list[tuple[float, float, float, float, float]]
    tone: NDArray[np.float64]
    feather: float
    bars: tuple[int, int]
    bright: float


def draw_light(rng: np.random.Generator) -> Light:
    windows = []
    for _ in range(rng.integers(1, 5)):
        at, wide = (
            rng.uniform(-1.25, 1.25),
            float(rng.choice([0.05, 0.12, 0.3])) * rng.uniform(0.5, 1.5),
        )
        low = rng.uniform(-1.2, 0.3)
        high = low + rng.uniform(0.2, 1.8)
        windows.append((at - wide / 2, at + wide / 2, low, high, rng.uniform(0.15, 1.0)))
    tone = np.clip(np.array([1.0, 0.98, 0.95]) + rng.normal(0, 0.04, 3), 0, 1)
    bars = (int(rng.integers(0, 3)), int(rng.integers(0, 3))) if rng.random() < 0.4 else (0, 0)
    return Light(windows, tone, float(rng.choice([0.015, 0.05, 0.15])), bars, rng.uniform(0, 1))


@dataclass
class Glass:
    """Of what it is: tint, how much of it, and the lines along the silhouette.

    Attributes:
        tint: what it darkens towards, (3,).
        density: alpha of one wall seen straight on.
        rims: for left and right, alpha and brightness at `RIM` walls from the silhouette.
        mirror: how strongly it mirrors, 1 as glass does.
        wobble: unevenness, radians.
    """

    tint: NDArray[np.float64]
    density: float
    rims: list[tuple[Field, Field]] = field(default_factory=list)
    mirror: float = 1.0
    wobble: float = 0.0


RIM = np.array([0.0, 0.35, 0.8, 1.2, 2.0, 3.5, 6.0, 12.0], np.float32)


def draw_glass_kind(rng: np.random.Generator, light: Light) -> Glass:
    """Clear, faintly or strongly tinted."""
    kind = rng.random()
    if kind < 0.55:  # clear
        tint = np.full(3, rng.uniform(0.05, 0.75)) + rng.normal(0, 0.04, 3)
        density = rng.uniform(0.008, 0.06)
    elif kind < 0.85:  # bottle green and blue, faint
        tint = np.array([[0.1, 0.5, 0.55], [0.1, 0.35, 0.65], [0.15, 0.5, 0.3], [0.3, 0.4, 0.45]])[
            rng.integers(4)
        ] * rng.uniform(0.5, 1.4)
        density = rng.uniform(0.03, 0.16)
    else:  # green, brown, blue, any
        tint = np.array(
            [[0.02, 0.22, 0.06], [0.2, 0.08, 0.01], [0.02, 0.08, 0.4], [0.2, 0.25, 0.02],
             [0.35, 0.02, 0.05], rng.uniform(0, 0.5, 3)]
        )[rng.integers(6)] * rng.uniform(0.6, 1.5)  # fmt: skip
        density = rng.uniform(0.15, 0.5)
    rims = []
    dark = (
        rng.random() < 0.65
    )  # bright surroundings bend in as dark lines at the edge, or dark ones
    strength = rng.uniform(0.4, 1.0)
    for _ in range(2):
        alpha = (
            strength * np.array([0.9, 0.8, 0.35, 0.55, 0.3, 0.2, 0.08, 0]) * rng.uniform(0.3, 1, 8)
        )
        shade = np.where(rng.random(8) < (0.75 if dark else 0.3), 0.0, 1.0)
        shade = np.abs(shade - rng.uniform(0, 0.35, 8))
        rims.append((alpha.astype(np.float32), shade.astype(np.float32)))
    wobble = float(rng.choice([0.0, 0.02, 0.08])) * rng.uniform(0.5, 1.5)
    return Glass(np.clip(tint, 0, 1), density, rims, rng.uniform(0.5, 1.3), wobble)
