"""Smoke, steam and flames: alpha from noise that is folded by noise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .translucent import Sheet, step, wave

Field = NDArray[np.float32]


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A plume, wisps or a fire, (side, side, 4) uint8 straight RGBA.

    There are no edges to cover here, so it is drawn at the picture's own size.
    """
    kind = rng.choice(["plume", "wisps", "flames"], p=[0.4, 0.3, 0.3])
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    up = np.clip(1 - (y - 0.05) / 0.88, 0, 1.2)  # 0 at the source, below
    lines = np.clip((up[:, 0] * 199).astype(int), 0, 199)
    bend = (wave(rng, 200, 3) * rng.uniform(0.02, 0.12) * np.linspace(0, 1, 200) ** 1.3)[lines]
    wide = rng.uniform(0.02, 0.09) + rng.uniform(0.1, 0.34) * np.linspace(0, 1, 200) ** rng.uniform(
        0.6, 1.5
    )
    if kind == "flames":
        wide = rng.uniform(0.12, 0.3) * np.sqrt(np.linspace(1, 0, 200) + 0.02)
    across = (x - 0.5 - bend[:, None]) / wide[lines][:, None].astype(np.float32)
    warp_x, warp_y = (_noise(rng, side, rng.uniform(3, 6), 3) for _ in range(2))
    folded = rng.uniform(0.02, 0.09)
    stretch = 0.35 if kind == "flames" else 0.7
    noise = _noise(rng, side, rng.uniform(4, 9), 5, (side, int(side * stretch)))
    px = (x + folded * warp_x) * side
    py = (y + folded * warp_y) * side
    moved = cv2.remap(noise, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    noise = moved.astype(np.float32, copy=False)
    envelope = np.exp(-(np.abs(across + 0.35 * warp_x) ** 2.5)) * step(up, 0.0, 0.04)
    fade = 1 - step(up, rng.uniform(0.5, 0.8), 1.0)
    if kind == "wisps":
        threads = np.exp(-np.abs(noise) / rng.uniform(0.04, 0.14))
        threads = threads + 0.5 * np.exp(-np.abs(warp_x + 0.5 * noise) / 0.05)
        alpha = envelope * fade * (threads * rng.uniform(0.3, 0.9) + 0.05)
    else:
        low = rng.uniform(-0.8, 0.1)
        sharp = rng.uniform(0.25, 1.0) if kind == "flames" else rng.uniform(0.6, 1.8)
        dense = step(noise + 1.6 * envelope - 1.0, low, low + sharp)
        alpha = dense * np.minimum(1, 2 * envelope) * fade * rng.uniform(0.3, 1.0)
    most = max(float(np.quantile(alpha, 0.97)), 1e-3)
    alpha = np.clip(alpha / most * rng.uniform(0.2, 0.95) - 0.015, 0, 0.98)
    edge = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    alpha = alpha * step(edge.astype(np.float32), 0.0, 0.06)
    if kind == "flames":
        heat = np.clip(alpha * 1.3 + 0.35 * (1 - up) - 0.15 + 0.1 * noise, 0, 1)[..., None]
        hot, cool = np.array([1.0, 0.95, 0.7]), np.array([0.85, 0.15, 0.02])
        if rng.random() < 0.15:
            hot, cool = np.array([0.8, 0.95, 1.0]), np.array([0.1, 0.3, 0.9])
        colour = cool + (hot - cool) * heat
    else:
        tone = rng.uniform(0.05, 1) * np.clip(1 + rng.normal(0, 0.04, 3), 0.8, 1.2)
        if rng.random() < 0.15:
            tone = rng.uniform(0, 1, 3)
        light = 1 + rng.uniform(0, 0.35) * cv2.Sobel(noise, -1, 1, 1, ksize=3).clip(-1, 1)
        colour = tone * light[..., None]
    sheet = Sheet(side)
    layer = np.dstack([np.clip(colour, 0, 1) * alpha[..., None], alpha]).astype(np.float32)
    large = sheet.layer.shape[:2]
    sheet.layer = 255 * cv2.resize(layer, large, interpolation=cv2.INTER_NEAREST).astype(np.float32)
    if kind == "flames" and rng.random() < 0.5:
        for _ in range(rng.integers(5, 60)):  # sparks
            at = np.array([0.5 + rng.normal(0, 0.16), rng.uniform(0.1, 0.9)]) * side
            tail = at + rng.normal(0, 3, 2) + (0.0, 2.0)
            sheet.stroke(
                np.array([at, tail]), [1, 0.7, 0.2], rng.uniform(0.4, 1), rng.uniform(0.3, 1.2)
            )
    if rng.random() < 0.3:
        sheet.turn(rng.normal(0, 25), 0.9)
    return sheet.picture()


def _noise(
    rng: np.random.Generator, side: int, cells: float, octaves: int,
    shape: tuple[int, int] | None = None,
) -> Field:  # fmt: skip
    """Octaves of smooth noise, (side, side), about N(0, 1); `shape` stretches cells."""
    rows, columns = shape or (side, side)
    total, weight = np.zeros((side, side), np.float32), 1.0
    for _ in range(octaves):
        n, m = max(3, int(cells * columns / side) + 2), max(3, int(cells * rows / side) + 2)
        coarse = rng.normal(size=(n, m)).astype(np.float32)
        total += weight * cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
        cells, weight = cells * 2.1, weight * 0.55
    return total / max(float(total.std()), 1e-6)
