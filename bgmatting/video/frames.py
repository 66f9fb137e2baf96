"""What clips are made of: frames with their times; and what all kinds of clips can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from ..imaging.arrays import Pixels, Size
from .colours import Colours


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a clip.

    Attributes:
        pixels: (H, W, 3) uint8, RGB, upright; in the clip's own primaries and transfer.
        time: seconds since the clip begins, as its file says; frames rise in it.
        index: how many frames come before it in the clip.
        damaged: whether it could not be read; its pixels are then those of the one before.
    """

    pixels: Pixels
    time: Fraction
    index: int
    damaged: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known of a clip before its frames are read.

    Attributes:
        size: (width, height) of its frames, upright.
        rate: frames a second, on average.
        tick: seconds; times are whole multiples of it.
        count: how many frames there should be; None: not known.
        start: seconds, in the file's own time, at which the clip's time is 0.
        colours: what its numbers stand for.
        aspect: width of a pixel by its height.
        sound: whether it has any.
    """

    size: Size
    rate: Fraction
    tick: Fraction
    count: int | None = None
    start: Fraction = Fraction(0)
    colours: Colours = field(default_factory=Colours)
    aspect: Fraction = Fraction(1)
    sound: bool = False


class Clip(Protocol):
    """A film or a sequence of pictures."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def facts(self) -> Facts:
        """What is known of it."""

    def frames(self, start: Fraction = Fraction(0), end: Fraction | None = None) -> Iterator[Frame]:
        """Its frames from one time to before another, one after the other.

        Raises:
            ClipError: what is found cannot be used.
        """
