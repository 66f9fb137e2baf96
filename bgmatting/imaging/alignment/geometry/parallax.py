"""What no motion of a plane explains: near things move farther than what is behind them.

A smooth flow on top of the motion, found by least squares over wide neighbourhoods (Lucas and
Kanade, "An iterative image registration technique", 1981) of the pixels that look like background.
Under the subject, where none do, it goes on smoothly from around and fades to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import Map, size_of
from .homographies import Matrix, move, to_pixels
from .local_contrast import Level
from .refinement import SETTINGS as REFINEMENT
from .refinement import background_weight, slopes_of
from .warping import positions


@dataclass(frozen=True)
class Settings:
    """Which local flow is believed.

    `benchmarks/registration.py` measures what they do.

    Attributes:
        widths: sigma of each round's neighbourhoods, of the long side.
        grid: pixels from one point of the flow to the next.
        usual: pixels at 512, how large a flow is usually.
        largest: of the long side; a larger one is not believed.
        slight: pixels at 512; a smaller one is left alone.
        least_gain: of what is told without, and of the evidence: so much more it must tell.
    """

    widths: tuple[float, ...] = (0.08, 0.05, 0.035, 0.035)
    grid: int = 8
    usual: float = 2.0
    largest: float = 0.015
    slight: float = 0.25
    least_gain: float = 0.03


SETTINGS = Settings()


def local_flow(level: Level, matrix: Matrix) -> Map | None:
    """The flow that is left after a motion, if it is worth correcting.

    Args:
        level: the pair's structure.
        matrix: the motion, as exact as can be.

    Returns:
        (h, w, 2) float32, to be added to the plate's x, y, in units of the long side, on a coarse
        grid over the frame; None where a plane's motion does as well.
    """
    width, height = level.size
    long = max(level.size)
    grid = (max(2, round(width / SETTINGS.grid)), max(2, round(height / SETTINGS.grid)))
    flow: Map = np.zeros((grid[1], grid[0], 2), dtype=np.float32)  # pixels
    for sigma in SETTINGS.widths:
        seen = _moved(level, matrix, flow)
        flow = flow + _step(level, seen, flow, sigma * long / SETTINGS.grid)
        flow = cv2.GaussianBlur(flow, (0, 0), 0.5 * SETTINGS.widths[-1] * long / SETTINGS.grid)
    reach = float(np.linalg.norm(flow, axis=2).max())
    if not SETTINGS.slight * long / 512 <= reach <= SETTINGS.largest * long:
        return None
    before = move(level.plate, matrix, cv2.INTER_CUBIC)
    tells, told, pixels = level.information(_moved(level, matrix, flow), before)
    if tells - told < SETTINGS.least_gain * max(told, pixels):
        return None
    result: Map | None = flow / np.float32(long)
    return result


def _step(level: Level, seen: Map, flow: Map, sigma: float) -> Map:
    """How much the flow is still off, (h, w, 2) float32, pixels.

    Args:
        level, seen: as moved up to now.
        flow: up to now.
        sigma: of the neighbourhoods, grid points.
    """
    weight = background_weight(level, seen)
    off = level.source - seen
    gx, gy = slopes_of(0.5 * (level.source + seen))
    terms = [weight * gx * gx, weight * gx * gy, weight * gy * gy, weight * gx * off]
    terms += [weight * gy * off, weight * off * off, weight]
    grid = size_of(flow)
    xx, xy, yy, xo, yo, oo, total = (
        cv2.GaussianBlur(cv2.resize(term, grid, interpolation=cv2.INTER_AREA), (0, 0), sigma)
        for term in terms
    )
    variance = float(oo.sum() / max(float(total.sum()), 1e-6)) + 1e-4
    neighbourhood = 4 * np.pi * (sigma * SETTINGS.grid) ** 2  # pixels
    usual = SETTINGS.usual * max(level.size) / 512
    anchor = np.float32(REFINEMENT.correlated * variance / (neighbourhood * usual**2))
    xx, yy = xx + anchor, yy + anchor
    xo, yo = xo - anchor * flow[..., 0], yo - anchor * flow[..., 1]
    determinant = xx * yy - xy * xy
    step = np.stack([yy * xo - xy * yo, xx * yo - xy * xo], 2) / determinant[..., None]
    longest = np.maximum(np.linalg.norm(step, axis=2, keepdims=True), 2.0)
    result: Map = (step * (2.0 / longest)).astype(np.float32)
    return result


def _moved(level: Level, matrix: Matrix, flow: Map) -> Map:
    """The plate's structure by motion and flow; 0 where it does not reach."""
    width, height = level.size
    x, y = positions(
        to_pixels(matrix, level.size),
        np.arange(width, dtype=np.float32),
        np.arange(height, dtype=np.float32)[:, None],
    )
    fine = cv2.resize(flow, level.size, interpolation=cv2.INTER_LINEAR)
    return cv2.remap(level.plate, x + fine[..., 0], y + fine[..., 1], cv2.INTER_CUBIC)
