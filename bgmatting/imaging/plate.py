"""A background prepared once: read, and brought to the sizes at which it is looked at."""

from __future__ import annotations

import threading
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .alignment.align import Alignment, overview_size
from .arrays import Coverage, Pixels, size_of
from .photos.pair import fit_background
from .resampling import network_size, shrink, working_size


class FittedPlate:
    """A plate at the size of sources, and at the smaller sizes that are made of it, each once.

    What an alignment makes of it is kept too, for the last that was asked for.

    Args:
        full: (H, W, 3) uint8, RGB, of the sources' size.
        long_side: working size, as `working_size` takes it.

    Attributes:
        small_size: (width, height) at which mattes are made.
        seen: (width, height) in which the network sees that.
    """

    def __init__(self, full: NDArray[np.uint8], long_side: int | None) -> None:
        self.full = full
        self.small_size = working_size(size_of(full), long_side)
        self.seen = network_size(size_of(full), long_side)
        self._full: tuple[Alignment, Pixels] | None = None
        self._small: tuple[Alignment, tuple[Pixels, Coverage | None]] | None = None
        self._overview: tuple[Alignment, Pixels] | None = None

    @cached_property
    def overview(self) -> Pixels:
        """(h, w, 3) uint8, as `align` looks at it."""
        return shrink(self.full, overview_size(size_of(self.full)))

    @cached_property
    def small(self) -> Pixels:
        """(h, w, 3) uint8, at working size, as it is."""
        return shrink(self.full, self.small_size)

    @cached_property
    def _fine(self) -> Pixels:
        """At twice the working size where there is that much: moving softens."""
        return shrink(self.full, working_size(size_of(self.full), 2 * max(self.small_size)))

    def aligned(self, alignment: Alignment) -> Pixels:
        """(H, W, 3) uint8, moved and relit at full size."""
        kept = self._full
        if kept is None or kept[0] is not alignment:
            kept = alignment, alignment.apply(self.full)[0]
            self._full = kept
        return kept[1]

    def aligned_overview(self, alignment: Alignment) -> Pixels:
        """(h, w, 3) uint8, moved and relit at the size at which `align` looks at it."""
        kept = self._overview
        if kept is None or kept[0] is not alignment:
            kept = alignment, alignment.apply(self.overview)[0]
            self._overview = kept
        return kept[1]

    def aligned_small(self, alignment: Alignment) -> tuple[Pixels, Coverage | None]:
        """(h, w, 3) uint8, moved and relit at working size; and the coverage there."""
        if alignment.idle:
            return self.small, None
        kept = self._small
        if kept is None or kept[0] is not alignment:
            kept = alignment, alignment.shrunk(self._fine, self.small_size)
            self._small = kept
        return kept[1]


class Plate:
    """A background photo for sources to come; safe to use from several threads.

    Args:
        photo: (h, w, 3) uint8, RGB, of whatever size.
        long_side: working size, as `working_size` takes it.
    """

    def __init__(self, photo: NDArray[np.uint8], long_side: int | None) -> None:
        self.photo = photo
        self.long_side = long_side
        self._fitted: FittedPlate | None = None
        self._lock = threading.Lock()

    def fitted(self, source: NDArray[np.uint8]) -> FittedPlate:
        """Prepared for a source's size; kept for those that follow in the same.

        Raises:
            PairError: the source is of another shape.
            InputError: the working size is no whole number of pixels, or too small.
        """
        with self._lock:
            kept = self._fitted
            if kept is None or size_of(kept.full) != size_of(source):
                kept = FittedPlate(fit_background(source, self.photo), self.long_side)
                self._fitted = kept
            return kept
