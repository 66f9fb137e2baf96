"""Where two photos of a pair differ, and in which of them the thing stands that makes them differ.

All at a size of its own, small, so that noise and fine texture out of register don't count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Map, Size


@dataclass(frozen=True)
class Settings:
    """How photos are compared for a verdict.

    `benchmarks/verdicts.py` measures what they do.

    Attributes:
        long_side: pixels, at which they are compared.
        slack: pixels by which things may be out of place.
        noticeable: levels of 255, in the channel that differs most.
        smallest: share of the frame: smaller regions say nothing.
        reach: pixels to each side of an outline at which colours are compared.
        edge: levels of 255 by which one photo's step must exceed the other's to count.
        border: pixels from the frame within which outlines say nothing.
        bins: to a channel, where only the amounts of colours are compared.
    """

    long_side: int = 320
    slack: int = 2
    noticeable: float = 20.0
    smallest: float = 0.002
    reach: float = 3.0
    edge: float = 10.0
    border: int = 8
    bins: int = 8


SETTINGS = Settings()


@dataclass(frozen=True)
class Outline:
    """What the outline of a region tells about whose it is.

    Attributes:
        points: how many were asked: all but those at the frame.
        in_source: how many show in the source, as the rim of a thing that stands there.
        in_plate: how many show in the plate. The others show in neither, or in both.
    """

    points: int
    in_source: int
    in_plate: int

    @property
    def told(self) -> int:
        """How many points are for one of the photos."""
        return self.in_source + self.in_plate

    @property
    def owner(self) -> float:
        """-1 (the thing stands in the source) to 1 (in the plate)."""
        return (self.in_plate - self.in_source) / max(self.told, 1)


@dataclass(frozen=True)
class Region:
    """A connected region where the photos differ.

    Attributes:
        mask: (h, w) bool.
        share: its share of the frame, 0..1.
        opacity: mean alpha inside, 0..1.
        owner: -1 (the thing stands in the source) to 1 (in the plate); about 0: in both, or none.
        outline: how many points of its outline told so.
    """

    mask: NDArray[np.bool_]
    share: float
    opacity: float
    owner: float
    outline: int


def small_size(size: Size) -> Size:
    """(width, height) at which photos of this size are compared."""
    scale = min(1.0, SETTINGS.long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def shrunk(values: NDArray[Any], size: Size) -> Map:
    """(h, w) or (h, w, 3) of any dtype -> float32 at `size`, each pixel a mean."""
    small = cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return small.reshape(size[1], size[0], *values.shape[2:])


def difference(source: Map, plate: Map) -> Map:
    """How far each colour is from all that the other photo has nearby: (h, w), levels of 255.

    Args:
        source, plate: (h, w, 3) float32, 0..255.
    """
    return np.maximum(_beyond(source, plate), _beyond(plate, source))


def regions(source: Map, plate: Map, alpha: Map, covered: Map | None = None) -> list[Region]:
    """Where the photos differ noticeably, the largest region first.

    Args:
        source, plate: (h, w, 3) float32, 0..255, the plate aligned and relit.
        alpha: (h, w) float32, 0..1.
        covered: (h, w) float32, 0..1: how much of each pixel the plate covers; None: all.
    """
    differs = cv2.GaussianBlur(difference(source, plate), (0, 0), 1.5) > SETTINGS.noticeable
    if covered is not None:
        differs &= cv2.erode(covered, np.ones((5, 5), dtype=np.uint8)) > 0.99
    mask: NDArray[Any] = differs.astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc), cv2.MORPH_OPEN, disc)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for label in range(1, count):
        share = stats[label, cv2.CC_STAT_AREA] / mask.size
        if share < SETTINGS.smallest:
            continue
        here = labels == label
        outline = outline_of(here, source, plate)
        opacity = float(alpha[here].mean())
        found.append(Region(here, float(share), opacity, outline.owner, outline.told))
    return sorted(found, key=lambda region: -region.share)


def outline_of(mask: NDArray[np.bool_], source: Map, plate: Map) -> Outline:
    """Which photo holds the thing that fills a region.

    Across the outline of a thing colours change in the photo that holds it, while the other photo
    shows what is behind: that goes on across the outline as it does along it.
    """
    filled = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2.0)
    down = cv2.Sobel(filled, cv2.CV_32F, 0, 1)
    right = cv2.Sobel(filled, cv2.CV_32F, 1, 0)
    steep = np.hypot(right, down)
    height, width = mask.shape
    inner = np.zeros(mask.shape, dtype=bool)
    inner[SETTINGS.border : height - SETTINGS.border, SETTINGS.border : width - SETTINGS.border] = (
        True
    )
    edge = mask & ~cv2.erode(mask.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)).astype(bool)
    rows, columns = np.nonzero(edge & inner & (steep > 1e-3))
    if not rows.size:
        return Outline(0, 0, 0)
    across = np.stack([right[rows, columns], down[rows, columns]]) / steep[rows, columns]  # x, y
    along = np.stack([-across[1], across[0]])
    excess = []
    for photo in (source, plate):
        soft = cv2.GaussianBlur(photo, (0, 0), 1.0)
        steps = []
        for way in (across, along):
            x, y = columns + SETTINGS.reach * way[0], rows + SETTINGS.reach * way[1]
            other_x, other_y = columns - SETTINGS.reach * way[0], rows - SETTINGS.reach * way[1]
            steps.append(np.abs(_at(soft, x, y) - _at(soft, other_x, other_y)).max(axis=1))
        excess.append(np.maximum(steps[0] - steps[1], 0))
    in_source = int((excess[0] > excess[1] + SETTINGS.edge).sum())
    in_plate = int((excess[1] > excess[0] + SETTINGS.edge).sum())
    return Outline(rows.size, in_source, in_plate)


def _beyond(photo: Map, other: Map) -> Map:
    """How far a photo is outside the range of what the other has within `slack` pixels: (h, w)."""
    window = np.ones((2 * SETTINGS.slack + 1,) * 2, dtype=np.uint8)
    high, low = cv2.dilate(other, window), cv2.erode(other, window)
    result: Map = np.maximum(np.maximum(photo - high, low - photo), 0).max(axis=2)
    return result


def _at(photo: Map, x: Map, y: Map) -> Map:
    """(n, 3) colours at (n,) positions, the border's own beyond it."""
    height, width = photo.shape[:2]
    columns = np.clip(np.rint(x), 0, width - 1).astype(np.intp)
    rows = np.clip(np.rint(y), 0, height - 1).astype(np.intp)
    return photo[rows, columns]


def colour_overlap(some: Map, other: Map) -> float:
    """How much of some colours another photo has too, 0..1, wherever they lie.

    Args:
        some, other: (..., 3) float32, 0..255.
    """

    def histogram(colours: Map) -> Map:
        bins = np.clip(colours.reshape(-1, 3) * (SETTINGS.bins / 256), 0, SETTINGS.bins - 1).astype(
            np.intp
        )
        flat = (bins[:, 0] * SETTINGS.bins + bins[:, 1]) * SETTINGS.bins + bins[:, 2]
        counts = (
            np.bincount(flat, minlength=SETTINGS.bins**3)
            .reshape((SETTINGS.bins,) * 3)
            .astype(np.float32)
        )
        # Each colour counts a little for its neighbours: light and noise move them there.
        for axis in range(3):
            padded = np.pad(counts, [(int(a == axis),) * 2 for a in range(3)], mode="edge")
            ends = [np.take(padded, range(i, i + SETTINGS.bins), axis) for i in (0, 2)]
            counts = 0.5 * counts + 0.25 * (ends[0] + ends[1])
        result: Map = counts / counts.sum()
        return result

    return float(np.minimum(histogram(some), histogram(other)).sum())
