"""Subjects: straight colour and exact alpha, placed on the canvas that the camera will see."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from ...imaging.arrays import Shape
from .assets import Assets
from .settings import GENERATOR, SETTINGS, SUBJECT_KINDS
from .shapes import SHAPES, draw_shape, draw_strands, veil
from .textures import fibres, random_colour, smooth_field, surface

Layer = tuple[np.ndarray, np.ndarray]  # colour (h, w, 3), alpha (h, w); float32 0..1


def draw_subject(
    rng: np.random.Generator,
    scene: np.ndarray,
    assets: Assets,
    shares: Mapping[str, float] = GENERATOR.subjects,
) -> Layer:
    """A subject for `scene`, of its shape.

    Args:
        rng: source of all randomness.
        scene: (h, w, 3) float32, what it will stand before; camouflage borrows its colours.
        assets: folders of pictures, any of them empty.
        shares: of the families; those without pictures drop out.

    Returns:
        Straight colour (h, w, 3), defined wherever alpha is above 0, and alpha (h, w), float32.
    """
    shape: Shape = scene.shape[:2]
    shares = dict(shares)
    for kind in SUBJECT_KINDS:
        if not getattr(assets, kind):
            shares.pop(kind, None)
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    kind = names[rng.choice(len(names), p=weights / weights.sum())]
    if kind == "empty":
        return scene.copy(), np.zeros(shape, np.float32)
    if kind == "full":
        return surface(rng, shape, assets), np.ones(shape, np.float32)
    colour, alpha = _one(rng, kind, scene, assets)
    if rng.random() < 0.12:
        colour, alpha = _over((colour, alpha), _one(rng, kind, scene, assets))
    if rng.random() < 0.12:
        colour, alpha = _stray_hair(rng, colour, alpha)
    if rng.random() < 0.05:
        alpha = veil(rng, alpha)
    if rng.random() < (SETTINGS.soft_camouflage if kind == "soft" else SETTINGS.camouflage):
        colour = _camouflage(rng, colour, alpha, scene, repaint=kind != "soft")
    if rng.random() < 0.3:
        light = 1 + rng.uniform(0, 0.3) * smooth_field(rng, shape, 2)
        colour = colour * light[..., None]
    return soften(rng, np.clip(colour, 0, 1), np.clip(alpha, 0, 1))


def _one(rng: np.random.Generator, kind: str, scene: np.ndarray, assets: Assets) -> Layer:
    shape: Shape = scene.shape[:2]
    if kind in SHAPES:
        hairy = kind == "strands" and rng.random() < 0.4
        colour = fibres(rng, shape) if hairy else surface(rng, shape, assets)
        return colour, draw_shape(rng, kind, shape)
    colour, alpha = place(rng, assets.subject(kind, rng), shape)
    if kind == "objects" and rng.random() < 0.2:
        colour = surface(rng, shape, assets)
    elif kind == "objects" and rng.random() < 0.5:
        colour = colour[..., rng.permutation(3)]
    if rng.random() < 0.5:
        gain = rng.normal(1, 0.15) * rng.normal(1, 0.05, 3)
        colour = np.clip(colour, 0, 1) ** np.exp(rng.normal(0, 0.2)) * gain
        grey = colour.mean(axis=2, keepdims=True)
        colour = grey + (colour - grey) * rng.uniform(0.5, 1.3)
    return np.clip(colour, 0, 1).astype(np.float32), alpha


def place(rng: np.random.Generator, picture: np.ndarray, shape: Shape) -> Layer:
    """Turn, scale, shear and move an RGBA picture onto a canvas of `shape`.

    Pictures cut by their lower edge mostly stay cut by the canvas's.
    """
    height, width = picture.shape[:2]
    cut_below = picture[-1, :, 3].max() > 128
    fits = min(shape[0] / height, shape[1] / width)
    scale = np.exp(rng.uniform(np.log(0.45), np.log(2.2))) * fits
    if scale < 1:  # area-average first: the warp itself does not filter
        small = (max(2, round(width * scale)), max(2, round(height * scale)))
        premultiplied = cv2.resize(_premultiply(picture), small, interpolation=cv2.INTER_AREA)
        scale = 1.0
    else:
        premultiplied = _premultiply(picture)
    height, width = premultiplied.shape[:2]
    turn = np.deg2rad(rng.normal(0, 7)) if rng.random() < 0.6 else 0.0
    shear = rng.normal(0, 0.05)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    matrix = np.array([[flip * cos, -sin + shear, 0], [flip * sin, cos, 0]])
    x = rng.uniform(0.2, 0.8) * shape[1]
    y = rng.uniform(0.25, 0.75) * shape[0]
    if cut_below and rng.random() < 0.85:
        y = shape[0] - 0.5 * height * scale + rng.uniform(0, 0.25) * shape[0]
    matrix[:, 2] = (x, y) - matrix[:, :2] @ (width / 2, height / 2)
    warped = cv2.warpAffine(premultiplied, matrix, (shape[1], shape[0]), flags=cv2.INTER_LINEAR)
    return _straight(warped)


def soften(rng: np.random.Generator, colour: np.ndarray, alpha: np.ndarray) -> Layer:
    """Blur a subject as lenses and motion do: colour and alpha together, premultiplied."""
    layer: np.ndarray = np.dstack([colour * alpha[..., None], alpha]).astype(np.float32)
    kind = rng.random()
    if kind < 0.5:
        layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.3, 1.6) ** 1.3)
    elif kind < 0.58:
        radius = int(rng.integers(2, 6))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
        layer = cv2.filter2D(layer, -1, disc.astype(np.float32) / disc.sum())
    elif kind < 0.66:
        layer = cv2.filter2D(layer, -1, _motion_kernel(rng))
    return _straight(layer)


def _motion_kernel(rng: np.random.Generator) -> np.ndarray:
    length = int(rng.integers(3, 14))
    kernel = np.zeros((length, length), np.float32)
    half, angle = (length - 1) / 2, rng.uniform(0, np.pi)
    offset = half * np.array([np.cos(angle), np.sin(angle)])
    one, two = ((half + side * offset) * 8 for side in (-1, 1))
    start, end = (int(one[0]), int(one[1])), (int(two[0]), int(two[1]))
    cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA, 3)
    result: np.ndarray = kernel / kernel.sum()
    return result


def _stray_hair(rng: np.random.Generator, colour: np.ndarray, alpha: np.ndarray) -> Layer:
    """Strands out of the upper part of the outline, coloured like what they grow from."""
    ys, xs = np.nonzero(cv2.morphologyEx((alpha > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT,
                                         np.ones((3, 3), np.uint8)))  # fmt: skip
    upper = ys < np.quantile(ys, 0.5) if len(ys) else np.zeros(0, bool)
    if upper.sum() < 8:
        return colour, alpha
    start = rng.integers(upper.sum())
    near = np.argsort((xs[upper] - xs[upper][start]) ** 2 + (ys[upper] - ys[upper][start]) ** 2)
    near = near[: max(8, int(upper.sum() * rng.uniform(0.1, 0.8)))]
    picked = near[rng.integers(len(near), size=rng.integers(8, 80))]
    roots = np.stack([xs[upper][picked], ys[upper][picked]], 1).astype(float)
    strands = draw_strands(rng, alpha.shape, roots)
    x, y = roots[0].astype(int)
    tone = colour[y, x] * rng.uniform(0.7, 1.3) if rng.random() < 0.7 else random_colour(rng)
    hair = np.broadcast_to(tone.astype(np.float32), colour.shape)
    return _over((colour, alpha), (hair, strands))


def _camouflage(
    rng: np.random.Generator,
    colour: np.ndarray,
    alpha: np.ndarray,
    scene: np.ndarray,
    *,
    repaint: bool = True,
) -> np.ndarray:
    """Bring a subject's tone near the scene's: dark on dark, light on light.

    With `repaint`, at times clothe it in a shifted copy of the scene instead, or bring some patches
    of it near what they hide, so that only the rest of the subject tells.
    """
    inside = alpha > 0.5
    if not inside.any():
        return colour
    kind = rng.random() if repaint else 1.0
    if kind < 0.45:
        patches = smooth_field(rng, alpha.shape, rng.uniform(1, 5)) * 3 - rng.uniform(0, 3)
        near = np.clip(patches, 0, rng.uniform(0.5, 0.9))[..., None]  # never all: a hole is that
        hidden: np.ndarray = colour + near * (scene * np.float32(rng.normal(1, 0.08)) - colour)
    elif kind < 0.65:
        shift = [int(rng.uniform(0.15, 0.85) * n) for n in scene.shape[:2]]
        hidden = np.roll(scene, shift, axis=(0, 1)) * np.float32(rng.uniform(0.8, 1.2))
    else:
        towards = scene[inside].mean(axis=0) - colour[inside].mean(axis=0)
        hidden = colour + rng.uniform(0.5, 1.0) * towards.astype(np.float32)
    return hidden


def _over(below: Layer, above: Layer) -> Layer:
    """`above` over `below`, both straight (Porter and Duff, 1984)."""
    a, b = above[1][..., None], below[1][..., None]
    layer = np.dstack([above[0] * a + below[0] * b * (1 - a), a + b * (1 - a)])
    return _straight(layer, fallback=below[0])


def _premultiply(picture: np.ndarray) -> np.ndarray:
    """(h, w, 4) uint8 straight -> (h, w, 4) float32 premultiplied, 0..1."""
    layer = cv2.split(np.float32(picture) * np.float32(1 / 255))
    return cv2.merge([*(cv2.multiply(colour, layer[3]) for colour in layer[:3]), layer[3]])


def _straight(layer: np.ndarray, fallback: np.ndarray | None = None) -> Layer:
    """Premultiplied (h, w, 4) -> straight colour and alpha; else `fallback` or grey."""
    alpha = layer[..., 3]
    colour = layer[..., :3] / np.maximum(alpha, 1e-4)[..., None]
    nothing = (alpha < 1e-3)[..., None]
    colour = np.where(nothing, np.float32(0.5) if fallback is None else fallback, colour)
    return np.clip(colour, 0, 1).astype(np.float32), np.clip(alpha, 0, 1).astype(np.float32)
