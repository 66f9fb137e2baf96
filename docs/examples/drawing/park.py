"""A park in the afternoon, far out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from .camera import out_of_focus
from .fields import Map, Size, bumps, clouds, colour, soft

GREENS = ("#1f3318", "#3a5722", "#62842f", "#9cb24b", "#dfe08a")  # from shade to sun


def park(rng: np.random.Generator, size: Size) -> Map:
    """Trees with the sun behind them, a lawn and a path."""
    height, width = size
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    glow = np.exp(-(((x - 0.30) / 0.42) ** 2 + ((y - 0.26) / 0.34) ** 2))  # where the sun is
    scene = _foliage(rng, size, 0.30 + 0.55 * glow, 170)
    scene = _sky_between(rng, scene, y, glow)
    scene = out_of_focus(scene, 9)
    scene = _lawn(rng, scene, x, y)
    for middle, thick, tone in ((0.10, 0.052, 0.9), (0.885, 0.06, 0.7), (0.665, 0.022, 1.3)):
        scene = _trunk(rng, scene, x, y, middle, thick, tone)
    scene = out_of_focus(scene, 6)
    near = np.clip((0.20 + 0.34 * np.abs(x - 0.46) + 0.07 * bumps(rng, size, 150) - y) * 7, 0, 1)
    near *= clouds(rng, size, 60, 5, 0.75) > -0.25
    scene = _over(scene, _foliage(rng, size, 0.34 + 0.5 * glow, 60), near)
    scene = out_of_focus(_sparkle(rng, scene, near, glow), 13)
    haze = 0.16 * soft(glow, 5)[..., None] * colour("#ffeec0")
    return (scene * 1.25 + haze).astype(np.float32)


def _foliage(rng: np.random.Generator, size: Size, light: Map, clump: float) -> Map:
    """Leaves in clumps: the upper left of each in the sun, the lower right in shade."""
    relief = clouds(rng, size, clump, 4, 0.62)
    facing = sum(lit_by_sun(soft(relief, sigma)) for sigma in (3, 9))
    value = np.clip(light + 0.17 * facing + 0.05 * relief, 0, 1) * (len(GREENS) - 1)
    stops = np.stack([colour(green) for green in GREENS])
    left = np.minimum(value.astype(int), len(GREENS) - 2)
    return _mix(stops[left], stops[left + 1], value - left)


def lit_by_sun(relief: Map) -> Map:
    """How much clumps face the upper left, deviation 1."""
    facing = relief - np.roll(relief, (5, 4), (0, 1))
    result: Map = facing / facing.std()
    return result


def _sky_between(rng: np.random.Generator, scene: Map, y: Map, glow: Map) -> Map:
    """Bright holes in the leaves, more of them near the sun."""
    holes = clouds(rng, y.shape, 90, 5, 0.7) + 1.9 * glow - 3.4 * np.clip(y - 0.42, 0, 1)
    cover = np.clip((holes - 2.0) * 3, 0, 1)
    sky = _mix(colour("#dfeaf2"), colour("#fff1cf"), glow) * 1.7
    return _over(scene, sky, cover)


def _lawn(rng: np.random.Generator, scene: Map, x: Map, y: Map) -> Map:
    size = x.shape
    depth = np.clip((y - 0.66) / 0.34, 0, 1)
    grass = _mix(colour("#b3b95e"), colour("#6a8a3a"), np.clip(depth * 1.2, 0, 1))
    grass = (
        grass * (1 + 0.14 * bumps(rng, size, 4, 9) + 0.1 * clouds(rng, size, 150, 10))[..., None]
    )
    streaks = bumps(rng, size, 22, 300) + 0.7 * bumps(rng, size, 12, 130)
    sun = np.clip(0.8 * streaks - 0.1 + 0.5 * (0.5 - depth), 0, 1.2)[..., None]
    light = 0.5 + 0.85 * sun * colour("#fff0c4")
    scene = _over(scene, grass * light, np.clip((y - 0.655) * 45, 0, 1))
    middle, half = 0.50 + 0.16 * (1 - depth) ** 2, 0.012 + 0.17 * depth
    way = np.clip((half - np.abs(x - middle)) * 40, 0, 1) * np.clip((y - 0.66) * 60, 0, 1)
    return _over(scene, colour("#cdbd9d") * light, way)


def _trunk(
    rng: np.random.Generator, scene: Map, x: Map, y: Map, middle: float, thick: float, tone: float
) -> Map:
    bend = middle + 0.015 * np.sin(3 * y + 5 * middle)
    half = thick * (0.5 + 0.4 * np.clip((y - 0.6) / 0.2, 0, 1) ** 3)
    across = (x - bend) / half
    bark = colour("#5d4a39") * tone * (1 + 0.25 * bumps(rng, x.shape, 60, 6))[..., None]
    towards = 1 if middle > 0.3 else -1  # the side that the sun is on
    bark = bark * (0.35 + 1.1 * np.clip(0.5 - 0.5 * towards * across, 0, 1) ** 2)[..., None]
    return _over(scene, bark, np.clip((1 - np.abs(across)) * 20, 0, 1) * (y < 0.69 + thick))


def _sparkle(rng: np.random.Generator, scene: Map, near: Map, glow: Map) -> Map:
    """Sun that glitters on leaves and between them."""
    height, width = near.shape
    sparks = np.zeros(near.shape, np.float32)
    for _ in range(900):
        row, column = int(rng.random() ** 1.4 * 0.66 * height), int(rng.integers(width))
        power = float(rng.uniform(1, 4) ** 2)
        if (
            rng.random()
            < 0.06 + 0.4 * near[row, column] * glow[row, column] + 0.12 * glow[row, column]
        ):
            cv2.circle(sparks, (column, row), int(rng.integers(1, 4)), power, -1)
    return scene + sparks[..., None] * colour("#fbe9a6")


def _mix(one: Map, other: Map, share: Map) -> Map:
    return (one * (1 - share[..., None]) + other * share[..., None]).astype(np.float32)


def _over(scene: Map, layer: Map, cover: Map) -> Map:
    return _mix(scene, layer, cover)
