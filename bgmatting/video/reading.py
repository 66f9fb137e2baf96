"""Films read by PyAV: upright RGB frames with their own times; damaged ones are bridged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ClipError
from ..imaging.arrays import Pixels, Size
from ..imaging.limits import MAX_MEGAPIXELS, MIN_SIDE
from .colours import UNKNOWN, Colours, colours_of
from .frames import Facts, Frame
from .library import EXACT, ColorRange, VideoReformatter, av

LEAST_RATE = Fraction(25)  # frames a second, of a file that says nothing


class Film:
    """A clip in one file, of any kind that FFmpeg reads.

    Args:
        path: of the file.

    Attributes:
        path: likewise.
        facts: what its head says, and its first frame.

    Raises:
        ClipError: it is not there, no clip, has no video, or is damaged from the start.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            what = "is a folder" if self.path.is_dir() else "does not exist"
            raise ClipError(f"{self.path} {what}: give a clip")
        with self._open() as container:
            stream = self._video(container)
            sounds = container.streams.audio
            starts = [
                stream.start_time * stream.time_base
                for stream in (stream, *sounds[:1])
                if stream.start_time is not None and stream.time_base
            ]
            count, rate = stream.frames or None, stream.average_rate or stream.guessed_rate
            if count is None and container.duration and rate:
                count = round(Fraction(container.duration, av.time_base) * rate)
            first = self._first(container, stream)
            self._colours = _colours(first, stream.codec_context)
            width, height = _upright(first.width, first.height, first.rotation)
            self.facts = Facts(
                size=(width, height),
                rate=rate or LEAST_RATE,
                tick=stream.time_base or 1 / LEAST_RATE,
                count=count,
                start=min(starts, default=Fraction(0)),
                colours=self._colours,
                aspect=stream.sample_aspect_ratio or Fraction(1),
                sound=bool(sounds),
            )
        _check_size(self.path.name, (width, height))

    def frames(self, start: Fraction = Fraction(0), end: Fraction | None = None) -> Iterator[Frame]:
        """Frames from `start` to before `end`, in order of time.

        What cannot be decoded comes as the frame before it, and is said to be damaged.

        Raises:
            ClipError: a frame is of another size than the first; nothing can be decoded.
        """
        with self._open() as container:
            stream = self._video(container)
            if start > 0:
                container.seek(
                    int((start + self.facts.start) / stream.time_base), stream=stream, backward=True
                )
            convert = Converter(self._colours)
            last: Frame | None = None
            lost: list[Fraction] = []  # times of frames that could not be decoded
            for time, decoded in self._decoded(container, stream):
                if decoded is None:
                    lost.append(time)
                    continue
                self._same_size(decoded, time)
                if last is not None and time <= last.time:
                    time = last.time + self.facts.tick  # encoders want rising times
                for frame in bridged(last, lost, time):
                    last = frame
                    if frame.time >= start:
                        yield frame
                lost = []
                if end is not None and time >= end:
                    return
                index = self._index(time) if last is None else last.index + 1
                if time < start:  # decoded only for those that follow
                    last = Frame(np.empty((0, 0, 3), np.uint8), time, index)
                    continue
                damaged = decoded.is_corrupt and last is not None and last.pixels.size > 0
                pixels = last.pixels if damaged and last else convert(decoded)
                last = Frame(pixels, time, index, damaged)
                yield last
            yield from bridged(last, [time for time in lost if end is None or time < end], None)

    def _decoded(self, container: Any, stream: Any) -> Iterator[tuple[Fraction, Any]]:
        """Times and decoded frames; None for a frame where a packet cannot be decoded."""
        tick, count = stream.time_base, 0
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):  # a file that is cut off ends there
                return
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                if packet.pts is not None:
                    yield packet.pts * tick - self.facts.start, None
                continue
            for frame in decoded:
                if frame.pts is None:
                    time = count / self.facts.rate
                else:
                    time = frame.pts * tick - self.facts.start
                count += 1
                yield time, frame

    def _index(self, time: Fraction) -> int:
        """Which frame is at a time, where those before it are not counted."""
        return max(0, round(time * self.facts.rate))

    def _same_size(self, frame: Any, time: Fraction) -> None:
        size = _upright(frame.width, frame.height, frame.rotation)
        if size != self.facts.size:
            (width, height), (w, h) = self.facts.size, size
            raise ClipError(
                f"{self.path.name} changes from {width} x {height} to {w} x {h} pixels after "
                f"{float(time):.1f} s: cut it there, and matte the parts one by one"
            )

    @contextmanager
    def _open(self) -> Iterator[Any]:
        name = self.path.name
        try:
            container = av.open(str(self.path))
        except (av.FFmpegError, ValueError, UnicodeError) as error:
            raise ClipError(
                f"{name} cannot be read as a clip ({_reason(error)}): give a film, such as .mp4, "
                ".mov or .webm, or a folder of pictures"
            ) from error
        with container:
            yield container

    def _video(self, container: Any) -> Any:
        """The stream with the picture, its decoder set to tell which packet is damaged."""
        for stream in container.streams.video:
            if "attached_pic" not in _flags(stream.disposition):
                # By frames it would be faster, and errors would come with other packets.
                stream.thread_type = "SLICE"
                return stream
        raise ClipError(f"{self.path.name} has no video in it: give a clip with a picture")

    def _first(self, container: Any, stream: Any) -> Any:
        for _, frame in self._first_frames(container, stream):
            if frame is not None:
                return frame
        raise ClipError(f"{self.path.name} has no frame that can be decoded: it is damaged")

    def _first_frames(self, container: Any, stream: Any) -> Iterator[tuple[Any, Any]]:
        packets = container.demux(stream)
        while True:
            try:
                for frame in next(packets).decode():
                    yield None, frame
            except StopIteration:
                return
            except av.FFmpegError:
                yield None, None


