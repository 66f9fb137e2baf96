"""What moves while the shutter is open: alpha is the share of the time that a pixel is covered."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .translucent import Sheet, wave

INSTANTS = 36
DRAWN = 2  # times the picture's size that instants are drawn at; their average is fine enough


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A waving hand, a swung thing or a turning fan, (side, side, 4) uint8 straight RGBA."""
    sheet = Sheet(side)
    thing = Canvas(side)
    kind = rng.choice(["hand", "fan", "swing"], p=[0.5, 0.25, 0.25])
    middle = np.array([0.5, 0.55]) * side
    if kind == "hand":
        pivot = middle + np.array([rng.normal(0, 0.05) * side, rng.uniform(0.1, 0.5) * side])
        _hand(rng, thing, middle, side)
        sweep, shift = rng.uniform(2, 25), rng.normal(0, 0.04 * side, 2)
    elif kind == "fan":
        pivot = middle
        _blades(rng, thing, middle, side)
        sweep, shift = rng.uniform(4, 70), np.zeros(2)
    else:
        pivot = middle + np.array([0, rng.uniform(0.2, 0.45) * side])
        _club(rng, thing, middle, side)
        sweep, shift = rng.uniform(2, 30), rng.normal(0, 0.03 * side, 2)
    large = (side * DRAWN,) * 2
    still = cv2.resize(thing.layer, large, interpolation=cv2.INTER_AREA).astype(np.float32)
    total = np.zeros_like(still)
    start = rng.uniform(-sweep, 0) if kind != "fan" else rng.uniform(0, 360)
    eased = rng.random() < 0.5  # at the end of a stroke a hand lingers
    for instant in np.linspace(0, 1, INSTANTS):
        go = np.sin(instant * np.pi / 2) if eased else instant
        centre = (pivot * DRAWN - 0.5).tolist()
        matrix = cv2.getRotationMatrix2D(centre, start + sweep * go, 1)
        matrix[:, 2] += shift * DRAWN * go
        total += cv2.warpAffine(still, matrix, large, flags=cv2.INTER_LINEAR)
    blurred = total / INSTANTS
    full = cv2.resize(blurred, sheet.layer.shape[:2], interpolation=cv2.INTER_NEAREST)
    sheet.layer = full.astype(np.float32, copy=False)
    if kind == "fan":
        _guard(rng, sheet, middle, side)
    return sheet.picture()


def _capsules(
    canvas: Canvas,
    points: NDArray[Any],
    widths: NDArray[Any] | float,
    colour: NDArray[Any],
    lean: float,
) -> None:
    """A limb: strokes of lessening width, from its shadow to its light."""
    for k in np.linspace(1, 0.15, 7):
        shade = np.clip(colour * (0.6 + 0.55 * (1 - k)), 0, 1)
        moved = points + np.array([lean, -0.12]) * np.asarray(widths).max() * (1 - k) * 0.5
        canvas.polyline(moved, shade, np.asarray(widths) * k)


def _hand(rng: np.random.Generator, canvas: Canvas, at: NDArray[Any], side: int) -> None:
    size = rng.uniform(0.13, 0.2) * side
    skin = rng.uniform(0.25, 0.95) * np.array([1, rng.uniform(0.65, 0.82), rng.uniform(0.5, 0.72)])
    lean = rng.uniform(-0.6, 0.6)
    sleeve = rng.uniform(0, 1, 3)
    down = np.array([rng.normal(0, 0.4), 1.0])
    arm = at + np.outer(np.linspace(0.3, 2.2, 8), down) * size
    _capsules(canvas, arm, size * np.linspace(0.55, 0.8, 8), skin, lean)
    _capsules(canvas, arm[rng.integers(2, 5) :], size * 0.95, sleeve, lean)
    spread = rng.uniform(0.08, 0.3)
    sign = rng.choice([-1, 1])
    for i, long in enumerate((0.85, 1.0, 0.95, 0.75)):
        turn = sign * (i - 1.5) * spread + rng.normal(0, 0.05)
        root = at + np.array([sign * (i - 1.5) * 0.21, -0.2]) * size
        curl = rng.normal(0, 0.15) + np.linspace(0, rng.normal(0, 0.3), 6)
        steps = np.stack([np.sin(turn + curl), -np.cos(turn + curl)], 1) * long * size / 6
        finger = root + np.cumsum(steps, axis=0)
        _capsules(canvas, np.vstack([root, finger]), size * np.linspace(0.24, 0.17, 7), skin, lean)
    thumb = at + np.array([[-0.3, 0.2], [-0.6, -0.05], [-0.75, -0.4]]) * [sign, 1] * size
    _capsules(canvas, thumb, size * 0.25, skin, lean)
    palm = at + np.array([[0, 0.25], [0, -0.05]]) * size
    _capsules(canvas, palm, size * 0.85, skin, lean)


