"""Motions of a plane seen by a camera: 3x3 matrices, their parts, and which are plausible.

A matrix maps where something is in the source to where it is in the plate. Coordinates are x, y in
units of the frame's long side, from its top left corner, so that one matrix serves every size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...arrays import Map, Size, size_of

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """Which motions of a camera are believed.

    `benchmarks/registration.py` measures what they do.

    Attributes:
        farthest: median displacement, of the long side.
        steepest: turn, degrees.
        growth: of any side of the frame, or its inverse.
    """

    farthest: float = 0.2
    steepest: float = 15.0
    growth: float = 1.25


SETTINGS = Settings()


def to_pixels(matrix: Matrix, size: Size) -> Matrix:
    """The matrix for pixel indices, centres at whole numbers, of a photo (width, height)."""
    frame = _frame(size)
    return frame @ matrix @ np.linalg.inv(frame)


def from_pixels(matrix: Matrix, size: Size) -> Matrix:
    """The inverse of `to_pixels`."""
    frame = _frame(size)
    return np.linalg.inv(frame) @ matrix @ frame


def displacement(matrix: Matrix, size: Size) -> Matrix:
    """How far a grid of points moves, (n, 2) float64, for a photo (width, height)."""
    width, height = (side / max(size) for side in size)
    x, y = np.meshgrid(np.linspace(0, width, 9), np.linspace(0, height, 9))
    points = np.stack([x.ravel(), y.ravel()], 1)
    return apply(matrix, points) - points


def apply(matrix: Matrix, points: NDArray[np.float64]) -> Matrix:
    """Map points (n, 2)."""
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    result: Matrix = mapped[:, :2] / mapped[:, 2:]
    return result


def turn(matrix: Matrix, size: Size) -> float:
    """By how many degrees the plate has to turn to fit, counter-clockwise as seen."""
    width, height = (side / max(size) for side in size)
    centre = np.array([[width / 2, height / 2]])
    right, left = (apply(matrix, centre + np.array([0.1 * sign, 0.0]))[0] for sign in (1, -1))
    across = right - left
    # Rows go down, so that this angle is clockwise as seen; the plate turns the other way to fit.
    return float(np.degrees(np.arctan2(across[1], across[0])))


def plausible(matrix: Matrix, size: Size) -> bool:
    """Whether a hand could have moved a camera so: no fold, no mirror, not too far."""
    if not np.isfinite(matrix).all():
        return False
    width, height = (side / max(size) for side in size)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    depth = corners @ matrix[2, :2] + matrix[2, 2]
    if depth.min() <= 1e-3 * depth.max():
        return False
    mapped = apply(matrix, corners)
    sides = np.roll(mapped, -1, axis=0) - mapped
    ahead = np.roll(sides, -1, axis=0)
    if (sides[:, 0] * ahead[:, 1] - sides[:, 1] * ahead[:, 0]).min() <= 0:
        return False  # folded, mirrored or not convex
    growth = np.linalg.norm(sides, axis=1) / [width, height, width, height]
    if growth.max() > SETTINGS.growth or growth.min() < 1 / SETTINGS.growth:
        return False
    moved = np.median(np.linalg.norm(displacement(matrix, size), axis=1))
    return bool(moved <= SETTINGS.farthest and abs(turn(matrix, size)) <= SETTINGS.steepest)


def move(photo: Map, matrix: Matrix, interpolation: int = cv2.INTER_LINEAR) -> Map:
    """A plate's map as the source's camera would see it; 0 where it does not reach.

    Args:
        photo: (h, w) float32.
        matrix: as above.
        interpolation: OpenCV's.
    """
    size = size_of(photo)
    flags = interpolation | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(photo, to_pixels(matrix, size), size, flags=flags)


def _frame(size: Size) -> Matrix:
    """Units of the long side -> pixel indices."""
    long = max(size)
    return np.array([[long, 0, -0.5], [0, long, -0.5], [0, 0, 1]], dtype=np.float64)