def bridged(last: Frame | None, lost: list[Fraction], until: Fraction | None) -> Iterator[Frame]:
    """What stands for frames that could not be decoded: the one before, at their times.

    Args:
        last: the frame before; None or without pixels: there is nothing to show.
        lost: their times.
        until: the next frame's time; None: there is none.
    """
    for time in sorted(lost):
        if last is None or not last.pixels.size or time <= last.time:
            continue
        if until is None or time < until:
            last = Frame(last.pixels, time, last.index + 1, damaged=True)
            yield last


class Converter:
    """Decoded frames -> upright RGB of 8 bits, by the clip's own matrix and range.

    Args:
        colours: the clip's.
    """

    def __init__(self, colours: Colours) -> None:
        self._colours = colours
        self._reformatter = VideoReformatter()

    def __call__(self, frame: Any) -> Pixels:
        """(H, W, 3) uint8."""
        rgb = self._reformatter.reformat(
            frame,
            format="rgb24",
            src_colorspace=self._colours.swscale,
            src_color_range=ColorRange.JPEG if self._colours.full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=EXACT,
        ).to_ndarray()
        return np.ascontiguousarray(np.rot90(rgb, (frame.rotation // 90) % 4))


def _colours(frame: Any, context: Any) -> Colours:
    """As the frame says, or else the head of its stream."""
    full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")

    def code(of_frame: str, of_head: str) -> int:
        said = int(getattr(frame, of_frame, UNKNOWN))  # by PyAV 17 on, of some of them
        return said if said not in (0, UNKNOWN) else int(getattr(context, of_head))

    return colours_of(
        code("colorspace", "colorspace"),
        2 if full else 1,
        code("color_primaries", "color_primaries"),
        code("color_trc", "color_trc"),
        frame.height,
    )


def _upright(width: int, height: int, rotation: int) -> Size:
    return (height, width) if (rotation // 90) % 2 else (width, height)


def _check_size(name: str, size: Size) -> None:
    width, height = size
    if min(size) < MIN_SIDE or width * height > MAX_MEGAPIXELS * 1e6:
        raise ClipError(
            f"{name} is {width} x {height} pixels; expected at least {MIN_SIDE} on a side and at "
            f"most {MAX_MEGAPIXELS:g} million in all"
        )


def _flags(disposition: Any) -> str:
    return str(getattr(disposition, "name", disposition) or disposition)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
