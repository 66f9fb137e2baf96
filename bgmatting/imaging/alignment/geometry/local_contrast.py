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

from ...arrays import Map, size_of
from ...resampling import shrink, working_size


@dataclass(frozen=True)
class Settings:
    """How structure is told from light, noise and compression.

    `benchmarks/registration.py` measures what they do.

    Attributes:
        soften: sigma, pixels: what noise costs less, and interpolation spoils less.
        reach: sigma, pixels: structure wider than this counts as light.
        contrast: sigma, pixels, over which contrast is evened out.
        noise_factor: contrast below so many times the noise is not evened out.
        least_noise: grey levels; rounding and compression make as much.
        dark: grey level below which a photo is as good as clipped.
        bright: grey level above which it is.
        compressed: times the finest noise: compression leaves the coarser.
        calm: share of tiles that are taken to show nothing but noise.
        overexposed: share of pixels clipped in some channel from which luminance misleads.
        window: side, pixels, of the neighbourhood over which likeness is judged.
        faint: structure's mean square below which it is noise.
        clear: and above which it counts fully.
        unlike: correlation below which nothing is explained.
        alike: and above which all is.
    """

    soften: float = 0.8
    reach: float = 4.0
    contrast: float = 8.0
    noise_factor: float = 3.0
    least_noise: float = 0.4
    dark: int = 3
    bright: int = 245
    compressed: float = 2.0
    calm: float = 0.3
    overexposed: float = 0.1
    window: int = 9
    faint: float = 0.25
    clear: float = 0.8
    unlike: float = 0.3
    alike: float = 0.8


SETTINGS = Settings()


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
        evidence = np.clip((power - SETTINGS.faint) * (1 / (SETTINGS.clear - SETTINGS.faint)), 0, 1)
        if self.background is not None:
            evidence *= self.background
        return alike, evidence

    def telling(self, plate: Map) -> float:
        """What a moved plate tells of the source altogether, in no particular unit."""
        return _told(*self.likeness(plate))

    def information(self, plate: Map, other: Map) -> tuple[float, float, float]:
        """What two plates tell of the source, for choosing between them, in no particular unit.

        Args:
            plate, other: (h, w) float32 as in `likeness`. Only where both reach is compared.

        Returns:
            What each tells, and the pixels by which they were compared.
        """
        both = (plate != 0) & (other != 0)
        (alike, evidence), (also, besides) = self.likeness(plate), self.likeness(other)
        evidence = np.maximum(evidence, besides) * both
        return _told(alike, evidence), _told(also, evidence), float(evidence.sum())

    def explained(self, plate: Map) -> tuple[float, float, float]:
        """How much of a moved plate's structure is found in the source.

        Returns:
            Share explained, 0..1; mean correlation, -1..1, which noise leaves above 0 when it
            leaves little explained; and the pixels that could tell.
        """
        alike, evidence = self.likeness(plate)
        pixels = float(evidence.sum())
        share = np.clip((alike - SETTINGS.unlike) * (1 / (SETTINGS.alike - SETTINGS.unlike)), 0, 1)
        shares = ((values * evidence).sum() / max(pixels, 1.0) for values in (share, alike))
        explained, mean = map(float, shares)
        return explained, mean, pixels


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
    greys: list[Any] = _greys(source, plate)
    most_noise = SETTINGS.compressed * max(map(noise_of, greys))
    levels: list[Level] = []
    for long_side in reversed(wanted):
        size = working_size(size_of(source), long_side) if long_side < own else None
        if size is not None:
            greys = [shrink(grey, size) for grey in greys]
        sure = background
        if sure is not None:
            sure = cv2.resize(
                np.asarray(sure, dtype=np.float32),
                greys[0].shape[::-1],
                interpolation=cv2.INTER_AREA,
            )
        of_source, of_plate = structures(greys[0], greys[1], most_noise)
        levels.append(Level(of_source, of_plate, sure))
    return levels[::-1]


