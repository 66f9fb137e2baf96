"""A height field of flat facets that meet in creases, as crumpled film and foil have."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def crumple(
    rng: np.random.Generator, height: int, width: int, facets: int, long: float
) -> tuple[Field, Field, Field]:
    """A height field of flat triangles that meet in sharp creases, in two sizes.

    Args:
        rng: source of all randomness.
        height: of the field.
        width: of the field.
        facets: about how many large ones.
        long: how much longer along y than across they are.

    Returns:
        Slope along x, along y, and how it bends (ridges below 0, valleys above), (height, width).
    """
    slope_x, slope_y = (0.25 * _smooth(rng, height, width) for _ in range(2))
    for count, weight in ((facets, 1.0), (facets * 9, 0.45)):
        tall = height / long
        division = cv2.Subdiv2D((-width, -int(tall), 3 * width, 3 * int(tall) + 2))
        spread = rng.uniform(-0.15, 1.15, (count + 8, 2)) * (width, tall)
        for point in spread:
            division.insert((float(point[0]), float(point[1])))
        corners = np.asarray(division.getTriangleList()).reshape(-1, 3, 2)
        apart = np.float32(np.sqrt(width * tall / count))
        lifted: dict[tuple[float, float], float] = {}
        for triangle in corners:
            lift = [lifted.setdefault(tuple(p), rng.normal(0, 0.5 * apart)) for p in triangle]
            edges = triangle[1:] - triangle[0]
            area = float(edges[0, 0] * edges[1, 1] - edges[0, 1] * edges[1, 0])
            if abs(area) < 1e-3:
                continue
            rise = np.array(lift[1:]) - lift[0]
            gx = (rise[0] * edges[1, 1] - rise[1] * edges[0, 1]) / area
            gy = (rise[1] * edges[0, 0] - rise[0] * edges[1, 0]) / area
            place = np.rint(triangle * (1, long)).astype(np.int32)
            for field, slope in ((slope_x, gx), (slope_y, gy / long)):
                _add_triangle(field, place, weight * float(np.clip(slope, -2, 2)))
    bend = cv2.Sobel(slope_x, -1, 1, 0, ksize=3) + cv2.Sobel(slope_y, -1, 0, 1, ksize=3)
    return slope_x, slope_y, bend


def _add_triangle(field: Field, place: NDArray[np.int32], value: float) -> None:
    low = np.maximum(place.min(axis=0), 0)
    high = np.minimum(place.max(axis=0) + 1, field.shape[::-1])
    if (high <= low).any():
        return
    part = np.zeros((high[1] - low[1], high[0] - low[0]), np.float32)
    cv2.fillConvexPoly(part, place - low.astype(np.int32), value, cv2.LINE_8)
    field[low[1] : high[1], low[0] : high[0]] += part


def _smooth(rng: np.random.Generator, height: int, width: int) -> Field:
    coarse = rng.normal(size=(6, 6)).astype(np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return smooth.astype(np.float32, copy=False)
