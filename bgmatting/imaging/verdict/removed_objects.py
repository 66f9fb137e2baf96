"""What was removed from the scene, or lit anew, between the photos: taken out of a matte.

Where something stood in the plate and is gone, source and plate differ as much as where something
came, and a network may take the bare place for a subject. But a thing has an outline in the photo
that holds it: an island of the matte whose rim does not show in the source, or shows far more in
the plate, is what was removed (background subtraction calls it a ghost).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Map, Mask, size_of
from ..photos.pair import PhotoPair
from .differences import Outline, outline_of, shrunk, small_size


@dataclass(frozen=True)
class Settings:
    """What counts as an island, and as removed.

    `benchmarks/verdicts.py` measures what they do.

    Attributes:
        seen: alpha above this may be an island.
        smallest: share of the frame: whose outline is too short to say anything stays.
        points: of outline, that must be there to ask.
        thing: share of its outline that shows in the source, if a thing stands there.
        plates: of -1 to 1: beyond this the thing stands in the plate.
        subject: share that shows of the subject's outline; less, and outlines tell nothing.
        haze: of the long side: what is fainter than `seen` belongs to an island within that reach.
    """

    seen: float = 0.1
    smallest: float = 0.002
    points: int = 20
    thing: float = 0.2
    plates: float = 0.5
    subject: float = 0.3
    haze: float = 0.03


SETTINGS = Settings()


def drop_removed_objects(alpha: Map, pair: PhotoPair) -> tuple[Map, Mask | None]:
    """Take islands out of a matte whose outline is not the source's. The largest thing stays.

    Args:
        alpha: (h, w) float32, 0..1.
        pair: of alpha's size, its plate aligned and relit.

    Returns:
        (h, w) float32, `alpha` itself if there are none; and (h', w') bool, where they were, at a
        smaller size, or None.
    """
    size = small_size(size_of(alpha))
    small_source, small_plate = shrunk(pair.source, size), shrunk(pair.plate, size)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (shrunk(alpha, size) > SETTINGS.seen).astype(np.uint8), connectivity=8
    )
    areas = stats[:, cv2.CC_STAT_AREA]
    subject = 1 + int(np.argmax(areas[1:])) if count > 2 else 0
    islands = [
        label
        for label in range(1, count)
        if label != subject and areas[label] >= SETTINGS.smallest * labels.size
    ]
    if not subject or not islands:
        return alpha, None

    def outline(label: int) -> Outline:
        return outline_of(labels == label, small_source, small_plate)

    own = outline(subject)
    if own.in_source < SETTINGS.subject * own.points:
        return alpha, None
    removed = np.isin(labels, [label for label in islands if _was_removed(outline(label))])
    if not removed.any():
        return alpha, None
    return np.where(_reach(removed, labels > 0, alpha), np.float32(0), alpha), removed


def _was_removed(outline: Outline) -> bool:
    """Whether an outline is too little, or too much the plate's, for a thing in the source."""
    if outline.points < SETTINGS.points:
        return False
    theirs = outline.told >= SETTINGS.points and outline.owner > SETTINGS.plates
    return theirs or outline.in_source < SETTINGS.thing * outline.points


def _reach(removed: NDArray[np.bool_], seen: NDArray[np.bool_], alpha: Map) -> NDArray[np.bool_]:
    """(h, w): what belongs to `removed`, (h', w'): it and the haze around, up to what stays."""
    size = size_of(alpha)
    mine, others = (
        cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        for mask in (removed, seen & ~removed)
    )
    to_mine, to_others = (
        cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        for mask in (mine, others)
    )
    return (to_mine <= SETTINGS.haze * max(size)) & (to_mine < to_others)