def _blades(rng: np.random.Generator, canvas: Canvas, at: NDArray[Any], side: int) -> None:
    count, reach = int(rng.integers(2, 7)), rng.uniform(0.22, 0.36) * side
    colour = np.full(3, rng.uniform(0.05, 0.95)) if rng.random() < 0.6 else rng.uniform(0, 1, 3)
    wide = rng.uniform(0.15, 0.9) * 2 * np.pi / count
    t = np.linspace(0, 1, 20)
    for i in range(count):
        angle = 2 * np.pi * i / count
        for k in np.linspace(1, 0.2, 5):
            edge = angle + wide * k * np.sqrt(t) * rng.uniform(0.95, 1)
            r = reach * t
            leading = np.stack([np.cos(angle + 0 * t) * r, np.sin(angle + 0 * t) * r], 1)
            trailing = np.stack([np.cos(edge) * r, np.sin(edge) * r], 1)[::-1]
            shade = np.clip(colour * (0.6 + 0.5 * k), 0, 1)
            canvas.polygon(at + np.vstack([leading, trailing]), shade)
    hub = at + 0.14 * reach * np.stack([np.cos(6.3 * t), np.sin(6.3 * t)], 1)
    canvas.polygon(hub, colour * 0.5)


def _guard(rng: np.random.Generator, sheet: Sheet, at: NDArray[Any], side: int) -> None:
    """The cage before a fan, and its foot, that stand still."""
    if rng.random() < 0.4:
        return
    colour = np.full(3, rng.uniform(0.05, 0.9))
    t = np.linspace(0, 2 * np.pi, 120)
    circle = np.stack([np.cos(t), np.sin(t)], 1)
    for radius in np.linspace(0.06, 0.385, int(rng.integers(3, 14))):
        sheet.stroke(at + radius * side * circle, colour, 1, rng.uniform(0.4, 0.8))
    for angle in np.linspace(0, 2 * np.pi, int(rng.integers(12, 60)), endpoint=False):
        ray = np.outer([0.06, 0.385], [np.cos(angle), np.sin(angle)]) * side
        sheet.stroke(at + ray, colour, 1, 0.5)
    sheet.stroke(at + 0.385 * side * circle, colour * 0.8, 1, 2.5)
    sheet.stroke(at + np.array([[0, 0.385], [0, 0.45]]) * side, colour * 0.8, 1, 6)


def _club(rng: np.random.Generator, canvas: Canvas, at: NDArray[Any], side: int) -> None:
    """A stick with something at its end: a racket, a ball, a hammer, a ribbon."""
    colour, long = rng.uniform(0.02, 1, 3), rng.uniform(0.2, 0.32) * side
    end = at - (0, long)
    foot = at + np.array([0, long * 0.9])
    _capsules(canvas, np.array([foot, end]), rng.uniform(0.008, 0.035) * side, colour, 0.2)
    t = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([np.cos(t), np.sin(t)], 1)
    kind = rng.integers(4)
    radius = rng.uniform(0.05, 0.11) * side
    if kind == 0:
        oval = end + ring * radius * [0.8, 1.1]
        for s in np.linspace(-0.9, 0.9, 13):
            half = np.sqrt(1 - s * s)
            for string in ([[s, -half], [s, half]], [[-half, s], [half, s]]):
                line = end + np.array(string) * [0.8, 1.1] * radius
                canvas.polyline(line, np.full(3, 0.9), 0.35)
        canvas.polyline(oval, colour, 0.014 * side)
    elif kind == 1:
        shade = rng.uniform(0, 1, 3)
        for k in np.linspace(1, 0.1, 14):
            canvas.polygon(
                end + ring * radius * k - (1 - k) * radius * 0.3,
                np.clip(shade * (1.3 - 0.7 * k), 0, 1),
            )
    elif kind == 2:
        head = np.array([[-1, -0.4], [1, -0.4], [1, 0.4], [-1, 0.4]]) * radius
        canvas.polygon(end + head, np.full(3, rng.uniform(0.1, 0.7)))
    else:
        tail = (
            end
            + np.cumsum(np.stack([0.05 * wave(rng, 60, 6), 0.02 * wave(rng, 60, 6)], 1), 0)
            * 0.2
            * side
        )
        canvas.polyline(tail, rng.uniform(0, 1, 3), 0.015 * side)
