"""Surfaces: what drawn shapes, walls and scenes without photos are made of."""

from __future__ import annotations

import cv2
import numpy as np

from ...imaging.arrays import Shape
from .assets import Assets


def random_colour(rng: np.random.Generator) -> np.ndarray:
    """A colour, (3,) float32 RGB 0..1: greys and skin-like tones as often as vivid ones."""
    kind = rng.random()
    if kind < 0.3:
        colour = np.full(3, rng.uniform(0.02, 0.98)) + rng.normal(0, 0.03, 3)
    elif kind < 0.45:
        tone = rng.uniform(0.2, 0.95)
        colour = tone * np.array([1.0, rng.uniform(0.65, 0.85), rng.uniform(0.5, 0.75)])
    else:
        colour = rng.uniform(0, 1, 3)
    return np.clip(colour, 0, 1).astype(np.float32)


def smooth_field(rng: np.random.Generator, shape: Shape, cells: float) -> np.ndarray:
    """A smooth random field, (h, w) float32, about N(0, 1), with `cells` bumps a side."""
    n = max(2, round(cells) + 1)
    coarse = rng.normal(size=(n, n)).astype(np.float32)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def noise(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Multi-octave noise between two or three colours, (h, w, 3) float32."""
    roughness = rng.uniform(0.35, 0.8)
    cells, weight = rng.uniform(1.5, 6), 1.0
    value = np.zeros(shape, np.float32)
    while cells < min(shape) / 1.5:
        value += weight * smooth_field(rng, shape, cells)
        cells, weight = cells * 2, weight * roughness
    value = (value - value.min()) / max(float(np.ptp(value)), 1e-6)  # h, w in 0..1
    stops = np.stack([random_colour(rng) for _ in range(rng.integers(2, 4))])
    position = value * (len(stops) - 1)
    left = np.minimum(position.astype(int), len(stops) - 2)
    mix = (position - left)[..., None]
    result: np.ndarray = (stops[left] * (1 - mix) + stops[left + 1] * mix).astype(np.float32)
    return result


def stripes(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Stripes or checks of two colours, warped a little, (h, w, 3) float32."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    bend = rng.uniform(0, 8)
    x = x + bend * smooth_field(rng, shape, 3)
    y = y + bend * smooth_field(rng, shape, 3)
    angle, period = rng.uniform(0, np.pi), rng.uniform(4, max(6, min(shape) / 4))
    across = x * np.cos(angle) + y * np.sin(angle)
    wave = np.sin(across * 2 * np.pi / period)
    if rng.random() < 0.3:
        along = -x * np.sin(angle) + y * np.cos(angle)
        wave = wave * np.sin(along * 2 * np.pi / period)
    mix = np.clip(wave * rng.uniform(1, 6) + 0.5, 0, 1)[..., None]
    result: np.ndarray = (random_colour(rng) * (1 - mix) + random_colour(rng) * mix).astype(
        np.float32
    )
    return result


def fibres(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A mass of yarn, fur, grass or leaves with dark gaps, all of it opaque, (h, w, 3) float32."""
    colours = [random_colour(rng) for _ in range(rng.integers(1, 4))]
    gap = colours[0] * rng.uniform(0.03, 0.4)
    canvas: np.ndarray = np.full((*shape, 3), gap * 255).astype(np.uint8)
    length, thick = rng.uniform(0.1, 0.9) * max(shape), np.exp(rng.uniform(0, np.log(9)))
    course, spread = rng.uniform(0, 2 * np.pi), rng.choice([0.1, 0.4, 3.0])
    count = int(min(500, rng.uniform(0.6, 1.6) * shape[0] * shape[1] / (length * thick)))
    starts = rng.uniform(-0.3, 1.3, (count, 2)) * (shape[1], shape[0])
    angles = course + spread * rng.normal(size=(count, 1))
    steps = np.linspace(0, 1, 7)
    angles = angles + rng.normal(0, 0.5, (count, 1)) * steps  # count, 7
    paths = np.stack([np.cos(angles), np.sin(angles)], 2).cumsum(1) * length / 7
    paths = ((starts[:, None] - paths[:, 3:4] + paths) * 8).astype(np.int32)
    light = rng.uniform(0.35, 1.15, count)
    for path, shade in zip(paths, light, strict=True):
        colour = colours[rng.integers(len(colours))] * shade * 255
        width = max(1, round(thick * rng.uniform(0.4, 1.2)))
        cv2.polylines(canvas, [path], False, colour.tolist(), width, cv2.LINE_AA, 3)
    return canvas.astype(np.float32) / 255


def gradient(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """One colour, lit unevenly, with faint grain: a wall, (h, w, 3) float32."""
    light = 1 + rng.uniform(0, 0.2) * smooth_field(rng, shape, rng.uniform(1, 2.5))
    grain = rng.normal(0, rng.uniform(0, 0.02), shape)
    wall = random_colour(rng) * light[..., None] + grain[..., None]
    return np.clip(wall, 0, 1).astype(np.float32)


def crop_photo(rng: np.random.Generator, photo: np.ndarray, shape: Shape) -> np.ndarray:
    """A random crop of a photo, brought to `shape`, flipped half the time, (h, w, 3) float32."""
    height, width = photo.shape[:2]
    largest = min(height / shape[0], width / shape[1])
    # As fractions of the largest crop that fits; small crops would be all blur.
    scale = largest * rng.uniform(0.45, 1.0) if largest > 1 else largest
    h, w = max(1, int(shape[0] * scale)), max(1, int(shape[1] * scale))
    top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    crop = photo[top : top + h, left : left + w]
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    crop = cv2.resize(crop, (shape[1], shape[0]), interpolation=how)
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    return np.ascontiguousarray(crop, np.float32) / 255


def surface(rng: np.random.Generator, shape: Shape, assets: Assets) -> np.ndarray:
    """A random surface for a drawn shape, (h, w, 3) float32 RGB 0..1."""
    kind = rng.random()
    if (assets.textures or assets.backgrounds) and kind < 0.45:
        return crop_photo(rng, assets.texture(rng), shape)
    if kind < 0.57:
        return fibres(rng, shape)
    if kind < 0.70:
        return noise(rng, shape)
    if kind < 0.80:
        return stripes(rng, shape)
    return gradient(rng, shape)
