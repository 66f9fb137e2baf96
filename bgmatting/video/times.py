"""Times in a clip as people write them: seconds, minutes and seconds, or a frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from ..errors import InputError

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)s?")
_FRAME = re.compile(r"(\d+)f")


@dataclass(frozen=True)
class Moment:
    """A place in a clip.

    Attributes:
        seconds: since it begins; None where a frame is named.
        frame: by number, from 0; None where a time is.
    """

    seconds: Fraction | None = None
    frame: int | None = None

    @classmethod
    def of(cls, value: Moment | str | float) -> Moment:
        """What a value stands for: seconds, or as text "2.5", "1:02.5", "1:00:00", "75f".

        Raises:
            InputError: it is none of these.
        """
        if isinstance(value, Moment):
            return value
        text = str(value).strip()
        if found := _FRAME.fullmatch(text):
            return cls(frame=int(found[1]))
        if found := _TIME.fullmatch(text):
            hours, minutes, seconds = found.groups()
            return cls(Fraction(seconds) + 60 * int(minutes or 0) + 3600 * int(hours or 0))
        raise InputError(
            f'{text!r} is no time: expected seconds ("2.5"), minutes and seconds ("1:02.5"), or '
            'a frame\'s number ("75f")'
        )

    def time(self, rate: Fraction) -> Fraction:
        """Seconds since the clip begins; of a frame, by the clip's average rate."""
        if self.seconds is not None:
            return self.seconds
        return Fraction(self.frame or 0) / rate
