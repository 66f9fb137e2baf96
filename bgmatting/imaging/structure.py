"""What two photos of one place share whatever the light: their structure, and how alike it is.

A photo's structure is its grey, high-passed and divided by its local contrast. A gain, an offset, a
gamma or a slow shade of the light leave it as it is; noise stays small, because contrast is counted
only as far as it exceeds the photo's own noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .plate import Map
from .resampling import shrink, working_shape

SOFTEN = 0.8  # pixels, sigma: what noise costs less, and interpolation spoils less
REACH = 4.0  # pixels, sigma: structure wider than this counts as light
CONTRAST = 8.0  # pixels, sigma: over which contrast is evened out
NOISE_FACTOR = 3.0  # contrast below so many times the noise is not evened out
LEAST_NOISE = 0.25  # grey levels; rounding alone makes as much
WINDOW = 9  # pixels, side of the neighbourhood over which likeness is judged
FAINT, CLEAR = 0.22, 0.6  # structure's mean square: below is noise, above counts fully
UNLIKE, ALIKE = 0.3, 0.8  # correlation: below explains nothing, above all


@dataclass(frozen=True)
class Level:
    """A pair's structure at one size.

    Attributes:
        source: (h, w) float32, about unit variance where there is structure, 0 where there is none.
        plate: (h, w) float32, likewise.
        background: (h, w) float32, 0..1, where the source surely shows background; None: unknown.
    """

    source: Map
    plate: Map
    background: Map | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.source.shape[1], self.source.shape[0]

    @cached_property
    def source_power(self) -> Map:
        """(h, w) float32, the source's local mean square."""
        return _power(self.source)

    def likeness(self, plate: Map) -> tuple[Map, Map]:
        """Where the source looks like a plate, and where that plate has structure to tell by.

        Args:
            plate: (h, w) float32, structure of the plate as moved; 0 where it is not covered.

        Returns:
            Local correlation, -1..1, and evidence, 0..1; both (h, w) float32.
        """
        power = _power(plate)
        alike = _mean(self.source * plate) / np.sqrt(self.source_power * power + 4e-4)
        evidence = np.clip((power - FAINT) * (1 / (CLEAR - FAINT)), 0, 1)
        if self.background is not None:
            evidence *= self.background
        return alike, evidence

    def explained(self, plate: Map) -> tuple[float, float]:
        """How much of a moved plate's structure is found in the source.

        Returns:
            Pixels explained, and pixels that could have been.
        """
        alike, evidence = self.likeness(plate)
        share = np.clip((alike - UNLIKE) * (1 / (ALIKE - UNLIKE)), 0, 1)
        return float((share * evidence).sum()), float(evidence.sum())


def pyramid(
    source: NDArray[np.uint8],
    plate: NDArray[np.uint8],
    background: Map | None,
    sizes: tuple[int, ...],
) -> list[Level]:
    """Levels of those long sides, as far as the photos reach; at least one.

    Args:
        source, plate: (h, w, 3) uint8, RGB.
        background: (h, w), as in `Level`.
        sizes: long sides, pixels, rising.
    """
    own = max(source.shape[:2])
    wanted = sorted({min(size, own) for size in sizes})
    greys: list[Any] = [cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY) for photo in (source, plate)]
    levels: list[Level] = []
    for size in reversed(wanted):
        shape = working_shape(source.shape[1], source.shape[0], size) if size < own else None
        if shape is not None:
            greys = [shrink(grey, shape) for grey in greys]
        sure = background
        if sure is not None:
            sure = cv2.resize(
                np.asarray(sure, dtype=np.float32),
                greys[0].shape[::-1],
                interpolation=cv2.INTER_AREA,
            )
        levels.append(Level(*structures(*greys), background=sure))
    return levels[::-1]


def structures(source: NDArray[np.uint8], plate: NDArray[np.uint8]) -> tuple[Map, Map]:
    """Structure of two greys, (h, w) uint8: (h, w) float32 each."""
    high = []
    for grey in (source, plate):
        soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), SOFTEN)
        high.append(soft - cv2.GaussianBlur(soft, (0, 0), REACH))
    noise = max(_noise(grey, values) for grey, values in zip((source, plate), high, strict=True))
    floor = (NOISE_FACTOR * noise) ** 2
    of_source, of_plate = (
        values / np.sqrt(cv2.GaussianBlur(np.square(values), (0, 0), CONTRAST) + floor)
        for values in high
    )
    return of_source, of_plate


def _noise(grey: NDArray[np.uint8], high: Map) -> float:
    """Standard deviation of what is left in a photo's flattest parts; clipped ones don't count."""
    tiles = (max(1, grey.shape[1] // 8), max(1, grey.shape[0] // 8))
    power = cv2.resize(np.square(high), tiles, interpolation=cv2.INTER_AREA).ravel()
    mean = cv2.resize(grey.astype(np.float32), tiles, interpolation=cv2.INTER_AREA).ravel()
    lit = power[(mean > 8) & (mean < 247)]
    if not lit.size:
        return LEAST_NOISE
    return max(LEAST_NOISE, float(np.sqrt(np.quantile(lit, 0.15))))


def _mean(values: Map) -> Map:
    return cv2.boxFilter(values, -1, (WINDOW, WINDOW), borderType=cv2.BORDER_REFLECT_101)


def _power(values: Map) -> Map:
    """The local mean square; running sums may come out a little below 0 where it is 0."""
    return np.maximum(_mean(np.square(values)), 0)
