"""Films written by PyAV: whole or not at all, with the times, colours and sound of their source."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..files import whole
from ..imaging.arrays import Map
from .codecs import Codec
from .colours import BT2020, Colours
from .frames import Facts
from .library import EXACT, ColorRange, VideoReformatter, av
from .pictures import Picture

_MUXERS = {
    ".mov": "mov",
    ".mp4": "mp4",
    ".webm": "webm",
    ".mkv": "matroska",
}


class Track(Protocol):
    """Something that goes into a film beside its picture."""

    def until(self, time: Fraction | None) -> None:
        """Write what belongs before a time; None: all that is left."""


class TrackMaker(Protocol):
    """Adds a track to a film that is about to be written."""

    def __call__(self, container: Any) -> contextlib.AbstractContextManager[Track]:
        """The track, for as long as the film is written."""


class FilmWriter:
    """An open film; see `film`."""

    def __init__(self, path: Path, container: Any, stream: Any, codec: Codec, facts: Facts) -> None:
        self._name, self._container, self._stream = str(path), container, stream
        self._tick = facts.tick
        self._pixels = Encodable(codec, stream.codec_context.pix_fmt, facts.colours.to_write)
        self.track: Track | None = None
        self._last = -1

    def write(self, picture: Picture, time: Fraction, index: int) -> None:
        """Write a frame; its sound, as far as it belongs before, goes first.

        Raises:
            OutputError: it cannot be written.
        """
        frame = self._pixels(picture)
        frame.pts = max(round(time / self._tick), self._last + 1)
        frame.time_base = self._tick
        self._last = frame.pts
        with _said(self._name):
            if self.track is not None:
                self.track.until(time)
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the encoder still holds, and the rest of the sound."""
        with _said(self._name):
            self._container.mux(self._stream.encode(None))
            if self.track is not None:
                self.track.until(None)


@contextlib.contextmanager
def film(
    path: Path,
    codec: Codec,
    facts: Facts,
    *,
    has_alpha: bool,
    deep: bool = False,
    overwrite: bool = False,
    sound: TrackMaker | None = None,
) -> Iterator[FilmWriter]:
    """A film to write frames to; it has its name once the block ends without an error.

    Args:
        path: in a folder that is there; its ending is one of the codec's.
        codec: how.
        facts: of the clip that it is made of: size, times, colours.
        has_alpha: whether pictures have alpha.
        deep: 16 bits, of a codec that has a deep format.
        overwrite: whether a file of that name may be replaced.
        sound: what adds the sound; None: it has none.

    Raises:
        OutputError: it cannot be written, or there is something of that name.
    """
    pixel_format = codec.opaque
    if has_alpha:
        pixel_format = (codec.deep if deep else None) or codec.with_alpha or codec.opaque
    with contextlib.ExitStack() as stack:
        with _said(str(path)):
            partial = stack.enter_context(whole(path, overwrite=overwrite))
            options = {"movflags": "+faststart"} if path.suffix.lower() == ".mp4" else {}
            container = av.open(
                str(partial), "w", format=_MUXERS[path.suffix.lower()], options=options
            )
        stack.enter_context(container)
        stream = _stream(container, codec, pixel_format, facts)
        writer = FilmWriter(path, container, stream, codec, facts)
        if sound is not None:
            writer.track = stack.enter_context(sound(container))
        yield writer
        writer.finish()
        with _said(str(path)):
            container.close()  # the index is written here


def _stream(container: Any, codec: Codec, pixel_format: str, facts: Facts) -> Any:
    """The picture's stream in a new film.

    Raises:
        OutputError: this FFmpeg has no such encoder.
    """
    rate = facts.rate.limit_denominator(1001 * 60)
    for encoder in codec.encoder:
        options = codec.options if encoder == codec.encoder[0] else {"qscale": "2"}
        try:
            stream = container.add_stream(encoder, rate=rate, options=dict(options))
            break
        except (av.FFmpegError, ValueError):  # not built into this FFmpeg
            continue
    else:
        raise OutputError(f"this PyAV has no encoder for {codec.name}: choose another --codec")
    width, height = facts.size
    if codec.even:
        width, height = width + width % 2, height + height % 2
    context, colours = stream.codec_context, facts.colours.to_write
    context.width, context.height, context.pix_fmt = width, height, pixel_format
    context.time_base = stream.time_base = facts.tick
    context.color_primaries, context.color_trc = colours.primaries, colours.transfer
    if pixel_format.startswith("yuv"):
        context.colorspace, context.color_range = colours.matrix, ColorRange.MPEG
    if facts.aspect != 1:
        context.sample_aspect_ratio = facts.aspect
    context.thread_type, context.thread_count = "SLICE", min(4, os.cpu_count() or 1)
    return stream


