"""Heads and shoulders for hair to grow on: plain, but lit, coloured and shaped like people's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..textures import fibres, gradient, noise, smooth_field, stripes
from .coverage import Canvas
from .groom import Ellipsoid, Points

SKULL = Ellipsoid((0, 0, 0), (0.36, 0.44, 0.43))
SHOULDERS = Ellipsoid((0, 1.28, -0.08), (0.98, 0.52, 0.36))
NECK = Ellipsoid((0, 0.6, -0.06), (0.17, 0.5, 0.18))
FACE = Ellipsoid((0, 0.1, 0.05), (0.33, 0.47, 0.37))
CHIN = 0.56

_SKIN = [(0.96, 0.80, 0.71), (0.90, 0.71, 0.59), (0.80, 0.60, 0.46), (0.66, 0.46, 0.33),
         (0.48, 0.32, 0.23), (0.32, 0.21, 0.16), (0.22, 0.15, 0.12)]  # fmt: skip


@dataclass
class Frame:
    """Where a head lies in the picture: its height in pixels and where its middle is."""

    scale: float
    x: float
    y: float

    def pixels(self, points: Points) -> Points:
        """(..., 2 or 3) in head heights -> (..., 2) in pixels."""
        return points[..., :2] * self.scale + (self.x, self.y)


@dataclass
class Head:
    """A person without hair.

    Attributes:
        yaw: radians to the right that it looks; 0 at the viewer, pi away.
        light: (3,) where light comes from.
        skin: (3,) RGB 0..1.
        broad: width of face and shoulders against the usual.
    """

    yaw: float
    light: Points
    skin: Points
    broad: float

    @staticmethod
    def random(rng: np.random.Generator, light: Points) -> Head:
        """Mostly facing the viewer, some from the side or behind."""
        turn = rng.random()
        yaw = rng.normal(0, 0.35) if turn < 0.65 else rng.uniform(-np.pi, np.pi)
        skin = np.array(_SKIN[rng.integers(len(_SKIN))]) * rng.normal(1, 0.05, 3)
        return Head(yaw, light, np.clip(skin, 0.05, 1), rng.uniform(0.9, 1.12))

    def turned(self, points: Points) -> Points:
        """(..., 3) of a head that looks at the viewer -> of this one."""
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        x, y, z = (points[..., i] for i in range(3))
        return np.stack([x * cos + z * sin, y, z * cos - x * sin], axis=-1)


def draw_shoulders(rng: np.random.Generator, canvas: Canvas, frame: Frame, head: Head) -> None:
    """Neck and clothed shoulders, down to the lower edge of the picture."""
    turn = 1 - 0.4 * abs(np.sin(head.yaw))
    wide = rng.uniform(0.8, 0.98) * head.broad * turn
    slope = rng.uniform(0.9, 1.08)
    half = [(0.17, 0.55), (0.22, 0.69), (0.38, 0.78), (0.72 * wide, slope), (wide, slope + 0.2),
            (wide * 1.04, 1.8), (wide * 0.92, 3.0), (wide * 0.95, 6.0)]  # fmt: skip
    body = _mirrored(_smooth(np.array(half)))
    neck = _mirrored(np.array([(0.2, 0.1), (0.165, 0.45), (0.18, 0.62), (0.32, 0.8)]))
    low = rng.uniform(0.74, 1.0)
    shirt = np.concatenate(
        [body, [(-0.24, 0.72), (-0.1, low), (0, low + 0.03), (0.1, low), (0.24, 0.72)]]
    )
    shade = _lit(canvas.side, frame, (0, 1.1), (1.0, 1.2), head.light)
    skin = head.skin * (0.25 + 0.75 * shade[..., None]) * rng.uniform(0.75, 0.95)
    canvas.paint(canvas.mask(frame.pixels(neck)), skin)
    canvas.paint(canvas.mask(frame.pixels(body)), skin * 1.03)
    canvas.paint(canvas.mask(frame.pixels(shirt)), _cloth(rng, canvas.side) * shade[..., None])


def draw_head(rng: np.random.Generator, canvas: Canvas, frame: Frame, head: Head) -> None:
    """Skull, ears and face."""
    cos, sin = float(np.cos(head.yaw)), float(np.sin(head.yaw))
    wide = float(np.hypot(SKULL.radii[0] * cos, SKULL.radii[2] * sin))
    skull = _ellipse((-0.02 * sin, 0), (wide * head.broad**0.5, SKULL.radii[1]))
    shade = _lit(canvas.side, frame, (0.1 * sin, 0.03), (wide * 1.05, 0.6), head.light)
    tone = head.skin * (0.28 + 0.72 * shade[..., None])
    tone = tone * (1 + 0.04 * smooth_field(rng, shade.shape, 14)[..., None] * (1, 0.6, 0.5))
    tone = tone + rng.normal(0, 0.008, (*shade.shape, 1))
    canvas.paint(canvas.mask(frame.pixels(skull)), tone)
    for side in (-1, 1):
        ear = np.array([side * 0.37, 0.08, -0.02]) @ _turn(head.yaw)
        if ear[2] > -0.2:
            outline = _ellipse((ear[0], ear[1]), (0.035 + 0.05 * abs(sin), 0.1))
            canvas.paint(canvas.mask(frame.pixels(outline)), tone * 0.93)
    if cos < -0.25:
        return
    y = np.linspace(-0.36, CHIN, 24)
    jaw = 0.335 * np.clip(1 - np.abs((y - 0.02) / 0.545) ** 2.6, 0, 1) ** 0.62 * head.broad**0.5
    jaw *= 1 - 0.15 * abs(sin)
    shift = 0.13 * sin
    face = np.concatenate([np.stack([shift + jaw, y], 1), np.stack([shift - jaw, y], 1)[::-1]])
    canvas.paint(canvas.mask(frame.pixels(face)), tone)
    _draw_features(rng, canvas, frame, head, tone)


def _draw_features(
    rng: np.random.Generator, canvas: Canvas, frame: Frame, head: Head, tone: Points
) -> None:
    """Eyes, brows, nose and mouth, where they are seen."""
    turn = _turn(head.yaw)
    dark = head.skin * 0.55

    def at(x: float, y: float) -> Points:
        """Of a point of the face, that bulges: (3,) turned."""
        z = 0.4 * np.sqrt(max(0.05, 1 - (x / 0.36) ** 2 - (y / 0.75) ** 2))
        return np.array([x, y, z]) @ turn

    def oval(middle: Points, half: tuple[float, float], colour: Points) -> None:
        half = (half[0] * max(0.3, abs(float(np.cos(head.yaw)))), half[1])
        canvas.polygon(frame.pixels(_ellipse((middle[0], middle[1]), half)), colour)

    iris = np.array([(0.2, 0.12, 0.07), (0.25, 0.35, 0.45), (0.25, 0.3, 0.2)][rng.integers(3)])
    brow = head.skin * rng.uniform(0.2, 0.6)
    opened = rng.uniform(0.012, 0.022)
    for side in (-1, 1):
        eye = at(side * 0.145, 0.06)
        if eye[2] < 0.08:
            continue
        oval(eye, (0.075, opened + 0.02), dark * 1.45)
        oval(eye - np.array([0, 0.006, 0]), (0.06, opened + 0.004), dark * 0.5)
        oval(eye, (0.055, opened), np.full(3, 0.8))
        oval(eye, (0.026, min(0.026, opened)), iris)
        oval(eye, (0.012, 0.012), np.full(3, 0.02))
        oval(eye + np.array([0.008, -0.008, 0]), (0.005, 0.005), np.full(3, 1.0))
        arc = [at(side * x, y) for x, y in ((0.07, -0.02), (0.14, -0.045), (0.22, -0.015))]
        canvas.polyline(frame.pixels(np.array(arc)), brow, 0.022 * frame.scale)
    bridge, tip = at(0, 0.05), at(0, 0.23) + np.array([0.07 * np.sin(head.yaw), 0, 0])
    wing = np.array([0.05, 0])
    nose = np.stack([bridge[:2], tip[:2] - wing, tip[:2] + wing[::-1] * 0.6, tip[:2] + wing])
    canvas.paint(canvas.mask(frame.pixels(nose)), tone * 0.93)
    oval(tip + np.array([0, 0.012, 0]), (0.05, 0.018), dark * 1.2)
    lips = np.clip(head.skin * (0.85, 0.55, 0.55) * rng.uniform(0.8, 1.1), 0, 1)
    mouth = at(0, 0.365)
    if mouth[2] > 0:
        oval(mouth, (rng.uniform(0.085, 0.115), rng.uniform(0.02, 0.035)), lips)
        oval(mouth, (0.08, 0.004), lips * 0.45)


def _cloth(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """(side, side, 3), with folds."""
    kind = (gradient, gradient, noise, stripes, fibres)[rng.integers(5)]
    cloth = kind(rng, (side, side))
    folds = 1 + rng.uniform(0, 0.25) * smooth_field(rng, (side, side), rng.uniform(3, 9))
    return np.clip(cloth * folds[..., None], 0, 1)


def _lit(
    side: int,
    frame: Frame,
    centre: tuple[float, float],
    radii: tuple[float, float],
    light: Points,
) -> NDArray[np.float32]:
    """How light falls on a round thing, (side, side), about 0.2..1.1."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    across = ((x - frame.x) / frame.scale - centre[0]) / radii[0]
    down = ((y - frame.y) / frame.scale - centre[1]) / radii[1]
    out = np.sqrt(np.clip(1 - across**2 - down**2, 0.02, 1))
    long = np.sqrt(across**2 + down**2 + out**2)
    facing = (across * light[0] + down * light[1] + out * max(0.15, light[2])) / long
    result: NDArray[np.float32] = np.clip(0.45 + 0.6 * facing, 0.2, 1.1)
    return result


def _turn(yaw: float) -> Points:
    """(3, 3), for row vectors."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])


def _ellipse(centre: tuple[float, float], radii: tuple[float, float]) -> Points:
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    return np.stack([centre[0] + radii[0] * np.cos(angle), centre[1] + radii[1] * np.sin(angle)], 1)


def _mirrored(half: Points) -> Points:
    """A right half from top to bottom -> the whole outline."""
    return np.concatenate([half, half[::-1] * (-1, 1)])


def _smooth(points: Points) -> Points:
    """More points on the way, corners cut (Chaikin, 1974)."""
    for _ in range(3):
        one, two = points[:-1], points[1:]
        cut = np.stack([0.75 * one + 0.25 * two, 0.25 * one + 0.75 * two], 1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points
