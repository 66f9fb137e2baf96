"""Outlines of turned things: bottles, glasses, jars, vases, bowls, bulbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SAMPLES = 800  # of an outline, top to bottom


@dataclass
class Outline:
    """What a lathe would turn.

    Attributes:
        radius: (SAMPLES,) float32, top to bottom, in heights of the whole.
        wall: thickness of the glass, in heights; solid where it exceeds the radius.
        opening: whether the top is open, with a lip.
        neck: share of the height that a cap covers, 0 for none.
        body: two shares of the height between which it stands straight enough for a label.
        floor: share of the height where the inside ends.
        stem: whether it stands on a stem and a flat foot.
        plastic: blown thin, with ribs and a base of petals.
    """

    radius: NDArray[np.float32]
    wall: float
    opening: bool = True
    neck: float = 0.0
    body: tuple[float, float] | None = None
    floor: float = 0.96
    plastic: bool = False
    stem: bool = False


def _trace(start: float, *parts: tuple[float, float, str]) -> NDArray[np.float32]:
    """A radius along the height from parts that end at (height, radius), each of a kind.

    Kinds: `line`; `ease`, level at both ends; `bulge` and `hollow`, quarters of an ellipse.
    """
    v = np.linspace(0, 1, SAMPLES)
    radius = np.full(SAMPLES, start)
    at, value = 0.0, start
    for end, target, kind in parts:
        t = np.clip((v - at) / max(end - at, 1e-6), 0, 1)
        if kind == "ease":
            t = 0.5 - 0.5 * np.cos(np.pi * t)
        elif kind == "bulge":  # leaves fast, arrives upright
            t = np.sqrt(1 - (1 - t) ** 2)
        elif kind == "hollow":  # leaves upright, arrives fast
            t = 1 - np.sqrt(1 - t**2)
        radius = np.where(v >= at, value + (target - value) * t, radius)
        at, value = end, target
    smooth = cv2.GaussianBlur(radius.astype(np.float32)[None], (0, 0), 3.0)
    result: NDArray[np.float32] = smooth[0]
    return result


def _bottle(rng: np.random.Generator) -> Outline:
    neck = rng.uniform(0.035, 0.06)
    wide = rng.uniform(0.1, 0.17)
    shoulder = rng.uniform(0.12, 0.4)
    below = shoulder + rng.uniform(0.05, 0.22)
    kind = "ease" if rng.random() < 0.6 else "bulge"
    foot = wide * rng.uniform(0.85, 1.0)
    radius = _trace(
        neck * rng.uniform(1, 1.25), (0.03, neck * 1.15, "line"), (0.04, neck, "line"),
        (shoulder, neck * rng.uniform(1, 1.4), "line"), (below, wide, kind),
        (0.94, wide * rng.uniform(0.92, 1.03), "line"), (1, foot, "hollow"),
    )  # fmt: skip
    return Outline(radius, rng.uniform(0.006, 0.014), True, rng.uniform(0.05, 0.1), (below, 0.92))


def _plastic_bottle(rng: np.random.Generator) -> Outline:
    neck, wide = rng.uniform(0.05, 0.065), rng.uniform(0.115, 0.155)
    below = rng.uniform(0.22, 0.38)
    waist = rng.uniform(0.75, 1.0)
    middle = rng.uniform(0.5, 0.7)
    radius = _trace(
        neck, (0.08, neck, "line"), (below, wide, "ease"),
        (middle, wide * waist, "ease"), (0.82, wide, "ease"), (0.93, wide, "line"),
        (1, wide * rng.uniform(0.7, 0.92), "hollow"),
    )  # fmt: skip
    v = np.linspace(0, 1, SAMPLES)
    if rng.random() < 0.7:  # ribs
        first, last = sorted(rng.uniform(below, 0.92, 2))
        count = rng.integers(3, 14)
        inside = (v > first) & (v < last)
        wave = np.abs(np.sin((v - first) / max(last - first, 0.05) * np.pi * count))
        radius = radius - np.where(inside, rng.uniform(0.002, 0.006) * (1 - wave), 0)
    return Outline(
        radius.astype(np.float32), rng.uniform(0.002, 0.005), True, rng.uniform(0.055, 0.085),
        (below + 0.05, 0.8), 0.97, True,
    )  # fmt: skip


def _tumbler(rng: np.random.Generator) -> Outline:
    top = rng.uniform(0.15, 0.42)
    foot = top * rng.uniform(0.6, 1.0)
    kind = str(rng.choice(["line", "line", "hollow", "ease"]))
    radius = _trace(top, (0.97, foot, kind), (1, foot * 0.97, "line"))
    return Outline(radius, rng.uniform(0.006, 0.022), floor=rng.uniform(0.86, 0.97))


def _stemmed(rng: np.random.Generator) -> Outline:
    rim = rng.uniform(0.1, 0.24)
    wide = rim * rng.uniform(0.95, 1.4)
    belly = rng.uniform(0.12, 0.3)
    cup = rng.uniform(0.4, 0.62)
    stem = rng.uniform(0.008, 0.018)
    foot = rng.uniform(0.12, 0.2)
    radius = _trace(
        rim, (belly, wide, "ease"), (cup, stem * 1.6, "hollow"), (cup + 0.05, stem, "bulge"),
        (0.93, stem * rng.uniform(1, 1.5), "line"), (0.99, foot, "hollow"), (1, foot, "line"),
    )  # fmt: skip
    if rng.random() < 0.2:  # a cone
        radius = _trace(
            wide * 1.3, (cup, stem, "line"), (0.93, stem, "line"), (0.99, foot, "hollow"),
            (1, foot, "line"),
        )  # fmt: skip
    return Outline(radius, rng.uniform(0.003, 0.008), floor=cup - 0.02, stem=True)


def _jar(rng: np.random.Generator) -> Outline:
    wide = rng.uniform(0.22, 0.45)
    mouth = wide * rng.uniform(0.7, 0.95)
    neck = rng.uniform(0.06, 0.15)
    below = neck + rng.uniform(0.04, 0.15)
    radius = _trace(
        mouth, (neck, mouth, "line"), (below, wide, "bulge"), (0.93, wide, "line"),
        (1, wide * rng.uniform(0.8, 0.95), "hollow"),
    )  # fmt: skip
    return Outline(radius, rng.uniform(0.008, 0.02), True, neck, (below, 0.92), 0.95)


def _vase(rng: np.random.Generator) -> Outline:
    heights = np.sort(rng.uniform(0.1, 0.9, rng.integers(1, 4)))
    scale = rng.uniform(0.14, 0.32)
    values = scale * rng.uniform(0.4, 1.2, len(heights) + 2)
    parts = [(float(h), float(r), "ease") for h, r in zip(heights, values, strict=False)]
    radius = _trace(float(values[-1]), *parts, (1, float(values[-2]), "ease"))
    return Outline(radius, rng.uniform(0.008, 0.025), floor=rng.uniform(0.85, 0.96))


def _bowl(rng: np.random.Generator) -> Outline:
    rim, foot = rng.uniform(0.6, 1.1), rng.uniform(0.2, 0.4)
    radius = _trace(rim, (0.95, foot, "hollow"), (1, foot, "line"))
    return Outline(radius, rng.uniform(0.02, 0.05), floor=0.9)


def _flask(rng: np.random.Generator) -> Outline:
    neck, wide = rng.uniform(0.07, 0.11), rng.uniform(0.3, 0.38)
    top = rng.uniform(0.25, 0.4)
    if rng.random() < 0.5:  # a cone
        parts = [(0.92, wide, "line"), (1, wide * 0.85, "hollow")]
    else:  # a ball
        middle = (top + 1) / 2
        parts = [(middle, (1 - top) / 2, "bulge"), (1, 0.1, "hollow")]
    radius = _trace(neck * 1.25, (0.02, neck, "line"), (top, neck, "line"), *parts)
    return Outline(radius, rng.uniform(0.006, 0.012), True, 0.06)


def _bulb(rng: np.random.Generator) -> Outline:
    wide = rng.uniform(0.26, 0.36)
    radius = _trace(
        0.11, (0.22, 0.12, "line"), (1 - wide, wide, "ease"), (1, 0.03, "hollow")
    )  # fmt: skip
    return Outline(radius, 0.006, False, 0.22, floor=1.0)


def _ball(rng: np.random.Generator) -> Outline:
    v = np.linspace(-1, 1, SAMPLES)
    radius = 0.5 * np.sqrt(np.clip(1 - v**2, 0, 1))
    return Outline(radius.astype(np.float32), 1.0 if rng.random() < 0.5 else 0.01, False, floor=1.0)


def _box(rng: np.random.Generator) -> Outline:
    """Perfume and spirits: broad shoulders."""
    neck, wide = rng.uniform(0.07, 0.14), rng.uniform(0.2, 0.4)
    top = rng.uniform(0.15, 0.3)
    radius = _trace(
        neck, (top, neck, "line"), (top + 0.06, wide, "bulge"), (0.97, wide, "line"),
        (1, wide * 0.95, "hollow"),
    )  # fmt: skip
    return Outline(radius, rng.uniform(0.015, 0.04), True, top, (top + 0.1, 0.9), 0.9)


OUTLINES: dict[str, Callable[[np.random.Generator], Outline]] = {
    "bottle": _bottle,
    "plastic bottle": _plastic_bottle,
    "tumbler": _tumbler,
    "stemmed": _stemmed,
    "jar": _jar,
    "vase": _vase,
    "bowl": _bowl,
    "flask": _flask,
    "bulb": _bulb,
    "ball": _ball,
    "box": _box,
}
SHARES = [0.2, 0.26, 0.13, 0.13, 0.08, 0.05, 0.04, 0.04, 0.03, 0.02, 0.02]  # of OUTLINES, in order
