"""Parts of an image where matting is hard: what the true alpha says of it.

All take the true alpha (H, W), floating point, 0..1, and give (H, W) bool.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Alpha = NDArray[np.floating]
Region = NDArray[np.bool_]


@dataclass(frozen=True)
class Settings:
    """Where regions end. They define the measures: figures compare only among the same ones.

    All are our own choice, by eye; published protocols take the trimaps of their sets.

    Attributes:
        fractional: true alpha that is neither background nor opaque.
        half_transparent: true alpha where a foreground's colour shows, and that of what is behind.
        unknown_share: half-width of the unknown band, as a share of the image's long side.
        least_unknown: pixels, of that half-width.
        rounding: alpha nearer than this to 0 or 1 is certain; follows from rounding to 8 bits.
    """

    fractional: tuple[float, float] = (0.02, 0.98)
    half_transparent: tuple[float, float] = (0.1, 0.9)
    unknown_share: float = 0.01
    least_unknown: float = 2.0
    rounding: float = 1.5 / 255


SETTINGS = Settings()


def fractional(true: Alpha) -> Region:
    """The pixels of hair, gaps, glass, blur and edges: true alpha of 0.02 to 0.98."""
    return between(true, *SETTINGS.fractional)


def half_transparent(true: Alpha) -> Region:
    """The pixels where subject and background both show: true alpha of 0.1 to 0.9."""
    return between(true, *SETTINGS.half_transparent)


def between(true: Alpha, least: float, most: float) -> Region:
    """The pixels whose true alpha is `least` to `most`, both included.

    Raises:
        InputError: `true` is no alpha.
    """
    true = _alpha(true)
    # A value exactly at a bound is in, however float32 rounds it.
    return (true >= least - 1e-6) & (true <= most + 1e-6)


def unknown_region(true: Alpha, radius: float | None = None) -> Region:
    """The pixels that a trimap made from `true` would call unknown.

    Known foreground is what lies deeper than `radius` inside the opaque pixels, known background
    what lies farther than `radius` from any pixel with foreground; the rest is unknown: both are
    eroded by a disc. Hard edges thus have a band too. Distances are Euclidean; the image's border
    is no edge.

    Args:
        true: (H, W) alpha.
        radius: pixels. None: 1 % of the long side (10 px at 1024), at least 2 px, so that the
            region covers about the same part of a scene at any resolution.

    Returns:
        (H, W) bool; all False for an alpha that is 0 or 1 all over.

    Raises:
        InputError: `true` is no alpha.
    """
    true = _alpha(true)
    if radius is None:
        radius = max(SETTINGS.least_unknown, SETTINGS.unknown_share * max(true.shape))
    near_background = _within(true < 1 - SETTINGS.rounding, radius)
    near_foreground = _within(true > SETTINGS.rounding, radius)
    return near_background & near_foreground


def _within(mask: Region, radius: float) -> Region:
    """The pixels at most `radius` from one that is True."""
    if not mask.any():  # the distance transform wants something to measure from
        return mask
    elsewhere = (~mask).view(np.uint8)
    return cv2.distanceTransform(elsewhere, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= radius


def _alpha(true: Alpha) -> Alpha:
    true = np.asarray(true)
    if true.ndim != 2 or not true.size or not np.issubdtype(true.dtype, np.floating):
        raise InputError(
            f"an alpha (H, W), floating point, is expected, got {true.dtype} of shape {true.shape}"
        )
    return np.ascontiguousarray(true, np.float32)
