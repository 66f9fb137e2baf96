"""The frames of a clip matted against one plate, each beginning with what the last one knew."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..imaging.alignment.align import SETTINGS as ALIGN
from ..imaging.alignment.align import Alignment
from ..imaging.alignment.following import (
    SETTINGS,
    apart,
    disagrees,
    follow,
    known_background,
    towards,
)
from ..imaging.arrays import Map, Pixels, size_of
from ..imaging.matting import NetworkPass, PlateMatter, View
from ..imaging.result.matte import Matte
from ..imaging.verdict.report import Report

KEPT = 0.5  # of the background of the frame before that must still look like background
AGAIN = 12  # frames after which a plate that never fitted well is tried anew


@dataclass(frozen=True, eq=False)
class Followed:
    """A frame's matte, and what tells what moved in it.

    Attributes:
        matte: at full size.
        source: (h, w, 3) uint8, the frame at the size at which alignment looks at it.
        plate: (h, w, 3) uint8, the plate so, moved and relit.
    """

    matte: Matte
    source: Pixels
    plate: Pixels


class Follower:
    """Mattes frames in their order; one for each clip.

    Args:
        prepared: the plate, and the network.

    Attributes:
        asked: how often alignment was asked again after the first frame.
    """

    def __init__(self, prepared: PlateMatter) -> None:
        self.asked = 0
        self._prepared = prepared
        self._alignment: Alignment | None = None
        self._wanted: Alignment | None = None  # where the light is on its way to
        self._usual = 0.0  # difference on background when all was well
        self._since = 0  # frames since alignment was asked
        self._known: Map | None = None  # where the last frame showed background
        self._report: Report | None = None

    def __call__(self, pixels: NDArray[np.uint8]) -> Followed:
        """Matte the next frame, (H, W, 3) uint8, RGB.

        Raises:
            PairError, InputError, OutOfMemoryError: as a `PlateMatter` does.
        """
        timings: dict[str, float] = {}
        view = self._prepared.view(pixels, timings)
        if self._alignment is None:
            alignment, last, passes = self._prepared.aligned_pass(view, timings)
            self._settle(view, alignment, last.alpha)
            matte = self._prepared.finished(view, alignment, last, timings, passes=passes)
            self._report = matte.report
            return self._followed(view, matte)
        alignment = self._step(self._alignment)
        last = self._prepared.network_pass(view, alignment, timings)
        if self._prepared.align:
            alignment, last = self._checked(view, alignment, last, timings)
        self._alignment = alignment
        matte = self._prepared.finished(view, alignment, last, timings, report=self._report)
        return self._followed(view, matte)

    def _followed(self, view: View, matte: Matte) -> Followed:
        assert self._alignment is not None
        if not self._prepared.align:
            return Followed(matte, view.small, view.plate.small)
        return Followed(matte, view.overview, view.plate.aligned_overview(self._alignment))

    def _settle(self, view: View, alignment: Alignment, alpha: Map) -> None:
        """Take an alignment for good, until a frame disagrees."""
        self._alignment = self._wanted = alignment
        self._since = 0
        if self._prepared.align:
            self._known = background = known_background(alpha, size_of(view.overview))
            if background is not None:
                fitted = view.plate.aligned_overview(alignment)
                self._usual = apart(view.overview, fitted, background)

    def _step(self, alignment: Alignment) -> Alignment:
        """The alignment with its light a step on the way."""
        wanted = self._wanted or alignment
        light = towards(alignment.light, wanted.light)
        return alignment if light is alignment.light else replace(alignment, light=light)

    def _checked(
        self, view: View, alignment: Alignment, last: NetworkPass, timings: dict[str, float]
    ) -> tuple[Alignment, NetworkPass]:
        """Hold a frame against its plate; ask again, and matte again, where they disagree."""
        self._since += 1
        background = known_background(last.alpha, size_of(view.overview))
        known, self._known = self._known, background
        if background is None or (known is not None and kept(known, background) < KEPT):
            # A camera that was pushed, a lamp that went on: hardly anything looks like background.
            if known is None and self._since < AGAIN:
                return alignment, last
            self.asked += 1
            anew, last, _ = self._prepared.aligned_pass(view, timings)
            self._settle(view, anew, last.alpha)
            return anew, last
        now = apart(view.overview, view.plate.aligned_overview(alignment), background)
        on_its_way = self._wanted is not None and self._wanted.light is not alignment.light
        weak = alignment.registration.failed or alignment.registration.agreement < ALIGN.settled
        if not (disagrees(now, self._usual) or (weak and self._since >= AGAIN)) or (
            on_its_way and now < SETTINGS.jump * max(self._usual, ALIGN.fits_well)
        ):
            self._usual = min(self._usual, max(now, ALIGN.fits_well))
            return alignment, last
        self.asked += 1
        better = follow(view.overview, view.plate.overview, alignment, background, self._usual)
        if better is None:
            self._usual, self._since = now, 0  # nothing explains it: that is how it is from now on
            return alignment, last
        moved = better.registration is not alignment.registration
        if moved or now >= SETTINGS.jump * max(self._usual, ALIGN.fits_well):
            last = self._prepared.network_pass(view, better, timings, "second pass")
            self._settle(view, better, last.alpha)
            return better, last
        self._wanted, self._since = better, 0
        self._usual = apart(view.overview, better.apply(view.plate.overview)[0], background)
        return alignment, last


def kept(before: Map, now: Map) -> float:
    """Which share of what was background a frame ago still is; (h, w) of 0 and 1 each."""
    return float((before * now).sum() / max(float(before.sum()), 1.0))
