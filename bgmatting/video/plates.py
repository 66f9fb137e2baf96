"""The empty place of a clip: a photo, a moment of the clip, or what its frames agree on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError, InputError
from ..imaging.arrays import Map, Pixels, by_bands, size_of
from ..imaging.photos.reading import Photo, read_photo
from .frames import Clip, Facts, Frame
from .opening import is_clip, open_clip
from .times import Moment

AUTO = "auto"


@dataclass(frozen=True)
class Settings:
    """How many frames make a plate, and when they agree; chosen by eye.

    Attributes:
        samples: frames, evenly over the clip; what they take of memory is all that is taken.
        fewest: frames below which a median says nothing.
        alike: levels of 255 by which a sample may differ from the median, in the worst channel.
        seen: share of the samples that must be so alike.
        unseen: share of the frame where they may fail to.
        soften: sigma, pixels, at which samples are compared: noise is no disagreement.
        still: share of the frame that some sample shows otherwise; less, and nothing moves.
    """

    samples: int = 25
    fewest: int = 5
    alike: float = 12.0
    seen: float = 0.5
    unseen: float = 0.01
    soften: float = 1.5
    still: float = 0.002


SETTINGS = Settings()


def plate_for(
    clip: Clip,
    background: Photo | None,
    at: Moment | None = None,
    start: Fraction = Fraction(0),
    end: Fraction | None = None,
) -> Photo:
    """The plate for a clip.

    Args:
        clip: that is matted.
        background: a photo; the path of a clip of the empty place, whose median it is; "auto",
            for the median of the clip itself; None: see `at`.
        at: the moment of the clip that shows the place empty; not with a background.
        start, end: what of the clip is matted, seconds; "auto" looks at that alone.

    Raises:
        InputError: neither or both are given.
        ClipError: the moment is not in the clip; the clip does not show enough of the place.
        PhotoError: as `read_photo`.
    """
    if (background is None) == (at is None):
        raise InputError(
            "what the empty place looks like must be said once: by a background photo or clip, by "
            'the moment of the clip that shows it empty, or by "auto"'
        )
    if at is not None:
        return frame_at(clip, at)
    assert background is not None
    if isinstance(background, str) and background == AUTO:
        return own_median(clip, start, end)
    if isinstance(background, (str, os.PathLike)) and is_clip(background):
        empty = open_clip(background)
        return median_of(sampled(empty, Fraction(0), None))
    return read_photo(background, role="background")


def frame_at(clip: Clip, at: Moment) -> Pixels:
    """One frame of a clip, (H, W, 3) uint8: the last that begins by then, or of that number.

    Raises:
        ClipError: the clip is shorter.
    """
    time = at.time(clip.facts.rate)
    found: Frame | None = None
    begin = Fraction(0) if at.seconds is None else max(Fraction(0), time - 1)
    for frame in clip.frames(begin):
        if at.frame is not None:
            if frame.index == at.frame:
                return frame.pixels
        elif frame.time > time and found is not None:
            return found.pixels
        found = frame
        if at.seconds is not None and frame.time >= time:
            return frame.pixels
    if found is None or at.frame is not None or time > found.time + 1:
        where = f"frame {at.frame}" if at.frame is not None else f"{float(time):g} s"
        raise ClipError(f"{clip.path.name} ends before {where}: choose an earlier moment")
    return found.pixels


def sampled(clip: Clip, start: Fraction, end: Fraction | None) -> list[Pixels]:
    """Frames evenly over a part of a clip, a bounded number of them whatever its length."""
    return [frame.pixels for frame in _every(clip, start, end, _step(clip.facts, start, end))]


def _step(facts: Facts, start: Fraction, end: Fraction | None) -> int:
    """How many frames apart samples are, by what the clip's head says of its length."""
    count = facts.count or 0
    if end is not None:
        count = min(count or 10**9, round(end * facts.rate))
    return max(1, -(-(count - round(start * facts.rate)) // SETTINGS.samples))


def _every(clip: Clip, start: Fraction, end: Fraction | None, step: int) -> Iterator[Frame]:
    kept: list[Frame] = []
    for number, frame in enumerate(clip.frames(start, end)):
        if number % step or frame.damaged:
            continue
        kept.append(frame)
        if len(kept) >= 2 * SETTINGS.samples:  # a clip that is longer than it says
            kept, step = kept[::2], 2 * step
    yield from kept


def median_of(samples: list[Pixels]) -> Pixels:
    """The temporal median, (H, W, 3) uint8, channel by channel.

    Args:
        samples: (H, W, 3) uint8 each, of one size; at least one.
    """
    result = np.empty_like(samples[0])

    def work(top: int, bottom: int) -> None:
        stack = np.stack([sample[top:bottom] for sample in samples])
        middle = np.partition(stack, len(samples) // 2, axis=0)[len(samples) // 2]
        result[top:bottom] = middle

    by_bands(size_of(result), work)
    return result


def own_median(clip: Clip, start: Fraction = Fraction(0), end: Fraction | None = None) -> Pixels:
    """The plate that a clip's own frames agree on.

    Somebody who stands still through most of it becomes part of it: no median can tell.

    Raises:
        ClipError: too much of the place is covered most of the time, or nothing moves at all.
    """
    samples = sampled(clip, start, end)
    name = clip.path.name
    instead = "give a photo of the empty place, or say when the clip shows it (--background-at)"
    if len(samples) < SETTINGS.fewest:
        raise ClipError(f"{name} has too few frames to find the empty place in them: {instead}")
    plate = median_of(samples)
    often, ever = agreement(samples, plate)
    unseen = float((often < SETTINGS.seen).mean())
    if unseen > SETTINGS.unseen:
        raise ClipError(
            f"{unseen:.0%} of {name}'s picture is never seen empty for half of the time, so the "
            f"empty place cannot be made out: {instead}"
        )
    if float((ever < 1).mean()) < SETTINGS.still:
        raise ClipError(
            f"nothing moves in {name}, so the subject cannot be told from the place: {instead}"
        )
    return plate


def agreement(samples: list[Pixels], plate: Pixels) -> tuple[Map, Map]:
    """How many of the samples show the plate, pixel by pixel.

    Returns:
        (h, w) float32 shares: within `alike` levels, and within three times that.
    """
    often = np.zeros(plate.shape[:2], dtype=np.float32)
    ever = np.zeros_like(often)
    for sample in samples:
        off = _apart(sample, plate)
        often += off <= SETTINGS.alike
        ever += off <= 3 * SETTINGS.alike
    return often / len(samples), ever / len(samples)


def _apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> Map:
    """Largest difference of a channel, softened; levels of 255."""
    off = cv2.subtract(a, b, dtype=cv2.CV_32F)
    soft: Map = np.abs(cv2.GaussianBlur(off, (0, 0), SETTINGS.soften)).max(axis=2)
    return soft
