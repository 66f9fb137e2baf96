"""Two walls: plaster with a window's light on it, and painted brick."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import Map, Size, bumps, clouds, colour, lit, soft


def plaster(rng: np.random.Generator, size: Size) -> Map:
    """A warm wall in late sun, with the shadows of a window's bars and of a plant."""
    height, width = size
    tone = 1 + 0.035 * clouds(rng, size, 260, 20) + 0.012 * bumps(rng, size, 2)
    relief = clouds(rng, size, 28, 3, 0.75)
    relief = lit(relief, (-0.8, -0.6))
    wall = colour("#e3b390") * (tone + 0.05 * relief / relief.std())[..., None]
    sun = _window(size) * (1 - 0.8 * _plant(rng, size))
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    room = 0.62 - 0.16 * x - 0.08 * y
    light = room[..., None] * colour("#f1e7ea") + 0.78 * sun[..., None] * colour("#ffe9c8")
    result: Map = (wall * light).astype(np.float32)
    return result


def _window(size: Size) -> Map:
    """Sun through three by four panes, falling slantwise: (H, W) 0..1."""
    height, width = size
    drawn = np.zeros(size, np.float32)
    # Corners as shares of the frame; the sun is high on the left.
    left_top, right_top = np.array([0.05, 0.05]), np.array([0.80, 0.20])
    left_low, right_low = np.array([0.16, 0.72]), np.array([0.91, 0.87])

    def corner(u: float, v: float) -> np.ndarray:
        top = left_top * (1 - u) + right_top * u
        low = left_low * (1 - u) + right_low * u
        return (top * (1 - v) + low * v) * (width, height)

    for column in range(3):
        for row in range(4):
            u0, u1 = (column + 0.05) / 3, (column + 0.95) / 3
            v0, v1 = (row + 0.04) / 4, (row + 0.96) / 4
            pane = np.array([corner(u0, v0), corner(u1, v0), corner(u1, v1), corner(u0, v1)])
            cv2.fillPoly(drawn, [np.rint(pane * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    return soft(drawn, 5)


def _plant(rng: np.random.Generator, size: Size) -> Map:
    """Shadows of palm leaves that reach in from the right: (H, W) 0..1."""
    height, width = size
    drawn = np.zeros(size, np.float32)
    fronds = (
        ((1.04, 0.60), (0.66, 0.08), 1.0),
        ((1.06, 0.66), (0.70, 0.33), 0.8),
        ((1.02, 0.74), (0.62, 0.62), 0.8),
    )
    for root, tip, scale in fronds:
        start, end = np.array(root) * (width, height), np.array(tip) * (width, height)
        bend = np.array([end[1] - start[1], start[0] - end[0]]) * 0.16
        for t in np.linspace(0.18, 1, 22):
            point = start * (1 - t) ** 2 + 2 * t * (1 - t) * ((start + end) / 2 + bend) + end * t**2
            ahead = (end - start) * (1 - t) + (end - start - bend) * t
            along = np.degrees(np.arctan2(ahead[1], ahead[0]))
            length = scale * width * 0.15 * np.sin(np.pi * min(1, 0.25 + 0.75 * t)) ** 0.6 + 12
            for side in (-1, 1):
                angle = along + side * (52 - 30 * t) + rng.normal(0, 3)
                away = np.radians(angle)
                middle = point + 0.5 * length * np.array([np.cos(away), np.sin(away)])
                axes = (length * 0.5, width * 0.0075 * scale + 1)
                cv2.ellipse(drawn, (tuple(middle), tuple(2 * a for a in axes), angle), 1.0, -1)
    # The nearer the leaves are to the wall, the sharper their shadow.
    x = np.linspace(0, 1, width, dtype=np.float32)[None]
    near = np.clip(1.6 * x - 0.5, 0, 1)
    result: Map = np.clip(soft(drawn, 4) * near + soft(drawn, 9) * (1 - near), 0, 1).astype(
        np.float32
    )
    return result


def brick(rng: np.random.Generator, size: Size) -> Map:
    """Painted brick in soft daylight from the upper left."""
    height, width = size
    course, length, joint = 66.0, 190.0, 9.0
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x = x + 1.6 * bumps(rng, size, 50) + 0.7 * bumps(rng, size, 12)
    y = y + 1.6 * bumps(rng, size, 70) + 0.7 * bumps(rng, size, 12)
    row = np.floor(y / course)
    shifted = x + (row % 2) * length / 2
    column = np.floor(shifted / length)
    rim = np.minimum.reduce(
        [y % course, course - y % course, shifted % length, length - shifted % length]
    )
    relief = np.clip((rim - joint / 2) / 5, 0, 1)  # 0 in the joints
    relief = relief * (1 + 0.05 * clouds(rng, size, 30, 2.5, 0.7)) + 0.03 * bumps(rng, size, 3)
    each = rng.normal(size=(64, 64))  # a tone for every brick
    pick = each[row.astype(int) % 64, column.astype(int) % 64].astype(np.float32)
    tone = 1 + 0.06 * pick + 0.05 * clouds(rng, size, 300, 12)
    chipped = clouds(rng, size, 34, 2.5, 0.8) + 0.7 * clouds(rng, size, 240, 60)
    worn = np.clip(1.6 * (chipped - 2.6), 0, 0.75)[..., None]
    paint = colour("#a0b2c6") * tone[..., None]
    bare = colour("#a4694f") * (1 + 0.1 * pick)[..., None]
    wall = paint * (1 - worn) + bare * worn
    wall = wall * (0.62 + 0.38 * np.clip(relief, 0, 1))[..., None]
    shade = 1 + 1.1 * lit(soft(relief, 0.9), (-0.6, -0.9))
    fall = 1.12 - 0.34 * (x / width) - 0.18 * (y / height)
    result: Map = (wall * (shade * fall)[..., None] * colour("#fff3e2") * 1.3).astype(np.float32)
    return result
