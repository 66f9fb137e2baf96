"""Sheer cloth: curtains, veils, scarves, stockings, tulle and lace.

Cloth that is seen at a slant, or twice, hides more: one layer of alpha a, met at an angle whose
cosine is c, lets (1 - a) ** (1 / c) through.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .translucent import Sheet, grid, wave

Field = NDArray[np.float32]


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A piece of sheer cloth, (side, side, 4) uint8 straight RGBA."""
    sheet = Sheet(side)
    kind = rng.choice(["hanging", "veil", "scarf", "stocking"], p=[0.4, 0.2, 0.25, 0.15])
    colour = np.full(3, rng.uniform(0.02, 1)) if rng.random() < 0.55 else rng.uniform(0, 1, 3)
    pattern = _pattern(rng)
    faint = float(np.exp(rng.uniform(np.log(0.04), np.log(0.5))))
    if kind == "stocking":
        for at in rng.uniform(0.3, 0.7, 1) if rng.random() < 0.4 else (0.33, 0.66):
            _stocking(rng, sheet, float(at) * side, colour, rng.uniform(0.1, 0.7), pattern)
    else:
        for _ in range(1 if kind == "hanging" else int(rng.integers(1, 3))):
            _cloth(rng, sheet, str(kind), colour, faint, pattern)
    if rng.random() < 0.4:
        sheet.turn(rng.normal(0, 15) if kind != "scarf" else rng.uniform(-180, 180), 0.88)
    return sheet.picture()


def _cloth(
    rng: np.random.Generator, sheet: Sheet, kind: str, colour: NDArray[Any], faint: float,
    pattern: Field | None,
) -> None:  # fmt: skip
    side = sheet.side
    top, tall = rng.uniform(0.04, 0.15) * side, rng.uniform(0.6, 0.85) * side
    n = 200
    t = np.linspace(0, 1, n)
    if kind == "hanging":
        half = side * rng.uniform(0.2, 0.42) * np.ones(n)
        half = half * (
            1 - rng.uniform(0, 0.5) * np.exp(-(((t - rng.uniform(0.4, 0.8)) / 0.2) ** 2))
        )
    elif kind == "veil":  # over a head, wider below
        half = side * (0.16 * np.sqrt(np.clip(t / 0.15, 0, 1)) + rng.uniform(0.1, 0.26) * t)
    else:
        half = side * rng.uniform(0.08, 0.2) * (1 + 0.25 * wave(rng, n, 3).astype(float))
    middle = side / 2 + rng.uniform(0, 0.05) * side * wave(rng, n, 2)
    left, right = middle - half, middle + half * (1 + 0.05 * wave(rng, n, 3))
    left = left + 0.01 * side * wave(rng, n, 5)
    folds = rng.uniform(2, 9) if kind != "scarf" else rng.uniform(1, 4)
    low, high = np.array([left.min(), top]), np.array([right.max(), top + tall + 0.05 * side])
    at, _ = sheet.window(low.clip(0, side), high.clip(0, side))
    x, y = grid(at)
    v = (y - top) / tall  # h, 1
    a, b = (np.interp(v, t, e).astype(np.float32) for e in (left, right))
    u = (x - a) / (b - a)  # h, w: 0..1 across the cloth
    hem = 1 + 0.03 * np.interp(u, np.linspace(0, 1, 99), wave(rng, 99, folds * 2)).astype(
        np.float32
    )
    fan = v if kind == "veil" and rng.random() < 0.7 else 1.0
    slope, light = np.zeros_like(u), np.ones_like(u)
    for octave in range(3):
        turns = folds * 2.1**octave
        drift = np.interp(v, t, wave(rng, n, 2 + octave)).astype(np.float32) * rng.uniform(0.1, 0.8)
        bunch = u + rng.uniform(0, 0.06) * np.sin(2 * np.pi * u * rng.uniform(0.5, 2)).astype(
            np.float32
        )
        phase = 2 * np.pi * (turns * bunch + drift) + rng.uniform(0, 6)
        strength = rng.uniform(0.2, 1.7) / 1.6**octave
        slope += (strength * fan) * np.cos(phase)
    layers = np.sqrt(1 + slope**2)
    layers = layers + (np.abs(slope) > rng.uniform(2.2, 3.5))  # folded over: two more, sharp edges
    light = 0.75 + 0.25 * np.tanh(slope * rng.choice([-1, 1])) * rng.uniform(0.3, 1)
    edge = rng.uniform(0.004, 0.03)
    border = (np.minimum(u, 1 - u) * (b - a) < edge * side) | (v > hem - edge)
    layers = layers + border * rng.choice([0.0, 1.0, 2.0])
    cover = np.full_like(u, faint)
    if pattern is not None:
        cover = _woven(pattern, u * (b - a), y, slope, faint)
    inside = (u >= 0) & (u <= 1) & (v >= 0) & (v <= hem)
    alpha = 1 - np.power(1 - np.clip(cover, 0, 0.995), layers.clip(1, 6))
    sheet.over(np.clip(light[..., None] * colour, 0, 1), alpha * inside, at)


