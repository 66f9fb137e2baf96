"""A photo resampled at full size: a homography, and a smooth flow on top where there is one."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from ...arrays import Coverage, Map, Pixels, by_bands, size_of
from ...resampling import Enlarged
from .homographies import Matrix, to_pixels

CUBIC_UP_TO = 4e6  # pixels; above, the softness of linear interpolation is finer than any need


def warped(
    photo: Pixels, matrix: Matrix, flow: Map | None = None
) -> tuple[Pixels, Coverage | None]:
    """See a photo through a motion; arguments and results as those of `registration.warp`."""
    width, height = size = size_of(photo)
    interpolation = cv2.INTER_CUBIC if width * height <= CUBIC_UP_TO else cv2.INTER_LINEAR
    pixels = to_pixels(matrix, size)
    if flow is None:
        flags = interpolation | cv2.WARP_INVERSE_MAP
        moved: Any = cv2.warpPerspective(
            photo, pixels, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        inside: Any = cv2.warpPerspective(
            np.full((height, width), 255, dtype=np.uint8),
            pixels,
            size,
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        )
        return moved, inside if not inside.all() else None
    moved = np.empty_like(photo)
    inside = np.empty((height, width), dtype=np.uint8)
    local = Enlarged(np.ascontiguousarray(np.moveaxis(flow, 2, 0)) * np.float32(max(size)), size)
    columns = np.arange(width, dtype=np.float32)

    def work(top: int, bottom: int) -> None:
        x, y = positions(pixels, columns, np.arange(top, bottom, dtype=np.float32)[:, None])
        dx, dy = local.rows(top, bottom)
        x += dx
        y += dy
        moved[top:bottom] = cv2.remap(photo, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)
        within = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
        inside[top:bottom] = np.where(within, 255, 0)

    by_bands(size, work)
    return moved, inside if not inside.all() else None


def positions(pixels: Matrix, x: Map, y: Map) -> tuple[Map, Map]:
    """Where pixels x, y (broadcast) lie in the plate, by a matrix for pixel indices."""
    m = pixels.astype(np.float32)
    depth = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    return (
        (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / depth,
        (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / depth,
    )
