"""Single leaves and flowers, as polygons of two tones with a rib."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas

Colour = NDArray[np.float64]


@dataclass
class LeafKind:
    """What the leaves of one plant have in common.

    Attributes:
        colour: (3,), as most are.
        other: (3,), what some turn to, and all at their tips.
        long: length in pixels.
        slim: half width over length.
        notch: how far the edge is lobed, 0..1.
        vary: standard deviation of the colour from leaf to leaf.
    """

    colour: Colour
    other: Colour
    long: float
    slim: float
    notch: float
    vary: float


def draw_leaf_kind(rng: np.random.Generator, long: float) -> LeafKind:
    """Mostly green, of any light; at times autumn's colours, or greyish, or any."""
    kind = rng.random()
    if kind < 0.62:
        light = rng.uniform(0.15, 0.85)
        colour = light * np.array([rng.uniform(0.3, 0.85), 1.0, rng.uniform(0.1, 0.55)])
    elif kind < 0.82:
        colour = rng.uniform(0.4, 1) * np.array([1, rng.uniform(0.2, 0.8), rng.uniform(0.02, 0.2)])
    elif kind < 0.92:
        colour = rng.uniform(0.08, 0.9) * np.array([0.9, 1.0, rng.uniform(0.85, 1)])
    else:
        colour = rng.uniform(0.05, 0.9, 3)
    yellow = np.clip(colour * [1.5, 1.15, 0.7], 0, 1)
    notch = rng.uniform(0.1, 0.5) if rng.random() < 0.25 else 0.0
    return LeafKind(colour, yellow, long, rng.uniform(0.16, 0.5), notch, rng.uniform(0.01, 0.08))


_T = np.linspace(0, 1, 9)


def draw_leaf(
    rng: np.random.Generator,
    canvas: Canvas,
    at: NDArray[Any],
    angle: float,
    kind: LeafKind,
    light: float,
) -> None:
    """A leaf from its stalk at `at`, pointing along `angle` (0 is up, clockwise, radians)."""
    long = kind.long * rng.uniform(0.65, 1.2)
    turned = rng.uniform(0.35, 1)  # seen at a slant it is slimmer
    half = long * kind.slim * turned * np.sin(np.pi * _T**0.8)
    if kind.notch and long > 5:
        half = half * (1 - kind.notch * np.abs(np.sin(_T * np.pi * 3.5)))
    curl = rng.normal(0, 0.15) * long * _T**2
    along, across = (
        np.array([np.sin(angle), -np.cos(angle)]),
        np.array([np.cos(angle), np.sin(angle)]),
    )
    rib = at + np.outer(_T * long, along) + np.outer(curl, across)
    mix = rng.uniform(0, 1) ** 3
    base = kind.colour * (1 - mix) + kind.other * mix + rng.normal(0, kind.vary, 3)
    lit, dim = np.clip(base * light * 1.12, 0, 1), np.clip(base * light * 0.82, 0, 1)
    if along[0] > 0:  # the half that faces up is lit
        lit, dim = dim, lit
    if long < 4:
        beside = np.outer(half[::2], across)
        canvas.polygon(np.vstack([rib[::2] + beside, (rib[::2] - beside)[::-1]]), lit)
        return
    canvas.polygon(np.vstack([rib, (rib + np.outer(half, across))[::-1]]), lit)
    canvas.polygon(np.vstack([rib, (rib - np.outer(half, across))[::-1]]), dim)
    if long > 9:
        canvas.polyline(rib, np.clip(base * light * 1.4 + 0.04, 0, 1), max(0.3, 0.018 * long))
    if long > 30:
        for t in range(1, 8):
            for sign in (-1, 1):
                end = rib[t] + across * sign * half[t] * 0.85 + along * 0.08 * long
                vein = np.array([rib[t], end])
                canvas.polyline(vein, np.clip(base * light * 1.25, 0, 1), 0.006 * long)


def draw_flower(
    rng: np.random.Generator,
    canvas: Canvas,
    at: NDArray[Any],
    size: float,
    flat: float,
    petals: int,
    colour: Colour,
    heart: Colour,
) -> None:
    """A ring of petals about a heart, seen at a slant: `flat` times as high as wide."""
    slim = min(0.45, 2.2 / petals + 0.05) * rng.uniform(0.7, 1.3)
    blunt = rng.uniform(1.0, 2.5)  # where a petal is widest
    turn = rng.uniform(0, 2 * np.pi)
    order = rng.permutation(petals)
    for i in order:
        angle = turn + 2 * np.pi * i / petals + rng.normal(0, 0.08)
        long = size * rng.uniform(0.85, 1.08)
        along, across = (
            np.array([np.cos(angle), np.sin(angle)]),
            np.array([-np.sin(angle), np.cos(angle)]),
        )
        half = long * slim * np.sin(np.pi * (0.06 + 0.92 * _T) ** blunt) ** 0.7
        rib = np.outer(_T * long, along)
        shade = np.clip(colour * rng.uniform(0.75, 1.1), 0, 1)
        for part, light in ((1.0, 1.0), (0.45, 0.85)):
            edge = [
                rib + np.outer(part * half, across),
                (rib - np.outer(part * half, across))[::-1],
            ]
            canvas.polygon(at + np.vstack(edge) * [1, flat], np.clip(shade * light, 0, 1))
    t = np.linspace(0, 2 * np.pi, 20)
    disc = np.stack([np.cos(t), flat * np.sin(t)], 1) * size * rng.uniform(0.15, 0.3)
    canvas.polygon(at + disc, heart * 0.7)
    for _ in range(int(size * 1.5)):  # stamens
        spot = at + disc[rng.integers(20)] * rng.uniform(0, 1)
        thread = np.array([spot, spot + rng.normal(0, 0.02 * size, 2)])
        tone = np.clip(heart * rng.uniform(0.7, 1.3), 0, 1)
        canvas.polyline(thread, tone, max(0.3, 0.02 * size))
