"""What the photographed background still says at full size, and how far it can be trusted.

The network sees the pair at working size only. At full size a pixel of the source is
I = alpha F + (1 - alpha) B, and the plate is a photo of B: where the foreground F is known roughly
and differs from B, the equation gives alpha pixel by pixel. It holds as well as the plate agrees
with the source's own background, which is measured where there is nothing but background.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Map, fully
from ..photos.pair import PhotoPair
from .filling import smooth_fill


@dataclass(frozen=True)
class Settings:
    """Where and how finely the mismatch is measured.

    Attributes:
        surely_background: alpha below this.
        clearance: working pixels to stay away from anything that may be foreground.
        smoothing: working pixels, sigma, of what is estimated here.
        untrusted: variance where nothing is known: as large as colours themselves.
    """

    surely_background: float = 0.02
    clearance: int = 2
    smoothing: float = 2.0
    untrusted: float = 1.0


SETTINGS = Settings()


@dataclass(frozen=True)
class PlateMismatch:
    """How the source's background differs from the plate, at working size.

    Attributes:
        drift: (h, w, 3) float32, source minus plate where only background is seen, smoothly
            continued below the subject; RGB, 0..1. What is left of light that changed.
        variance: (h, w) float32, mean squared distance of source and plate after that, at full
            size: noise, compression, fine texture out of register.
    """

    drift: Map
    variance: Map


def measure_mismatch(full: PhotoPair, small: PhotoPair, alpha: Map) -> PlateMismatch:
    """Compare source and plate where the network saw only background.

    Args:
        full: at full size.
        small: the same at working size, with what the plate covers.
        alpha: (h, w) float32, the network's.
    """
    covered = small.covered
    window = np.ones((2 * SETTINGS.clearance + 1,) * 2, dtype=np.uint8)
    clear = alpha < SETTINGS.surely_background
    if covered is not None:
        inside = cv2.erode(fully(covered).astype(np.float32), window)
        clear &= inside > 0
    known = cv2.erode(clear.astype(np.float32), window)  # h, w
    if not known.any():
        return PlateMismatch(
            np.zeros((*alpha.shape, 3), dtype=np.float32), np.full_like(alpha, SETTINGS.untrusted)
        )
    apart = cv2.subtract(small.source, small.plate, dtype=cv2.CV_32F) / np.float32(255)
    drift = smooth_fill(apart, known, SETTINGS.smoothing)  # h, w, 3
    # One pixel of each working pixel stands for all: texture that averages out there counts too.
    rows, columns = (_centres(n, m) for n, m in zip(alpha.shape, full.source.shape, strict=False))
    apart = _sample(full.source, rows, columns) - _sample(full.plate, rows, columns) - drift
    variance = smooth_fill(np.square(apart).sum(axis=2), known, SETTINGS.smoothing)
    if covered is not None:
        variance = np.where(inside > 0, variance, np.float32(SETTINGS.untrusted))
    return PlateMismatch(drift, variance)


def _centres(small: int, full: int) -> NDArray[np.intp]:
    """The full-size index in the middle of each working pixel."""
    return ((np.arange(small) + 0.5) * (full / small)).astype(np.intp)


def _sample(photo: NDArray[np.uint8], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Map:
    return photo[rows[:, None], columns].astype(np.float32) / 255
