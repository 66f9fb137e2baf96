"""A motion made exact: Gauss-Newton steps on structure, robust, and no freer than evidence allows.

Each step solves for a small homography by least squares over all pixels that look like background
at the present alignment. The gradients of both photos count, half each, which converges fast and
favours neither (Malis, "Improving vision-based control using efficient second-order minimization
techniques", ICRA 2004). How far a camera is likely to scale, shear and tilt enters as a prior:
where the photos say little the motion stays a shift and a turn, where they say much it is free.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import Map, Size
from .homographies import Matrix, move
from .local_contrast import Level

# Standard deviations in units of half the long side: shift x, y, growth, turn, stretch, shear,
# tilt x, y.
PRIOR = np.array([0.2, 0.2, 0.03, 0.1, 0.01, 0.01, 0.02, 0.02])


@dataclass(frozen=True)
class Settings:
    """How a motion is made exact.

    `benchmarks/registration.py` measures what they do.

    Attributes:
        correlated: pixels that say the same thing once, or are wrong together.
        damping: of a shift's evidence; what has less moves slowly, as along parallel lines.
        outlier: residual at which a pixel counts half.
        like: correlation below which a neighbourhood counts as not background.
        smallest_step: pixels; smaller steps end the rounds.
    """

    correlated: float = 100.0
    damping: float = 2e-3
    outlier: float = 0.5
    like: float = 0.2
    smallest_step: float = 0.01


SETTINGS = Settings()


def refine(level: Level, matrix: Matrix, rounds: int = 6, fine: bool = False) -> Matrix:
    """Improve a motion.

    Args:
        level: the pair's structure.
        matrix: where to start; within two pixels or so.
        rounds: steps at most.
        fine: interpolate better, for the last fractions of a pixel.
    """
    interpolation = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
    width, height = level.size
    half = max(width, height) / 2
    for _ in range(rounds):
        seen = move(level.plate, matrix, interpolation)
        step = _step(level, seen, _parts(matrix, level.size))
        if step is None:
            break
        matrix = matrix @ _matrix(step, level.size)
        matrix = matrix / matrix[2, 2]
        if np.abs(step).sum() * half < SETTINGS.smallest_step:
            break
    return matrix


def _step(level: Level, seen: Map, parts: Matrix) -> Matrix | None:
    """The small motion that brings a moved plate nearer the source, (8,); None without evidence."""
    weight = background_weight(level, seen)
    chosen = np.flatnonzero(weight > 0.02)
    if chosen.size < 30:
        return None
    off = (level.source - seen).ravel()[chosen]
    weight = weight.ravel()[chosen] / (1 + np.square(off / SETTINGS.outlier))
    width, height = level.size
    half = np.float32(max(width, height) / 2)
    gx, gy = (s.ravel()[chosen] * half for s in slopes_of(0.5 * (level.source + seen)))
    x = ((chosen % width + 0.5 - width / 2) / half).astype(np.float32)
    y = ((chosen // width + 0.5 - height / 2) / half).astype(np.float32)
    along = gx * x + gy * y
    jacobian = np.stack(
        [gx, gy, along, gy * x - gx * y, gx * x - gy * y, gx * y + gy * x, along * x, along * y]
    )
    weighted = jacobian * weight
    normal = (weighted @ jacobian.T).astype(np.float64)
    right = (weighted @ off).astype(np.float64)
    variance = float((weight * off * off).sum() / weight.sum()) + 1e-4
    prior = SETTINGS.correlated * variance / np.square(PRIOR)
    damping = SETTINGS.damping * max(normal[0, 0], normal[1, 1])
    return np.linalg.solve(normal + np.diag(prior + damping), right - prior * parts)


def background_weight(level: Level, seen: Map) -> Map:
    """How much each pixel may say about the motion, (h, w) float32, 0..1: alike, and not clipped.

    Args:
        level: the pair's structure.
        seen: (h, w) float32, the plate's as moved; 0 where it is not covered.
    """
    alike, evidence = level.likeness(seen)
    weight = evidence * np.square(
        np.clip((alike - SETTINGS.like) * (1 / (1 - SETTINGS.like)), 0, 1)
    )
    # Where a plate ends it falls to 0, which makes an edge that is none.
    inside = cv2.erode((seen != 0).astype(np.uint8), np.ones((5, 5), dtype=np.uint8))
    result: Map = weight * (inside > 0) * (level.source != 0)
    return result


def slopes_of(structure: Map) -> tuple[Map, Map]:
    """Differences across columns and rows, per pixel, (h, w) float32 each."""
    across, down = (
        cv2.Sobel(structure, cv2.CV_32F, *axes, ksize=3, scale=1 / 8) for axes in ((1, 0), (0, 1))
    )
    return across, down


def _matrix(parts: Matrix, size: Size) -> Matrix:
    """A small motion from its parts, as `PRIOR` lists them."""
    x, y, growth, turn, stretch, shear, tilt_x, tilt_y = parts
    centred = np.array(
        [
            [1 + growth + stretch, shear - turn, x],
            [shear + turn, 1 + growth - stretch, y],
            [-tilt_x, -tilt_y, 1],
        ]
    )
    frame = _centred(size)
    result: Matrix = frame @ centred @ np.linalg.inv(frame)
    return result


def _parts(matrix: Matrix, size: Size) -> Matrix:
    """The inverse of `_matrix`."""
    frame = _centred(size)
    m = np.linalg.inv(frame) @ matrix @ frame
    m = m / m[2, 2]
    return np.array(
        [
            m[0, 2],
            m[1, 2],
            (m[0, 0] + m[1, 1]) / 2 - 1,
            (m[1, 0] - m[0, 1]) / 2,
            (m[0, 0] - m[1, 1]) / 2,
            (m[0, 1] + m[1, 0]) / 2,
            -m[2, 0],
            -m[2, 1],
        ]
    )


def _centred(size: Size) -> Matrix:
    """Units of half the long side, from the frame's middle -> units of the long side."""
    width, height = (side / max(size) for side in size)
    return np.array([[0.5, 0, width / 2], [0, 0.5, height / 2], [0, 0, 1]])
