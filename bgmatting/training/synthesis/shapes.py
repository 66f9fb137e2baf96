"""Silhouettes drawn from nothing: alphas of people-like, soft, hard and hairy things."""

from __future__ import annotations

import cv2
import numpy as np

from ...imaging.arrays import Shape
from .settings import SETTINGS
from .textures import smooth_field


def draw_shape(rng: np.random.Generator, kind: str, shape: Shape) -> np.ndarray:
    """An alpha of `kind` (a key of `SHAPES`), (h, w) float32 0..1."""
    large = (shape[0] * SETTINGS.shape_scale, shape[1] * SETTINGS.shape_scale)
    canvas = np.zeros(large, np.uint8)
    SHAPES[kind](rng, canvas)
    if kind != "strands" and rng.random() < 0.2:
        _holes(rng, canvas)
    small = cv2.resize(canvas, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def draw_strands(rng: np.random.Generator, shape: Shape, roots: np.ndarray) -> np.ndarray:
    """Hair growing outwards from `roots` ((n, 2) x, y in pixels), alpha (h, w) float32."""
    scale = SETTINGS.shape_scale
    canvas = np.zeros((shape[0] * scale, shape[1] * scale), np.uint8)
    centre = roots.mean(axis=0)
    length = rng.uniform(0.04, 0.25) * min(shape)
    for root in roots:
        outwards = root - centre
        outwards = outwards / max(float(np.hypot(*outwards)), 1e-3)
        _strand(rng, canvas, root * scale, outwards, length * scale)
    small = cv2.resize(canvas, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def _strand(
    rng: np.random.Generator,
    canvas: np.ndarray,
    root: np.ndarray,
    direction: np.ndarray,
    length: float,
    thick: float = 1.0,
) -> None:
    """One tapered cubic Bezier curve, about `thick` pixels wide, nothing at the tip."""
    length = length * rng.uniform(0.4, 1.4)
    steps = direction * length / 3
    points = [np.asarray(root, float)]
    for _ in range(3):
        points.append(points[-1] + steps + rng.normal(0, 0.12 * length, 2))
        steps = steps + np.array([0, rng.uniform(0, 0.1) * length])  # gravity
    t = np.linspace(0, 1, 14)[:, None]
    p0, p1, p2, p3 = points
    curve = (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * p3
    width = rng.uniform(0.4, 1.6) * thick * SETTINGS.shape_scale
    value = int(rng.uniform(90, 255)) if thick < 2 else 255
    for i in range(len(curve) - 1):
        here = max(1, round(width * (1 - i / len(curve))))
        a, b = (tuple(int(v * 8) for v in curve[j]) for j in (i, i + 1))
        cv2.line(canvas, a, b, value, here, cv2.LINE_AA, 3)


def _humanoid(rng: np.random.Generator, canvas: np.ndarray) -> None:
    """Head, neck, shoulders, torso, arms and sometimes legs, as thick smooth strokes."""
    height, width = canvas.shape
    unit = rng.uniform(0.09, 0.3) * height  # head height
    x, y = rng.uniform(0.2, 0.8) * width, rng.uniform(0.05, 0.45) * height
    lean = rng.normal(0, 0.1)

    def at(across: float, down: float) -> tuple[int, int]:
        return int(x + (across + lean * down) * unit), int(y + down * unit)

    def limb(points: list[tuple[float, float]], thick: float) -> None:
        line = np.array([at(*p) for p in points], np.int32)
        cv2.polylines(canvas, [line], False, 255, max(1, int(thick * unit)), cv2.LINE_AA)

    head = (max(1, int(unit * rng.uniform(0.34, 0.44))), max(1, int(unit * 0.5)))
    cv2.ellipse(canvas, at(0, 0), head, rng.normal(0, 8), 0, 360, 255, -1, cv2.LINE_AA)
    limb([(0, 0.2), (0, 0.9)], rng.uniform(0.3, 0.45))
    half, waist = rng.uniform(0.7, 1.1), rng.uniform(0.45, 0.8)
    torso = [(-half, 1.0), (-waist, 2.6), (-waist * 1.1, 3.6)]
    outline = [(0, 0.7), *torso, *[(-a, b) for a, b in reversed(torso)]]
    cv2.fillPoly(canvas, [np.array([at(*p) for p in outline], np.int32)], 255, cv2.LINE_AA)
    thick = rng.uniform(0.28, 0.45)
    for side in (-1, 1):
        elbow = (side * (half + rng.uniform(-0.2, 0.9)), rng.uniform(1.2, 2.6))
        hand = (elbow[0] + rng.normal(0, 0.8), elbow[1] + rng.uniform(-1.3, 1.3))
        limb([(side * half * 0.9, 1.15), elbow, hand], thick)
        cv2.circle(canvas, at(*hand), max(1, int(0.25 * unit)), 255, -1, cv2.LINE_AA)
        knee = (side * rng.uniform(0.2, 0.7), 5.0)
        limb([(side * 0.35, 3.4), knee, (knee[0] + rng.normal(0, 0.3), 6.8)], thick * 1.4)
    if rng.random() < 0.6:  # a hair mass, and strands out of it
        top = np.array(at(0, -0.15), float)
        radius = unit * rng.uniform(0.45, 0.75)
        cv2.circle(canvas, tuple(int(v) for v in top), int(radius), 255, -1, cv2.LINE_AA)
        for _ in range(rng.integers(10, 70)):
            angle = rng.uniform(-np.pi * 1.2, np.pi * 0.2)
            direction = np.array([np.cos(angle), np.sin(angle)])
            _strand(rng, canvas, top + direction * radius * 0.9, direction, unit * 0.5)


def _blob(rng: np.random.Generator, canvas: np.ndarray) -> None:
    """A closed curve whose radius is a random Fourier series."""
    height, width = canvas.shape
    t = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = np.ones_like(t)
    for k in range(2, 9):
        radius += rng.normal(0, 0.45 / k) * np.cos(k * t + rng.uniform(0, 2 * np.pi))
    radius = np.clip(radius, 0.15, None) * rng.uniform(0.12, 0.42) * min(height, width)
    x = rng.uniform(0.15, 0.85) * width + radius * np.cos(t) * rng.uniform(0.6, 1.5)
    y = rng.uniform(0.15, 0.85) * height + radius * np.sin(t) * rng.uniform(0.6, 1.5)
    cv2.fillPoly(canvas, [np.stack([x, y], 1).astype(np.int32)], 255, cv2.LINE_AA)


def _hard(rng: np.random.Generator, canvas: np.ndarray) -> None:
    """Polygons, boxes and thick strokes: furniture, tools, frames, wires."""
    height, width = canvas.shape
    for _ in range(rng.integers(1, 5)):
        kind = rng.random()
        if kind < 0.35:
            n = rng.integers(3, 8)
            points = rng.uniform(0.05, 0.95, (n, 2)) * (width, height)
            cv2.fillPoly(canvas, [cv2.convexHull(points.astype(np.int32))], 255, cv2.LINE_AA)
        elif kind < 0.65:
            extent = rng.uniform(0.05, 0.6, 2) * (width, height)
            centre = rng.uniform(0.1, 0.9, 2) * (width, height)
            box = cv2.boxPoints((centre.tolist(), extent.tolist(), rng.uniform(0, 90)))
            fill = -1 if rng.random() < 0.7 else int(rng.uniform(2, 20))
            cv2.drawContours(canvas, [box.astype(np.int32)], 0, 255, fill, cv2.LINE_AA)
        else:
            points = rng.uniform(0, 1, (rng.integers(2, 6), 2)) * (width, height)
            thick = max(1, int(rng.uniform(0.004, 0.12) ** 1.3 * width))
            cv2.polylines(canvas, [points.astype(np.int32)], False, 255, thick, cv2.LINE_AA)


def _strands(rng: np.random.Generator, canvas: np.ndarray) -> None:
    """Grass, fur, leaves, branches, fringes: many strands out of a line or a ball."""
    height, width = canvas.shape
    length = rng.uniform(0.1, 0.5) * height
    count = int(rng.integers(20, 160))
    thick = float(np.exp(rng.uniform(0, np.log(8)))) if rng.random() < 0.5 else 1.0
    if rng.random() < 0.5:
        y = rng.uniform(0.4, 1.0) * height
        for x in rng.uniform(0, width, count):
            _strand(
                rng, canvas, np.array([x, y]), np.array([rng.normal(0, 0.3), -1]), length, thick
            )
        return
    centre = rng.uniform(0.2, 0.8, 2) * (width, height)
    radius = rng.uniform(0.05, 0.25) * height
    cv2.circle(canvas, tuple(int(v) for v in centre), int(radius), 255, -1, cv2.LINE_AA)
    for angle in rng.uniform(0, 2 * np.pi, count):
        direction = np.array([np.cos(angle), np.sin(angle)])
        _strand(rng, canvas, centre + 0.9 * radius * direction, direction, length * 0.6, thick)


def _holes(rng: np.random.Generator, canvas: np.ndarray) -> None:
    height, width = canvas.shape
    for _ in range(rng.integers(1, 5)):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = tuple(int(v) for v in rng.uniform(0.01, 0.12, 2) * (width, height) + 1)
        cv2.ellipse(canvas, centre, axes, rng.uniform(0, 180), 0, 360, 0, -1, cv2.LINE_AA)


def veil(rng: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """Make part of a subject translucent, as cloth, smoke or glass, (h, w) -> (h, w)."""
    field = smooth_field(rng, alpha.shape, rng.uniform(1, 4))
    field = np.clip(field * rng.uniform(0.5, 4) + rng.uniform(-0.5, 1), 0, 1)
    thin = rng.uniform(0.15, 0.85)
    return alpha * (1 - field * (1 - thin))


SHAPES = {"humanoid": _humanoid, "blob": _blob, "hard": _hard, "strands": _strands}