def _greys(*photos: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Photos as one plane each: their luminance, or the channel that is least overexposed.

    Where one channel is clipped and another is not, luminance may even turn light into dark.
    """
    bright = np.stack(
        [photo.reshape(-1, 3) > SETTINGS.bright for photo in photos]
    )  # photos, pixels, RGB
    if bright.any(axis=2).mean(axis=1).max() < SETTINGS.overexposed:
        return [cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY) for photo in photos]  # type: ignore[misc]
    channel = int(np.argmin(bright.mean(axis=1).max(axis=0)))
    return [np.ascontiguousarray(photo[..., channel]) for photo in photos]


def structures(
    source: NDArray[np.uint8], plate: NDArray[np.uint8], most_noise: float
) -> tuple[Map, Map]:
    """Structure of two greys, (h, w) uint8: (h, w) float32 each.

    Args:
        source, plate: as above.
        most_noise: grey levels; what is more than that is not noise.
    """
    high = []
    for grey in (source, plate):
        soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), SETTINGS.soften)
        high.append(soft - cv2.GaussianBlur(soft, (0, 0), SETTINGS.reach))
    noise = max(_flattest(g, values) for g, values in zip((source, plate), high, strict=True))
    floor = (SETTINGS.noise_factor * max(SETTINGS.least_noise, min(noise, most_noise))) ** 2
    of_source, of_plate = (
        values
        / np.sqrt(cv2.GaussianBlur(np.square(values), (0, 0), SETTINGS.contrast) + floor)
        * _unclipped(grey)
        for values, grey in zip(high, (source, plate), strict=True)
    )
    return of_source, of_plate


def _unclipped(grey: NDArray[np.uint8]) -> Map:
    """0 where a photo is clipped and next to it: edges there move with the exposure; else 1."""
    clipped = ((grey < SETTINGS.dark) | (grey > SETTINGS.bright)).astype(np.uint8)
    return 1 - cv2.dilate(clipped, np.ones((5, 5), dtype=np.uint8)).astype(np.float32)


def noise_of(grey: NDArray[np.uint8]) -> float:
    """A photo's noise where it is flattest, as far as softening leaves it; grey levels.

    By differences of second differences, which edges and slopes don't reach (Immerkaer, "Fast noise
    variance estimation", 1996), so that it holds in photos that are full of texture as well.
    """
    kernel = np.outer([1, -2, 1], [1, -2, 1]).astype(np.float32) / 6
    rough = cv2.filter2D(grey, cv2.CV_32F, kernel)
    return _flattest(grey, rough) / (2 * float(np.sqrt(np.pi)) * SETTINGS.soften)


def _flattest(grey: NDArray[np.uint8], values: Map) -> float:
    """Root mean square of values in a photo's calmest tiles; those that are clipped don't count."""
    tiles = (max(1, grey.shape[1] // 8), max(1, grey.shape[0] // 8))
    power = cv2.resize(np.square(values), tiles, interpolation=cv2.INTER_AREA).ravel()
    mean = cv2.resize(grey.astype(np.float32), tiles, interpolation=cv2.INTER_AREA).ravel()
    lit = power[(mean > 8) & (mean < 247)]
    return float(np.sqrt(np.quantile(lit, SETTINGS.calm))) if lit.size else 0.0


def _mean(values: Map) -> Map:
    return cv2.boxFilter(
        values, -1, (SETTINGS.window, SETTINGS.window), borderType=cv2.BORDER_REFLECT_101
    )


def _power(values: Map) -> Map:
    """The local mean square; running sums may come out a little below 0 where it is 0."""
    return np.maximum(_mean(np.square(values)), 0)


def _told(alike: Map, evidence: Map) -> float:
    """Mutual information of two Gaussians of that correlation, summed; none is quite certain."""
    return -float((np.log(1.02 - np.square(np.clip(alike, 0, 1))) * evidence).sum())
