"""Source and background of one size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import PairError
from ..arrays import Coverage, Pixels, Size, size_of

SHAPE_TOLERANCE = 0.01  # relative; scaled copies of one photo differ by rounding, crops by more


@dataclass(frozen=True, eq=False)
class PhotoPair:
    """A source, and a plate of its size to hold it against.

    Attributes:
        source: (h, w, 3) uint8, RGB.
        plate: (h, w, 3) uint8, RGB: the background, aligned and relit as far as that was done.
        covered: (h, w) uint8, how much of each pixel the plate covers; None: all of it.
    """

    source: Pixels
    plate: Pixels
    covered: Coverage | None = None

    @property
    def size(self) -> Size:
        """(width, height)."""
        return size_of(self.source)


def fit_background(source: NDArray[np.uint8], background: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Resize the background to the source's size, if it is of the same shape.

    Args:
        source: (H, W, 3) uint8, RGB.
        background: (h, w, 3) uint8, RGB.

    Returns:
        (H, W, 3) uint8; the background itself where it fits already.

    Raises:
        PairError: the aspect ratios differ by more than 1 %, and by more than rounding makes of it.
    """
    height, width = source.shape[:2]
    h, w = background.shape[:2]
    if (h, w) == (height, width):
        return background
    # How far the background's height is from what its width should have.
    off = abs(w * height / width - h)
    if off > max(_rounding(height / width), SHAPE_TOLERANCE * h):
        raise PairError(_misfit(width, height, w, h))
    shrinks = h * w > height * width
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(background, (width, height), interpolation=interpolation)  # type: ignore[return-value]


def _rounding(slope: float) -> float:
    """Pixels by which a scaled copy's side is off at most, both sides being whole numbers."""
    return 0.51 * (1 + slope)


def _misfit(width: int, height: int, w: int, h: int) -> str:
    message = (
        f"the source (with the subject) is {width} x {height} pixels but the background (the same "
        f"place, empty) is {w} x {h}, another shape: take both from the same spot with the same "
        "camera, and don't give a new backdrop as background"
    )
    if abs(h * height / width - w) <= max(_rounding(height / width), SHAPE_TOLERANCE * w):
        return f"{message}. One of the two seems to be turned by 90 degrees: turn it upright"
    return f"{message}. If one of them was cropped, take the uncropped one"
