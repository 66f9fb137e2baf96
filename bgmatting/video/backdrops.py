"""What goes behind the subject of a clip: what goes behind that of a photo, or another clip."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ..errors import ClipError
from ..imaging.arrays import Pixels, size_of
from ..imaging.photos.reading import Photo
from ..imaging.result.backdrop import Backdrop, Colour, cover
from ..imaging.result.matte import Matte
from .frames import Clip, Frame
from .opening import is_clip, open_clip


class Still:
    """A colour, a photo, or the background out of focus: made once for as long as it stays so.

    Args:
        backdrop: as `Matte.composite` takes it.

    Raises:
        InputError: it is nothing of the kind.
    """

    def __init__(self, backdrop: Photo | Colour) -> None:
        self._backdrop = Backdrop.of(backdrop)
        self._made: tuple[Pixels, Pixels] | None = None
        self._follows = self._backdrop.colour is None and self._backdrop.photo is None

    def at(self, time: Fraction, matte: Matte) -> Pixels:
        """(H, W, 3) or (3,) uint8, behind a frame."""
        made = self._made
        if made is None or (self._follows and made[0] is not matte.background):
            made = matte.background, self._backdrop.pixels(matte.background)
            self._made = made
        return made[1]


class Moving:
    """A clip, from its beginning, and over again where it ends before the other.

    Args:
        clip: whatever its rate; the frame of the moment is taken.
    """

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._frames = self._endless()
        self._now: tuple[Fraction, Frame] | None = None
        self._next: tuple[Fraction, Frame] | None = None

    def at(self, time: Fraction, matte: Matte) -> Pixels:
        """(H, W, 3) uint8, behind a frame; times rise."""
        while self._next is None or self._next[0] <= time:
            self._now, self._next = self._next, next(self._frames)
        shown = self._now or self._next
        return cover(np.ascontiguousarray(shown[1].pixels), size_of(matte.source))

    def _endless(self) -> Iterator[tuple[Fraction, Frame]]:
        begin = Fraction(0)
        while True:
            last = None
            for frame in self._clip.frames():
                last = frame
                yield begin + frame.time, frame
            if last is None:
                raise ClipError(f"{self._clip.path.name} has no frames: give another backdrop")
            begin += last.time + 1 / self._clip.facts.rate


def backdrop_of(value: Photo | Colour) -> Still | Moving:
    """What goes behind, by what `Matte.composite` takes, or the path of a clip.

    Raises:
        InputError: it is nothing of the kind.
        ClipError: it is a clip that cannot be used.
    """
    if isinstance(value, (str, os.PathLike)) and is_clip(value):
        return Moving(open_clip(value))
    return Still(value)
