"""Strands as seen: their colours, their light, and how they come onto a canvas."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .coverage import SUPERSAMPLE, Canvas
from .groom import Points, Strands, unit

_FRACTION = 4  # bits after the point in the coordinates that OpenCV draws from
_BANDS = 7  # of one colour each, along a strand, at most

# What hair is like, from root to tip; sRGB.
NATURAL = [
    ((0.035, 0.03, 0.03), (0.06, 0.05, 0.045)),
    ((0.07, 0.05, 0.04), (0.13, 0.09, 0.06)),
    ((0.14, 0.09, 0.06), (0.25, 0.16, 0.10)),
    ((0.25, 0.16, 0.10), (0.42, 0.29, 0.18)),
    ((0.30, 0.13, 0.07), (0.48, 0.22, 0.11)),
    ((0.52, 0.24, 0.10), (0.72, 0.38, 0.18)),
    ((0.45, 0.34, 0.20), (0.74, 0.60, 0.38)),
    ((0.62, 0.50, 0.33), (0.88, 0.78, 0.58)),
    ((0.80, 0.73, 0.60), (0.95, 0.90, 0.80)),
    ((0.38, 0.38, 0.39), (0.58, 0.58, 0.59)),
    ((0.75, 0.75, 0.76), (0.92, 0.92, 0.93)),
]


@dataclass
class Tint:
    """Colours of a head of hair, sRGB 0..1.

    Attributes:
        root, tip: (3,).
        streak: (3,) of the locks that are lighter or dyed.
        streaks: share of guides that have it.
        grey: share of strands without pigment.
        vary: how strands differ in lightness (standard deviation of the logarithm).
        gloss: of the highlight.
        shade: how much darker it is deep inside.
    """

    root: Points
    tip: Points
    streak: Points
    streaks: float
    grey: float
    vary: float
    gloss: float
    shade: float


def random_tint(rng: np.random.Generator, like: Points | None = None) -> Tint:
    """Hair of a colour that occurs, or one that is dyed, or `like` (3,) a given one."""
    if like is not None:
        root, tip = like * rng.uniform(0.7, 0.95), like * rng.uniform(1.05, 1.4)
    elif rng.random() < 0.1:
        root = rng.uniform(0, 0.8, 3)
        tip = np.clip(root * rng.uniform(0.9, 1.5), 0, 1)
    else:
        root, tip = (np.array(c) for c in NATURAL[rng.integers(len(NATURAL))])
    if rng.random() < 0.12:  # dyed lengths, dark roots or bleached tips
        tip = np.array(NATURAL[rng.integers(len(NATURAL))][1])
    other = np.clip(tip * rng.uniform(0.6, 1.7) + rng.normal(0, 0.02, 3), 0, 1)
    return Tint(
        root=np.clip(root * rng.normal(1, 0.06, 3), 0, 1),
        tip=np.clip(tip * rng.normal(1, 0.06, 3), 0, 1),
        streak=other,
        streaks=rng.uniform(0, 0.5) * (rng.random() < 0.5),
        grey=rng.uniform(0, 0.35) * (rng.random() < 0.3),
        vary=rng.uniform(0.08, 0.28),
        gloss=rng.uniform(0.1, 0.9),
        shade=rng.uniform(0.35, 0.8),
    )


def random_light(rng: np.random.Generator) -> Points:
    """Where light comes from, (3,): mostly from above and in front, at times from behind."""
    return unit(np.array([rng.normal(0, 0.6), -rng.uniform(0.3, 1.2), rng.normal(0.6, 0.6)]))


def shaded(
    rng: np.random.Generator, strands: Strands, tint: Tint, light: Points
) -> NDArray[np.float32]:
    """Colours along strands, lit as fibres are (Kajiya and Kay, 1989).

    Returns:
        (n, steps, 3), 0..1.
    """
    count, steps = strands.paths.shape[:2]
    t = np.linspace(0, 1, steps)[:, None]
    guides = int(strands.guide.max()) + 1
    own = np.exp(rng.normal(0, tint.vary, (count, 1, 1)))
    own = own * np.exp(rng.normal(0, 0.5 * tint.vary, (guides, 1, 1)))[strands.guide]
    fade = np.clip(t + rng.normal(0, 0.15, (count, 1, 1)), 0, 1)
    colour = (tint.root * (1 - fade) + tint.tip * fade) * own  # n, steps, 3
    streaked = (rng.random(guides) < tint.streaks)[strands.guide] & (rng.random(count) < 0.7)
    colour[streaked] = colour[streaked] * 0.3 + tint.streak * 0.7 * own[streaked]
    grey = np.flatnonzero(rng.random(count) < tint.grey)
    colour[grey] = rng.uniform(0.55, 0.9, (len(grey), 1, 1)) * np.array([1, 1, 0.98])
    tangents = unit(np.gradient(strands.paths, axis=1))
    along = tangents @ light  # n, steps
    across = np.sqrt(np.clip(1 - along**2, 0, 1))
    seen = tangents[..., 2]
    mirror = across * np.sqrt(np.clip(1 - seen**2, 0, 1)) - along * seen
    facing = np.clip(strands.normals @ light * 0.5 + 0.5, 0, 1)[:, None]
    deep = 1 - tint.shade * (1 - strands.depth[:, None]) * (1 - 0.6 * t[:, 0])
    lit = (0.3 + 0.8 * across * (0.35 + 0.65 * facing)) * deep
    gleam = tint.gloss * 0.5 * np.clip(mirror, 0, 1) ** 30 * deep
    shine = 0.4 * colour + 0.6 * colour.mean(axis=2, keepdims=True) + 0.06
    result: NDArray[np.float32] = np.clip(
        colour * lit[..., None] + shine * gleam[..., None] * 1.6, 0, 1
    ).astype(np.float32)
    return result


def draw_strands(
    canvas: Canvas,
    paths: Points,
    colours: NDArray[np.floating],
    thick: NDArray[np.floating] | float = 0.25,
) -> None:
    """Strands onto a canvas, in the order given: what is in front comes last.

    Args:
        canvas: drawn on.
        paths: (n, steps, 2), x and y in pixels of the finished picture.
        colours: (n, steps, 3), 0..1.
        thick: (n,) widths in pixels; the last two fifths are as thin as can be.
    """
    count, steps = paths.shape[:2]
    if not count:
        return
    fixed = np.rint((paths[..., :2] * SUPERSAMPLE - 0.5) * (1 << _FRACTION))
    fixed = np.clip(fixed, -(1 << 20), 1 << 20).astype(np.int32)
    parts = min(_BANDS, steps - 1)
    edges = np.linspace(0, steps - 1, parts + 1).round().astype(int)
    middles = (edges[:-1] + edges[1:]) // 2
    paint = np.rint(np.clip(colours[:, middles], 0, 1) * 255)
    paint = np.concatenate([paint, np.full_like(paint[..., :1], 255)], axis=2).tolist()
    widths = (
        np.maximum(1, np.rint(np.broadcast_to(thick, count) * SUPERSAMPLE)).astype(int).tolist()
    )
    bands = list(zip(edges[:-1].tolist(), (edges[1:] + 1).tolist(), strict=True))
    thin_from = round(0.6 * parts) if parts > 2 else parts
    layer = canvas.layer
    for path, shades, width in zip(fixed, paint, widths, strict=True):
        for i, (start, end) in enumerate(bands):
            cv2.polylines(
                layer, [path[start:end]], False, shades[i], 1 if i >= thin_from else width,
                cv2.LINE_8, _FRACTION,
            )  # fmt: skip


def draw_depth_first(
    canvas: Canvas,
    paths: Points,
    strands: Strands,
    colours: NDArray[np.floating],
    thick: NDArray[np.floating],
    which: NDArray[np.bool_],
) -> None:
    """Those of the strands that are picked, from far to near; `paths` are in pixels."""
    order = np.flatnonzero(which)
    nearness = strands.paths[order, :, 2].mean(axis=1) + 0.08 * strands.depth[order]
    order = order[np.argsort(nearness)]
    draw_strands(canvas, paths[order], colours[order], thick[order])
