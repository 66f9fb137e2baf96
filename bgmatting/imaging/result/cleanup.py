"""Crumbs and pinholes taken out of a matte, where they can be no part of the subject's outline."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Map


@dataclass(frozen=True)
class Settings:
    """What counts as crumb and as pinhole.

    Attributes:
        seen: alpha above this may be an island.
        opaque: alpha below this may be a pinhole.
        apart: of the long side: islands nearer to the subject are hair, fingers, what it holds.
        crumb: of the largest thing's area: islands larger than this are subjects too.
        pinhole: of the frame: larger holes are gaps.
        deep: of the long side: holes nearer to the outside are between strands of hair.
    """

    seen: float = 0.1
    opaque: float = 0.95
    apart: float = 0.03
    crumb: float = 0.05
    pinhole: float = 0.0004
    deep: float = 0.015


SETTINGS = Settings()


def clean(
    alpha: Map,
    *,
    apart: float = SETTINGS.apart,
    crumb: float = SETTINGS.crumb,
    pinhole: float = SETTINGS.pinhole,
    deep: float = SETTINGS.deep,
) -> Map:
    """Drop small islands far from the subject and fill pinholes deep inside it.

    Everything else stays as it is to the last bit. Cleaning a second time changes nothing.

    Args:
        alpha: (h, w) float32, 0..1, at working size.
        apart: how far islands must be from anything kept, share of the long side.
        crumb: how large they may be, share of the largest thing's area.
        pinhole: how large holes may be, share of the frame.
        deep: how far holes must be from the outside, share of the long side.

    Returns:
        (h, w) float32; `alpha` itself where nothing is to be done.
    """
    filled = _fill(alpha, pinhole * alpha.size, deep * max(alpha.shape))
    return _drop(filled, crumb, apart * max(alpha.shape))


def _fill(alpha: Map, largest: float, deep: float) -> Map:
    """Fill holes of up to `largest` pixels that are more than `deep` pixels from the outside."""
    gaps = (alpha < SETTINGS.opaque).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gaps, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] <= largest
    small[0] = False  # what is no gap
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    height, width = alpha.shape
    small &= (left > 0) & (top > 0) & (right < width) & (bottom < height)
    if not small.any():
        return alpha
    holes = small[labels]
    outside = (gaps > 0) & ~holes
    if outside.any():
        near = np.unique(labels[holes & (_distance(outside) <= deep)])
        holes &= ~np.isin(labels, near)
    return np.where(holes, np.float32(1), alpha) if holes.any() else alpha


def _drop(alpha: Map, crumb: float, apart: float) -> Map:
    """Drop islands of less than `crumb` of the largest area, more than `apart` from all others."""
    seen = alpha > SETTINGS.seen
    # What lies within that distance belongs together: half of it from each side.
    together = seen if not seen.any() else _distance(seen) <= apart / 2
    count, labels = cv2.connectedComponents(together.astype(np.uint8), connectivity=8)
    if count <= 2:
        return alpha
    areas = np.bincount(labels[seen], weights=alpha[seen], minlength=count)
    crumbs = areas < crumb * areas.max()
    crumbs[0] = False  # between them
    gone = crumbs[labels]
    return np.where(gone, np.float32(0), alpha) if gone.any() else alpha


def _distance(mask: NDArray[np.bool_]) -> Map:
    """(h, w) float32: pixels to the nearest one in the mask; 0 inside."""
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
