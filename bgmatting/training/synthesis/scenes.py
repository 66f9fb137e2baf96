"""Scenes: the empty places that source and plate both show."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from ...imaging.arrays import Shape
from .assets import Assets
from .settings import GENERATOR
from .textures import crop_photo, gradient, noise, random_colour, stripes, surface


def draw_scene(
    rng: np.random.Generator,
    shape: Shape,
    assets: Assets,
    shares: Mapping[str, float] = GENERATOR.scenes,
) -> np.ndarray:
    """An empty scene, (h, w, 3) float32 RGB 0..1; of photos only where there are any."""
    shares = dict(shares)
    if not assets.backgrounds:
        shares.pop("photo", None)
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    kind = names[rng.choice(len(names), p=weights / weights.sum())]
    if kind == "photo":
        return crop_photo(rng, assets.background(rng), shape)
    if kind == "leaves":
        return dead_leaves(rng, shape, assets)
    if kind == "wall":
        return wall(rng, shape)
    return (noise, stripes)[rng.integers(2)](rng, shape)


def dead_leaves(rng: np.random.Generator, shape: Shape, assets: Assets) -> np.ndarray:
    """Overlapping discs and rectangles with power-law sizes (Lee, Mumford and Huang, 2001)."""
    scene = surface(rng, shape, assets)
    sheets = [surface(rng, shape, assets) for _ in range(2)]
    for _ in range(rng.integers(15, 60)):
        extent = max(shape) * min(0.6, 0.04 * rng.pareto(1.5) + 0.03)
        axes = (max(1, int(extent)), max(1, int(extent * rng.uniform(0.2, 1))))
        centre = (int(rng.integers(shape[1])), int(rng.integers(shape[0])))
        reach = int(np.hypot(*axes)) + 2
        left, top = (max(0, c - reach) for c in centre)
        part = np.s_[top : centre[1] + reach, left : centre[0] + reach]  # blend no more than that
        mask = np.zeros(scene[part].shape[:2], np.uint8)
        inside, angle = (centre[0] - left, centre[1] - top), rng.uniform(0, 180)
        if rng.random() < 0.5:
            cv2.ellipse(mask, inside, axes, angle, 0, 360, 255, -1, cv2.LINE_AA)
        else:
            box = cv2.boxPoints((inside, (2.0 * axes[0], 2.0 * axes[1]), angle))
            cv2.fillPoly(mask, [box.astype(np.int32)], 255, cv2.LINE_AA)
        mix = mask[..., None].astype(np.float32) / 255
        if rng.random() < 0.6:
            leaf: np.ndarray = random_colour(rng)
        else:
            leaf = sheets[rng.integers(2)][part]
        scene[part] = scene[part] * (1 - mix) + leaf * mix
    return scene


def wall(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A plain wall, sometimes with a floor line, a door frame or a picture on it."""
    scene = gradient(rng, shape)
    height, width = shape
    for _ in range(rng.integers(0, 4)):
        top, left = rng.integers(height), rng.integers(width)
        h, w = rng.integers(2, max(3, height)), rng.integers(2, max(3, width // 2))
        patch = scene[top : top + h, left : left + w]
        patch[:] = (
            0.5 * patch + 0.5 * random_colour(rng)
            if rng.random() < 0.5
            else (gradient(rng, patch.shape[:2]))
        )
    if rng.random() < 0.4:
        floor = int(height * rng.uniform(0.6, 0.95))
        scene[floor:] = gradient(rng, (height - floor, width))
    return cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.3, 1.5))
