"""Feathers: single ones, fans, boas, and down; barbs along a shaft, each a line of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .groom import Points
from .strands import draw_strands, random_tint

_STEPS = 14  # points of a barb


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """One feather or many, (side, side, 4) uint8 straight RGBA."""
    canvas = Canvas(side)
    kind = rng.random()
    if kind < 0.3:
        angle = rng.uniform(-1.2, 1.2) - np.pi / 2
        _feather(
            rng, canvas, side * np.array([0.5, 0.5]), angle, rng.uniform(0.75, 0.95) * side, 2.0
        )
    elif kind < 0.65:
        count = int(rng.integers(4, 12))
        spread = rng.uniform(0.5, 1.3)
        root = side * np.array([0.5, 0.93])
        length = side * rng.uniform(0.5, 0.75)
        plumage = _plumage(rng)
        for turn in rng.permutation(np.linspace(-spread, spread, count)):
            heading = turn - np.pi / 2
            middle = root + 0.5 * length * np.array([np.cos(heading), np.sin(heading)])
            _feather(rng, canvas, middle, heading, length * rng.uniform(0.85, 1.05), 1.0, plumage)
    else:  # a boa or a nest of down
        plumage = _plumage(rng)
        count = int(rng.integers(15, 32))
        bend, along = rng.uniform(-0.3, 0.3), np.linspace(0.18, 0.82, count)
        height = 0.5 + bend * np.sin(np.pi * along * rng.uniform(0.6, 2))
        for x, y in zip(along, height, strict=True):
            middle = side * np.clip(np.array([x, y]) + rng.normal(0, 0.03, 2), 0.16, 0.84)
            length = side * rng.uniform(0.12, 0.26)
            _feather(
                rng, canvas, middle, rng.uniform(0, 2 * np.pi), length, 0.5, (*plumage[:2], 1.0)
            )
    return canvas.picture()


def _plumage(rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any], float]:
    """Colour at the root, at the tip, (3,) each, and the share of the vane that is down."""
    tint = random_tint(rng)
    vivid = rng.random() < 0.3
    tip = rng.uniform(0.1, 1, 3) if vivid else tint.tip
    return tint.root, tip, float(rng.uniform(0.1, 0.6))


def _feather(
    rng: np.random.Generator,
    canvas: Canvas,
    middle: Points,
    angle: float,
    length: float,
    detail: float,
    plumage: tuple[NDArray[Any], NDArray[Any], float] | None = None,
) -> None:
    """A feather of `length` pixels; `detail` scales how many barbs it has."""
    root, tip, down = plumage or _plumage(rng)
    bend = rng.normal(0, 0.5)
    t = np.linspace(0, 1, 80)
    heading = angle + bend * (t - 0.5)
    shaft = np.stack([np.cos(heading), np.sin(heading)], 1).cumsum(axis=0) * length / 80
    shaft = shaft - shaft[40] + middle
    wide = length * rng.uniform(0.1, 0.22) * (1 + 0.6 * (down >= 1))
    count = int(max(60, length * rng.uniform(1.5, 5) * (1 if detail >= 1 else 0.5)))
    for way in (-1, 1):
        barbs, colours = _barbs(rng, shaft, heading, way * wide, count, down, (root, tip))
        draw_strands(canvas, barbs, colours, 0.25)
    bright = np.clip(tip * 0.5 + 0.45, 0, 1)
    quill = shaft[:76:5]
    widths = np.linspace(max(0.5, 0.012 * length), 0.25, len(quill))
    canvas.polyline(quill, bright * 0.9, widths)


def _barbs(
    rng: np.random.Generator,
    shaft: Points,
    heading: Points,
    reach: float,
    count: int,
    down: float,
    root_and_tip: tuple[NDArray[Any], NDArray[Any]],
) -> tuple[Points, Points]:
    """Barbs of one side of a shaft, `reach` pixels to it: (n, steps, 2) and their colours."""
    at = np.sort(rng.uniform(0.12, 1, count))
    index = at * (len(shaft) - 1)
    points = np.stack([np.interp(index, np.arange(len(shaft)), shaft[:, i]) for i in (0, 1)], 1)
    course = np.interp(index, np.arange(len(shaft)), heading)
    # Locks of barbs hold together; between locks the vane is split.
    edges = np.sort(rng.uniform(0.1, 1, int(rng.integers(3, 18))))
    lock = np.searchsorted(edges, at)
    lean = rng.normal(0, 0.16, len(edges) + 1)[lock]
    fluffy = np.clip((down - at) / 0.15, 0, 1)  # count
    outline = np.sin(np.pi * np.clip(at, 0, 1) ** 0.8) ** 0.6 * 0.85 + 0.15
    size = abs(reach) * outline * np.exp(rng.normal(0, 0.03 + 0.25 * fluffy))
    s = np.linspace(0, 1, _STEPS)
    open_ = (1.0 + lean + rng.normal(0, 0.02 + 0.45 * fluffy))[:, None]
    curve = open_ - (0.55 - 0.3 * fluffy[:, None]) * s  # turns towards the tip
    curve = curve + fluffy[:, None] * np.cumsum(rng.normal(0, 0.22, (count, _STEPS)), axis=1)
    angle = course[:, None] + np.sign(reach) * curve
    steps = np.stack([np.cos(angle), np.sin(angle)], 2) * (size[:, None, None] * 1.3 / _STEPS)
    barbs = points[:, None] + steps.cumsum(axis=1) - steps[:, :1]
    root, tip = root_and_tip
    mix = np.clip(at[:, None] * 0.7 + 0.5 * s + rng.normal(0, 0.06, (count, 1)), 0, 1)[..., None]
    colours = root * (1 - mix) + tip * mix
    bars = 1 + rng.uniform(0, 0.4) * np.sin(rng.uniform(10, 60) * at)[:, None, None]
    shade = np.exp(rng.normal(0, 0.12, (count, 1, 1))) * (0.8 + 0.3 * s[:, None])
    lightness = (1 - 0.5 * fluffy[:, None, None]) * bars + 0.5 * fluffy[:, None, None]
    return barbs, np.clip(colours * shade * lightness, 0, 1)
