"""Alpha made steady in time: averaged with the frame before, where both show the same.

A recursive average: a' = a + w (a'_before - a). For each pixel there are two places to look for it
in the frame before: where it is now, and where optical flow says that it came from. Each is
believed as far as what it showed is what is shown now, within the noise; where neither is, w is 0,
and the frame stands for itself. At one's own place, what is compared is what each frame shows
beyond its plate, so that light that drifts is no motion. The plate has a word too: past alpha does
not hold on where something was and the bare plate has come back. So nothing trails behind what
moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..imaging.arrays import Map, Pixels, size_of


@dataclass(frozen=True)
class Settings:
    """How much is averaged, and what counts as the same.

    Chosen by `benchmarks/video.py`: more averaging lowers dtSSD no further, and raises MAD.

    Attributes:
        most: w where nothing moves.
        moved: w where what moved was found again.
        window: sigma, pixels of the overview, over which change is averaged.
        calm: times the noise: change below this is none.
        moving: times the noise beyond that at which w has fallen to 1/e.
        alike: alpha that differs by this much more between frames is no flicker; w falls to 1/e.
        bare: times the noise: what a frame shows beyond its plate below this is nothing.
        least_noise: levels of 255 squared, all three channels: rounding and compression make it.
        slow: of the noise estimate, a frame.
    """

    most: float = 0.75
    moved: float = 0.6
    window: float = 1.5
    calm: float = 1.5
    moving: float = 1.5
    alike: float = 0.25
    bare: float = 3.0
    least_noise: float = 1.5
    slow: float = 0.1


SETTINGS = Settings()


@dataclass(frozen=True, eq=False)
class _Before:
    """What is kept of the frame before: (H, W) alpha as it came out, and what the frame showed."""

    alpha: Map
    source: Pixels
    grey: Pixels
    beyond: Map
    shown: Map


class Steady:
    """One clip's filter; frames are given in their order."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self._settings = settings
        self._before: _Before | None = None
        self._noise: float | None = None
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def __call__(self, alpha: Map, source: Pixels, plate: Pixels) -> Map:
        """The next frame's alpha, steadied.

        Args:
            alpha: (H, W) float32, 0..1.
            source: (h, w, 3) uint8, RGB, the frame, at any size.
            plate: (h, w, 3) uint8, its plate, moved and relit.

        Returns:
            (H, W) float32, 0..1; `alpha` itself of the first frame.
        """
        beyond = cv2.subtract(source, plate, dtype=cv2.CV_32F)  # h, w, 3
        shown = _power(beyond, self._settings.window)
        grey: Pixels = np.asarray(cv2.cvtColor(source, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        before = self._before
        result = alpha
        if before is not None and before.alpha.shape == alpha.shape:
            result = self._mixed(alpha, source, grey, beyond, shown, before)
        self._before = _Before(result, source, grey, beyond, shown)
        return result

    def _mixed(
        self, alpha: Map, source: Pixels, grey: Pixels, beyond: Map, shown: Map, before: _Before
    ) -> Map:
        s = self._settings
        change = _power(beyond - before.beyond, s.window)  # h, w
        noise = self._noise_of(change)
        still = s.most * self._same(change / noise)
        # What shows a difference of two frames has twice the noise of what one shows.
        bare = np.clip(2 - shown * (2 / noise) / s.bare, 0, 1)
        was = np.clip(before.shown * (2 / noise) / s.bare - 2, 0, 1)
        size = size_of(alpha)
        still, release = (_resized(values, size) for values in (still, bare * was))
        step = before.alpha - alpha
        result: Map = alpha + still * self._flicker(step, release) * step
        if not np.any(still < s.moved):
            return result
        flow: Map = np.zeros((*grey.shape, 2), dtype=np.float32)  # where each pixel was
        flow = self._flow.calc(grey, before.grey, flow)
        came = cv2.subtract(source, _warped(before.source, flow), dtype=cv2.CV_32F)
        found = _resized(s.moved * self._same(_power(came, s.window) / noise), size)
        better = found > still
        if better.any():
            scale = np.array(size, dtype=np.float32) / np.array(size_of(grey), dtype=np.float32)
            large = cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR) * scale
            step = _warped(before.alpha, large) - alpha
            moved = alpha + found * self._flicker(step, release) * step
            result = np.where(better, moved, result)
        return result

    def _same(self, change: Map) -> Map:
        """How far a change, in units of the noise, is none: 0..1."""
        s = self._settings
        same: Map = np.exp(-np.maximum(change - s.calm, 0) / s.moving)
        return same

    def _flicker(self, step: Map, release: Map) -> Map:
        """How far a step of alpha may be flicker: small, and nothing that went away."""
        small = np.exp(-np.square(step / np.float32(self._settings.alike)))
        share: Map = small * np.where(step > 0, 1 - release, np.float32(1))
        return share

    def _noise_of(self, change: Map) -> float:
        """What changes between frames where nothing does: the median, followed slowly."""
        now = max(float(np.median(change)), self._settings.least_noise)
        if self._noise is None:
            self._noise = now
        self._noise += self._settings.slow * (now - self._noise)
        return self._noise


def _power(values: Map, sigma: float) -> Map:
    """(h, w, 3) -> (h, w): squares, all channels, averaged around each pixel."""
    squares: Map = np.einsum("hwc,hwc->hw", values, values)
    return cv2.GaussianBlur(squares, (0, 0), sigma)


def _resized(values: Map, size: tuple[int, int]) -> Map:
    return cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)


def _warped(values: Map, flow: Map) -> Map:
    """(H, W) or (H, W, 3), each pixel fetched from where the flow, (H, W, 2) pixels, points."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(
        values,
        x + flow[..., 0],
        y + flow[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
