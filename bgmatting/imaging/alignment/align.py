"""A plate made to fit its source: moved and relit, and once more when the subject is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Coverage, Map, Pixels, Size, fully, size_of
from ..resampling import shrink, working_size
from .geometry.registration import Registration, register, warp
from .light.relighting import Light, fit_light, relight


@dataclass(frozen=True)
class Settings:
    """How a plate is aligned, and when a second pass is worth it.

    Attributes:
        long_side: pixels, at which geometry and light are estimated.
        surely_background: alpha below this is background.
        clearance: how far that must be from anything that may be foreground, of the long side.
        least_background: share of the frame that must be background for a second pass.
        least_gain: a second pass must bring the difference below this share of the first's.
        fits_well: levels of 255: source and plate that differ by less need no second pass.
        settled: agreement from which geometry, the dear part, is not asked again.
    """

    long_side: int = 512
    surely_background: float = 0.02
    clearance: float = 0.012
    least_background: float = 0.08
    least_gain: float = 0.95
    fits_well: float = 1.0
    settled: float = 0.6


SETTINGS = Settings()


@dataclass(frozen=True)
class Alignment:
    """What makes a plate fit, at any size; by default nothing is done to it.

    Attributes:
        registration: how it is moved.
        light: how it is relit.
    """

    registration: Registration = field(default_factory=Registration)
    light: Light = field(default_factory=Light)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.registration.aligned or self.light.applied)

    def apply(self, plate: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
        """Move and relight.

        Args:
            plate: (H, W, 3) uint8, RGB, the whole frame at any size.

        Returns:
            (H, W, 3) uint8, the same array if there is nothing to do; and (H, W) uint8, how
            much of each pixel the plate covers, or None if it does everywhere.
        """
        moved, covered = warp(plate, self.registration)
        return relight(moved, self.light), covered

    def shrunk(self, plate: NDArray[np.uint8], size: Size) -> tuple[Pixels, Coverage | None]:
        """`apply`, and bring the result to `size`; with the coverage there.

        Moved at twice the size where there is that much, for moving softens.
        """
        if self.idle:
            return shrink(plate, size), None
        fine, covered = self.apply(shrink(plate, working_size(size_of(plate), 2 * max(size))))
        if covered is None:
            return shrink(fine, size), None
        return shrink(fine, size), shrink(covered, size)


def reduced(
    source: NDArray[np.uint8], plate: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Both photos, (H, W, 3) uint8, at the size at which `align` and `align_again` look at them."""
    size = overview_size(size_of(source))
    return shrink(source, size), shrink(plate, size)


def overview_size(size: Size) -> Size:
    """(width, height) at which `align` looks at photos of a size."""
    return working_size(size, SETTINGS.long_side)


def align(source: NDArray[np.uint8], plate: NDArray[np.uint8]) -> Alignment:
    """Find out how to make a plate fit, knowing nothing of the subject.

    Args:
        source: (H, W, 3) uint8, RGB, at any size.
        plate: (H, W, 3) uint8, RGB, of the source's size.
    """
    return aligned(*reduced(source, plate), background=None)


def align_again(
    source: NDArray[np.uint8], plate: NDArray[np.uint8], first: Alignment, alpha: Map
) -> Alignment | None:
    """Find out better, on what a first matte shows to be background.

    Args:
        source, plate: (H, W, 3) uint8, RGB, at any size; the plate as it was, before `first`.
        first: the alignment with which the first matte was made.
        alpha: (h, w) float32, that matte, at any size.

    Returns:
        None unless source and plate then agree measurably better on the background.
    """
    source, plate = reduced(source, plate)
    alpha = cv2.resize(alpha, size_of(source), interpolation=cv2.INTER_LINEAR)
    background = surely_background(alpha)
    if background.mean() < SETTINGS.least_background:
        return None
    before = difference(source, plate, first, background)
    if before < SETTINGS.fits_well:
        return None
    settled = first.registration.agreement >= SETTINGS.settled and not first.registration.failed
    second = aligned(source, plate, background, first.registration if settled else None)
    return (
        second
        if difference(source, plate, second, background) < SETTINGS.least_gain * before
        else None
    )


def surely_background(alpha: Map) -> Map:
    """Where a matte shows background, well away from the subject: (h, w) float32, 0 or 1."""
    reach = max(1, round(SETTINGS.clearance * max(alpha.shape)))
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
    return cv2.erode((alpha < SETTINGS.surely_background).astype(np.float32), window)


def confine(alpha: Map, covered: Coverage | None) -> Map:
    """Allow a subject where the plate says nothing only as it goes on from where it does.

    Beyond the plate's edge its continuation differs from the source whatever is there. Alpha is
    kept there as far as alpha inside, followed outwards within 45 degrees, reaches.

    Args:
        alpha: (h, w) float32, 0..1.
        covered: (h, w) uint8, how much of each pixel the plate covers; None: all of it.
    """
    if covered is None:
        return alpha
    known = fully(covered)
    if known.all() or not known.any():
        return alpha
    # In rings outwards; chessboard distance, as a 3x3 window grows.
    far = np.rint(cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_C, 3)).astype(int)
    allowed = np.where(known, alpha, np.float32(0))
    window = np.ones((3, 3), dtype=np.uint8)
    for ring in range(1, far.max() + 1):
        allowed = np.where(far == ring, cv2.dilate(allowed, window), allowed)
    return np.minimum(alpha, allowed)


def aligned(
    source: NDArray[np.uint8],
    plate: NDArray[np.uint8],
    background: Map | None,
    registration: Registration | None = None,
    start: Registration | None = None,
) -> Alignment:
    """One alignment, whatever it is worth.

    Args:
        source, plate: (h, w, 3) uint8, RGB, as `reduced` gives them.
        background: (h, w), 1 where the source surely shows background; None: unknown.
        registration: known already; None: it is asked.
        start: where the camera was a moment ago; None: unknown.
    """
    registration = registration or register(source, plate, background, start)
    moved, covered = warp(plate, registration)
    return Alignment(registration, fit_light(source, moved, background, covered))


def difference(
    source: NDArray[np.uint8], plate: NDArray[np.uint8], fit: Alignment, background: Map
) -> float:
    """Mean difference of source and fitted plate on background that the plate covers, 0..255.

    Differences count up to 32: what changed besides is not for alignment to explain.
    """
    fitted, covered = fit.apply(plate)
    known = background > 0
    if covered is not None:
        known &= covered > 0
    if not known.any():
        return 0.0
    apart = cv2.absdiff(source, fitted)[known]
    return float(np.minimum(apart, 32).mean())
