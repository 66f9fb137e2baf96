"""Alpha made steady in time: averaged over frames where nothing moves, left alone where it does.

A recursive average: a' = a + w (a'_before - a). w falls to 0 where a frame shows something else
than the one before did, as far as that exceeds the noise; what is compared is what each shows
beyond its plate, so that light that drifts is no motion. The plate has a word too: past alpha
does not hold on where a frame shows the bare plate, nor hold back where it clearly shows something
else, which leaves no trail.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..imaging.arrays import Map, Pixels, size_of


@dataclass(frozen=True)
class Settings:
    """How much is averaged, and what counts as motion.

    Measured by `benchmarks/video.py`.

    Attributes:
        most: w where nothing moves.
        window: sigma, pixels of the overview, over which change is averaged.
        calm: times the noise: change below this is none.
        moving: times the noise beyond that at which w has fallen to 1/e.
        alike: alpha that differs by this much more between frames is no flicker; w falls to 1/e.
        bare: times the noise: what a frame shows beyond its plate below this is nothing.
        clear: times the noise: above this it is clearly something.
        least_noise: levels of 255 squared, all three channels: rounding and compression make it.
        slow: of the noise estimate, a frame.
    """

    most: float = 0.75
    window: float = 1.5
    calm: float = 1.5
    moving: float = 1.5
    alike: float = 0.25
    bare: float = 3.0
    clear: float = 30.0
    least_noise: float = 1.5
    slow: float = 0.1


SETTINGS = Settings()


class Steady:
    """One clip's filter; frames are given in their order."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self._settings = settings
        self._before: Map | None = None  # alpha, as it came out
        self._beyond: Map | None = None
        self._noise: float | None = None

    def __call__(self, alpha: Map, source: Pixels, plate: Pixels) -> Map:
        """The next frame's alpha, steadied.

        Args:
            alpha: (H, W) float32, 0..1.
            source: (h, w, 3) uint8, RGB, the frame, at any size.
            plate: (h, w, 3) uint8, its plate, moved and relit.

        Returns:
            (H, W) float32, 0..1.
        """
        beyond = cv2.subtract(source, plate, dtype=cv2.CV_32F)  # h, w, 3
        before, last = self._before, self._beyond
        result = alpha
        if before is not None and last is not None and before.shape == alpha.shape:
            result = self._mixed(alpha, before, beyond, last)
        self._before, self._beyond = result, beyond
        return result

    def _mixed(self, alpha: Map, before: Map, beyond: Map, last: Map) -> Map:
        s = self._settings
        change = _power(beyond - last, s.window)  # h, w
        noise = self._noise_of(change)
        weight = s.most * np.exp(-np.maximum(change / noise - s.calm, 0) / s.moving)
        # Differences of two frames have twice the noise of one.
        shown = _power(beyond, s.window) * (2 / noise)
        holds = np.clip((shown - s.bare) / s.bare, 0, 1)  # past alpha may hold on
        yields = 1 - np.clip((shown - s.clear) / s.clear, 0, 1)  # and hold back
        size = size_of(alpha)
        weight, holds, yields = (
            cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
            for values in (weight, holds, yields)
        )
        step = before - alpha
        weight *= np.where(step > 0, holds, yields)
        weight *= np.exp(-np.square(step / np.float32(s.alike)))
        mixed: Map = alpha + weight * step
        return mixed

    def _noise_of(self, change: Map) -> float:
        """What changes between frames where nothing does: the median, followed slowly."""
        now = max(float(np.median(change)), self._settings.least_noise)
        if self._noise is None:
            self._noise = now
        self._noise += self._settings.slow * (now - self._noise)
        return self._noise


def _power(values: Map, sigma: float) -> Map:
    """(h, w, 3) -> (h, w): squares, all channels, averaged around each pixel."""
    return cv2.GaussianBlur(np.einsum("hwc,hwc->hw", values, values), (0, 0), sigma)
