"""From a source and a prepared plate to a matte: the pipeline in its order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..timing import stage
from .alignment.align import Alignment, align_again, confine, overview_size
from .alignment.align import align as find_alignment
from .arrays import Map, Pixels, size_of
from .engines.interface import Engine
from .limits import MAX_MEGAPIXELS
from .memory import memory_for
from .photos.pair import PhotoPair
from .photos.reading import Photo, read_photo
from .plate import FittedPlate, Plate
from .resampling import enlarge, shrink
from .result.cleanup import clean as clean_alpha
from .result.matte import Matte
from .result.upsampling import Upsampler
from .verdict.judge import judge
from .verdict.removed_objects import drop_removed_objects
from .verdict.report import Report


@dataclass(frozen=True, eq=False)
class View:
    """A source, at the sizes at which it is looked at, before the plate of its size.

    Attributes:
        full: (H, W, 3) uint8, RGB.
        small: (h, w, 3) uint8, at working size.
        overview: (h', w', 3) uint8, as alignment looks at it.
        plate: prepared for that size.
    """

    full: Pixels
    small: Pixels
    overview: Pixels
    plate: FittedPlate


@dataclass(frozen=True)
class NetworkPass:
    """One run of the network, at working size.

    Attributes:
        pair: what it was given.
        alpha: (h, w) float32, 0..1.
        residual: (h, w, 3) float32, foreground minus source, RGB.
        error: (h, w) float32, 0..1.
    """

    pair: PhotoPair
    alpha: Map
    residual: Map
    error: Map


class PlateMatter:
    """Mattes sources against one background; `Matter.with_background` makes it.

    Safe to use from several threads. The steps between a source and its matte are methods of their
    own, for what goes through them otherwise, as clips do.

    Args:
        engine: the network.
        plate: the background, prepared.
        align: whether it is made to fit each source first.
        clean: whether islands and pinholes are removed.
        max_megapixels: larger sources are refused, before decoding.
    """

    def __init__(
        self,
        engine: Engine,
        plate: Plate,
        *,
        align: bool = True,
        clean: bool = False,
        max_megapixels: float = MAX_MEGAPIXELS,
    ) -> None:
        self.plate = plate
        self.align = align
        self.clean = clean
        self._engine = engine
        self._max_megapixels = max_megapixels

    def __call__(self, source: Photo) -> Matte:
        """Matte a photo.

        Args:
            source: the photo with the subject: path, PIL image, or (H, W, 3) uint8 array, RGB.

        Raises:
            PhotoError: it cannot be used.
            PairError: it doesn't fit the background.
            InputError: it is none of these.
            OutOfMemoryError: memory does not suffice, of the machine or the device.
        """
        timings: dict[str, float] = {}
        with stage(timings, "read"), memory_for("read the photo"):
            full = read_photo(source, max_megapixels=self._max_megapixels, role="source")
        return self.matted(full, timings)

    def matted(self, full: NDArray[np.uint8], timings: dict[str, float]) -> Matte:
        """A photo as it was read -> its matte; seconds by stage are added to `timings`.

        Raises:
            PairError, InputError, OutOfMemoryError: as for a call.
        """
        width, height = size_of(full)
        with memory_for(f"matte a photo of {width} x {height} pixels"):
            view = self.view(full, timings)
            alignment, last, passes = self.aligned_pass(view, timings)
            return self.finished(view, alignment, last, timings, passes=passes)

    def view(self, full: NDArray[np.uint8], timings: dict[str, float]) -> View:
        """A source and its plate at the sizes that the steps below need.

        Raises:
            PairError, InputError: as for a call.
        """
        with stage(timings, "fit"):
            plate = self.plate.fitted(full)
            small = shrink(full, plate.small_size)
            overview = shrink(full, overview_size(size_of(full))) if self.align else small
            return View(full, small, overview, plate)

    def aligned_pass(
        self, view: View, timings: dict[str, float]
    ) -> tuple[Alignment, NetworkPass, int]:
        """Find out how the plate fits, and run the network, once more where that helps.

        Returns:
            The alignment, the network's last run, and how often it ran.
        """
        alignment = Alignment()
        if self.align:
            with stage(timings, "align"):
                alignment = find_alignment(view.overview, view.plate.overview)
        last = self.network_pass(view, alignment, timings)
        if self.align:
            with stage(timings, "second pass"):
                better = align_again(view.overview, view.plate.overview, alignment, last.alpha)
            if better is not None:
                return better, self.network_pass(view, better, timings, "second pass"), 2
        return alignment, last, 1

    def network_pass(
        self,
        view: View,
        alignment: Alignment,
        timings: dict[str, float],
        stage_name: str = "network",
    ) -> NetworkPass:
        """Run the network once, on the source at working size and the plate aligned.

        It sees them in the size `seen`; what it says comes back in the source's.
        """
        with stage(timings, stage_name):
            small, seen = view.small, view.plate.seen
            size = size_of(small)
            small_plate, covered = view.plate.aligned_small(alignment)
            outputs = self._engine(enlarge(small, seen), enlarge(small_plate, seen))
            said, residual, error = (shrink(output, size) for output in outputs)
            alpha = confine(said, covered)
            # What was taken away may be wrong by as much.
            pair = PhotoPair(small, small_plate, covered)
            return NetworkPass(pair, alpha, residual, np.maximum(error, said - alpha))

    def finished(
        self,
        view: View,
        alignment: Alignment,
        last: NetworkPass,
        timings: dict[str, float],
        *,
        passes: int = 1,
        report: Report | None = None,
    ) -> Matte:
        """What the network said -> the matte at full size.

        Args:
            view, alignment, last: as the steps before had and gave them.
            timings: seconds by stage are added.
            passes: how often the network ran.
            report: what is known of the pair already; None: it is judged.
        """
        with stage(timings, "judge"):
            alpha, removed = drop_removed_objects(last.alpha, last.pair)
            if report is None:
                report = judge(
                    last.pair,
                    alpha,
                    alignment,
                    before=view.plate.small,
                    removed=removed,
                    passes=passes,
                    long_side=max(view.full.shape),
                )
        # What was taken away may be wrong by as much.
        error = np.maximum(last.error, last.alpha - alpha)
        if self.clean:
            alpha = clean_alpha(alpha)
        with stage(timings, "upsample"):
            fitted = view.plate.aligned(alignment)
            upsampler = Upsampler(PhotoPair(view.full, fitted), last.pair, alpha, last.residual)
            fine = upsampler.alpha()
        return Matte(view.full, fitted, fine, view.plate.seen, timings, upsampler, error, report)