def _woven(pattern: Field, x: Field, y: Field, slope: Field, faint: float) -> Field:
    """The pattern's coverage on the cloth: pressed together where it is seen at a slant."""
    bow = (0.8 * slope).astype(np.float32)
    scale = np.float32(pattern.shape[0] / 64)
    px, py = np.broadcast_arrays((x + bow) * 4 * scale, y * 4 * scale)
    size = np.float32(pattern.shape[0])
    woven = cv2.remap(
        pattern, np.ascontiguousarray(px % size), np.ascontiguousarray(py % size),
        cv2.INTER_NEAREST, borderMode=cv2.BORDER_WRAP,
    )  # fmt: skip
    result: Field = np.maximum(woven, np.float32(0.25 * faint) * (woven < 0.5))
    return result


def _pattern(rng: np.random.Generator) -> Field | None:
    """A tile of threads, 1 where there are any: nothing, tulle, dots, or lace."""
    kind = rng.random()
    if kind < 0.5:
        return None
    size = int(rng.integers(60, 180))
    tile = np.zeros((size, size), np.uint8)
    if kind < 0.7:  # tulle
        mesh = int(rng.integers(8, 20))
        size = (size // mesh + 1) * mesh
        tile = np.zeros((size, size), np.uint8)
        y, x = np.mgrid[:size, :size]
        thread = int(rng.integers(1, 4))
        tile[((x + y) % mesh < thread) | ((x - y) % mesh < thread)] = 1
        if rng.random() < 0.4:
            cv2.circle(tile, (size // 2, size // 2), int(rng.integers(4, size // 4)), 1, -1)
        return tile.astype(np.float32)
    line = int(rng.integers(1, 5))
    ground = int(rng.integers(7, 16))
    y, x = np.mgrid[:size, :size]
    tile[(x % ground == 0) | (y % ground == 0)] = 1
    petals, middle = int(rng.integers(4, 9)), size / 2
    t = np.linspace(0, 2 * np.pi, 240)
    solid = rng.random() < 0.5
    for scale in (0.46, 0.3, 0.12):
        radius = size * scale * (0.7 + 0.3 * np.cos(petals * t))
        points = np.stack([middle + radius * np.cos(t), middle + radius * np.sin(t)], 1)
        outline = [np.rint(points).astype(np.int32)]
        cv2.fillPoly(tile, outline, int(solid) if scale == 0.3 else 0)
        cv2.polylines(tile, outline, True, 1, line)
    for corner in ((0, 0), (0, size), (size, 0), (size, size)):
        cv2.circle(tile, corner, size // 5, 1, line)
        cv2.circle(tile, corner, size // 9, 1, -1)
    spokes = np.stack([np.cos(t[::24]), np.sin(t[::24])], 1)
    for spoke in spokes:
        ends = np.rint(middle + np.outer([0.14, 0.3], spoke) * size).astype(int)
        cv2.line(tile, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1, max(1, line // 2))
    return tile.astype(np.float32)


def _stocking(
    rng: np.random.Generator, sheet: Sheet, x0: float, colour: NDArray[Any], faint: float,
    pattern: Field | None,
) -> None:  # fmt: skip
    """A sleeve or a stocking: denser towards its sides, and at its toe and welt."""
    side = sheet.side
    top, tall, n = 0.06 * side, rng.uniform(0.7, 0.86) * side, 200
    t = np.linspace(0, 1, n)
    half = side * (0.1 - 0.05 * t + 0.02 * np.sin(np.pi * np.clip((t - 0.4) / 0.4, 0, 1)))
    half = half * np.sqrt(np.clip((1 - t) / 0.04, 0, 1)) * (1 + 0.03 * wave(rng, n, 12))
    middle = x0 + 0.02 * side * wave(rng, n, 3)
    at, _ = sheet.window(np.array([(middle - half).min(), top]),
                         np.array([(middle + half).max(), top + tall]))  # fmt: skip
    x, y = grid(at)
    v = (y - top) / tall
    r = np.maximum(np.interp(v, t, half), 0.1).astype(np.float32)
    u = np.clip((x - np.interp(v, t, middle).astype(np.float32)) / r, -1, 1)
    inside = (np.abs(u) < 1) & (v >= 0) & (v <= 1)
    wrinkle = np.interp(v, t, wave(rng, n, rng.uniform(10, 50))).astype(np.float32)
    layers = 2 / np.maximum(np.sqrt(1 - u**2), 0.12) * (1 + 0.15 * wrinkle)
    layers = layers * np.where((v < 0.07) | (v > 0.94), 2.5, 1)
    cover = np.full_like(u, faint * 0.4)
    if pattern is not None:
        cover = 0.8 * _woven(pattern, np.arcsin(u) * r, y, 0 * u, faint)
    alpha = 1 - np.power(1 - np.clip(cover, 0, 0.99), layers.clip(0, 12))
    light = 0.7 + 0.3 * np.sqrt(1 - u**2) + 0.1 * wrinkle
    sheet.over(np.clip(light[..., None] * colour, 0, 1), alpha * inside, at)