class Encodable:
    """Pictures -> what an encoder takes.

    Args:
        codec: how.
        pixel_format: FFmpeg's, one of the codec's.
        colours: by which RGB becomes YUV.
    """

    def __init__(self, codec: Codec, pixel_format: str, colours: Colours) -> None:
        self._codec, self._format, self._colours = codec, pixel_format, colours
        self._reformatter = VideoReformatter()

    def __call__(self, picture: Picture) -> Any:
        """A frame of PyAV; alpha in it is rounded once, from float."""
        colours, alpha = picture.colours, picture.alpha
        if self._codec.even and (colours.shape[0] % 2 or colours.shape[1] % 2):
            down, right = colours.shape[0] % 2, colours.shape[1] % 2
            colours = np.pad(colours, ((0, down), (0, right), (0, 0)), mode="edge")
        if self._format == "gbrap16le":
            return _deep(picture)
        if not self._format.startswith("yuv"):
            rgba = np.dstack([colours, picture.alpha_of_8_bits])
            return self._reformatter.reformat(
                av.VideoFrame.from_ndarray(rgba, format="rgba"), format=self._format
            )
        rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(colours), format="rgb24")
        plain = self._format.replace("yuva", "yuv")
        yuv = self._reformatter.reformat(
            rgb,
            format=plain,
            src_color_range=ColorRange.JPEG,
            dst_colorspace=9 if self._colours.matrix == BT2020 else 1,
            dst_color_range=ColorRange.MPEG,
            interpolation=EXACT,
        )
        if plain == self._format or alpha is None:
            return yuv
        return _with_alpha(yuv, alpha, self._format)


def _with_alpha(yuv: Any, alpha: Map, pixel_format: str) -> Any:
    """Three planes and a fourth: swscale's own alpha is off by one here and there."""
    frame = av.VideoFrame(yuv.width, yuv.height, pixel_format)
    for mine, other in zip(frame.planes[:3], yuv.planes, strict=True):
        mine.update(bytes(other))
    ten = "10" in pixel_format
    values = np.rint(np.clip(alpha, 0, 1) * (1023 if ten else 255))
    _fill(frame.planes[3], values, np.uint16 if ten else np.uint8)
    for name in ("colorspace", "color_range"):
        setattr(frame, name, getattr(yuv, name))
    return frame


def _deep(picture: Picture) -> Any:
    """(H, W) planes of 16 bits: green, blue, red, alpha."""
    height, width = picture.colours.shape[:2]
    frame = av.VideoFrame(width, height, "gbrap16le")
    for plane, channel in zip(frame.planes, (1, 2, 0), strict=False):
        _fill(plane, picture.colours[..., channel] * np.uint16(257), np.uint16)
    alpha = np.ones((height, width), np.float32) if picture.alpha is None else picture.alpha
    _fill(frame.planes[3], np.rint(np.clip(alpha, 0, 1) * 65535), np.uint16)
    return frame


def _fill(plane: Any, values: NDArray[Any], kind: type) -> None:
    """Put (H, W) values into a plane, whose lines may be longer."""
    height, width = values.shape
    line = plane.line_size // np.dtype(kind).itemsize
    lines = np.zeros((plane.buffer_size // plane.line_size, line), dtype=kind)
    lines[:height, :width] = values
    plane.update(lines.tobytes())


@contextlib.contextmanager
def _said(name: str) -> Iterator[None]:
    """What FFmpeg and the file system refuse, in a sentence."""
    try:
        yield
    except OutputError:
        raise
    except (OSError, av.FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"{name} cannot be written ({reason}): choose another place") from error
