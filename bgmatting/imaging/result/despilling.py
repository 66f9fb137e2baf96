"""The old background's colour taken out of the subject's edges, where they still hold it.

Where alpha was taken for more than it is, or the foreground was worked out from colours that were
mixed already, the foreground F of a pixel still holds some of the background B behind it. With C,
the subject's own colour, continued from where it is surely opaque, F = C + s (B - C) + rest; the
share of the background is the least-squares s = (F - C).(B - C) / |B - C|^2, in 0..1, and
s (B - C) is taken out. This is the composition equation solved for its mixing weight, as alpha is
from two known colours (Chuang et al., "A Bayesian approach to digital matting", CVPR 2001, eq. 9).
What deviates from C in other directions than the background's, as strands do among one another,
stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ..arrays import Map, size_of
from ..resampling import Enlarged, shrink, working_size
from .filling import smooth_fill


@dataclass(frozen=True)
class Settings:
    """How the subject's own colour is found, and where the background's is taken out.

    `opaque`, `clearance` and `smoothing` were chosen among a few values by the error and the spill
    that benchmarks/despill.py measures; twice the smoothing changes either by less than 3 %. `side`
    is the networks' working size. `fade` keeps what is nearly opaque from a step.

    Attributes:
        side: pixels, the long side at which the subject's own colour is worked out.
        opaque: alpha from which a colour is surely the subject's own.
        clearance: pixels of the photo to stay away from what is less.
        smoothing: pixels at that size, sigma, over which it is averaged.
        fade: alpha from which on ever less is taken out, down to nothing where it is 1.
    """

    side: int = 1024
    opaque: float = 0.95
    clearance: int = 1
    smoothing: float = 2.0
    fade: float = 0.9


SETTINGS = Settings()


def checked_strength(despill: float) -> float:
    """How much of the background's colour to take out, if that is a number in 0..1.

    Raises:
        InputError: it is not.
    """
    if isinstance(despill, (int, float)) and math.isfinite(despill) and 0 <= despill <= 1:
        return float(despill)
    raise InputError(f"despill is {despill!r}; expected a number from 0, nothing, to 1, all of it")


class Despiller:
    """One matte's.

    Args:
        source: (H, W, 3) uint8, RGB.
        alpha: (H, W) float32, 0..1.
    """

    def __init__(self, source: NDArray[np.uint8], alpha: Map) -> None:
        own = size_of(source)
        size = working_size(own, SETTINGS.side)
        window = np.ones((2 * SETTINGS.clearance + 1,) * 2, dtype=np.uint8)
        opaque = cv2.erode((alpha >= SETTINGS.opaque).astype(np.uint8) * 255, window)  # H, W
        weight = shrink(opaque, size).astype(np.float32) / 255  # h, w
        self._own: Enlarged | None = None
        if weight.any():
            colours = shrink(cv2.bitwise_and(source, source, mask=opaque), size)
            means = colours.astype(np.float32) / np.maximum(weight, 1e-6)[..., None]  # h, w, 3
            filled = smooth_fill(means, weight, SETTINGS.smoothing)
            self._own = Enlarged(np.stack(cv2.split(filled)), own)

    def apply(
        self, planes: Map, alpha: Map, plate: NDArray[np.uint8], top: int, strength: float
    ) -> None:
        """Take the background out of some rows of the foreground.

        Args:
            planes: (3, n, W) float32, straight RGB, 0..255; changed.
            alpha: (n, W) float32, 0..1.
            plate: (n, W, 3) uint8, RGB: the background behind.
            top: the first of these rows.
            strength: 0..1, how much of what is found.
        """
        edges = (alpha > 0) & (alpha < 1)
        if self._own is None or not edges.any():
            return
        own = self._own.rows(top, top + len(alpha))  # 3, n, W
        towards = [b - c for b, c in zip(cv2.split(plate), own, strict=True)]  # B - C
        share = sum((f - c) * v for f, c, v in zip(planes, own, towards, strict=True))
        share /= np.maximum(sum(v * v for v in towards), 1)
        np.clip(share, 0, 1, out=share)
        share *= np.clip((1 - alpha) * (strength / (1 - SETTINGS.fade)), 0, strength)
        share *= edges
        for plane, v in zip(planes, towards, strict=True):
            plane -= share * v
        np.clip(planes, 0, 255, out=planes)
