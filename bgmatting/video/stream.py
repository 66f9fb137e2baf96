"""The stream of a clip's mattes: decoded ahead in a thread, followed, steadied."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from ..imaging.matting import PlateMatter
from ..imaging.result.matte import Matte
from .following import Follower
from .frames import Clip, Frame
from .steady import Steady
from .threads import ahead

WARM = 3  # frames matted before one that is missing, so that it is as steady as it would have been


@dataclass(frozen=True, eq=False)
class MattedFrame:
    """A frame's matte, with its place in the clip.

    Attributes:
        matte: at full size.
        time: seconds since what was asked for begins.
        index: of the frame in the clip.
        damaged: whether the frame could not be read; the matte is that of the one before.
    """

    matte: Matte
    time: Fraction
    index: int
    damaged: bool = False


def matted_frames(
    clip: Clip,
    prepared: PlateMatter,
    *,
    steady: bool = True,
    start: Fraction = Fraction(0),
    end: Fraction | None = None,
    written: Callable[[int], bool] | None = None,
) -> Iterator[MattedFrame | Frame]:
    """A clip's mattes in their order; memory does not grow with its length.

    Args:
        clip: that is matted.
        prepared: network and plate.
        steady: whether alpha is averaged over time where nothing moves.
        start, end: which part, seconds.
        written: tells whether a frame's results are there already, by its index; where they are,
            the frame itself comes in place of its matte.

    Raises:
        ClipError: the clip cannot be used any further.
        PairError: it doesn't fit the plate.
        OutOfMemoryError: memory does not suffice.
    """
    follower, filter_ = Follower(prepared), Steady()
    last: Matte | None = None
    with contextlib.closing(ahead(clip.frames(start, end))) as frames:
        for frame in frames:
            if written is not None and all(
                written(frame.index + further) for further in range(WARM + 1)
            ):
                yield frame
                continue
            if not frame.damaged or last is None:
                followed = follower(frame.pixels)
                matte = followed.matte
                if steady:
                    alpha = filter_(matte.alpha, followed.source, followed.plate)
                    matte = replace(matte, alpha=alpha)
                last = matte
            yield MattedFrame(last, frame.time - start, frame.index, frame.damaged)
