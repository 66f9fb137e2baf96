"""Sound passed on as it is, at its time; where a kind of file can't hold it, encoded anew."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from .library import av

# What files of an ending may hold; None: anything.
HOLDS: dict[str, tuple[str, ...] | None] = {
    ".mov": ("aac", "alac", "mp3", "ac3", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"),
    ".mp4": ("aac", "alac", "mp3", "ac3", "opus", "flac"),
    ".webm": ("opus", "vorbis"),
    ".mkv": None,
}
INSTEAD = {".mov": "pcm_s16le", ".mp4": "aac", ".webm": "libopus"}
OPUS_RATE = 48000  # samples a second; it has no other that all files have


class Sound:
    """A clip's first sound on its way into a film that is written; see `sound_of`."""

    def __init__(
        self, source: Any, target: Any, ending: str, zero: Fraction, end: Fraction | None
    ) -> None:
        self._target, self._zero, self._end = target, zero, end
        stream = source.streams.audio[0]
        allowed = HOLDS[ending]
        self._copied = allowed is None or stream.codec_context.name in allowed
        if self._copied:
            self._out = target.add_stream_from_template(stream)
        else:
            rate = stream.codec_context.sample_rate
            encoder = INSTEAD[ending]
            self._out = target.add_stream(encoder, rate=OPUS_RATE if encoder == "libopus" else rate)
            self._out.codec_context.layout = stream.codec_context.layout
            self._resampler = av.AudioResampler(
                format=self._out.codec_context.codec.audio_formats[0],
                layout=stream.codec_context.layout,
                rate=self._out.codec_context.sample_rate,
            )
        self._packets = self._all(source, stream)
        self._next: Any = None

    def until(self, time: Fraction | None) -> None:
        """Write the sound that begins before a time, in seconds of the film; None: the rest."""
        while True:
            if self._next is None:
                self._next = next(self._packets, None)
            if self._next is None:
                return
            begins, packets = self._next
            if time is not None and begins >= time:
                return
            self._next = None
            for packet in packets:
                packet.stream = self._out
                self._target.mux(packet)

    def _all(self, source: Any, stream: Any) -> Iterator[tuple[Fraction, list[Any]]]:
        """When it begins, and packets for the film, from where the film begins to where it ends."""
        tick = stream.time_base
        shift = round(self._zero / tick)
        try:
            for packet in source.demux(stream):
                if packet.pts is None:
                    continue  # the one that ends the stream
                begins = packet.pts * tick - self._zero
                if self._end is not None and begins >= self._end:
                    break
                if self._zero > self._own_start(stream) and begins < 0:
                    continue  # before a part that was asked for
                if self._copied:
                    packet.pts -= shift
                    packet.dts = packet.pts if packet.dts is None else packet.dts - shift
                    yield begins, [packet]
                else:
                    yield begins, self._encoded(packet, shift)
        except av.FFmpegError:  # sound that is damaged ends there; the picture goes on
            pass
        if not self._copied:
            yield Fraction(0), self._flushed()

    def _own_start(self, stream: Any) -> Fraction:
        start: Fraction = (stream.start_time or 0) * stream.time_base
        return start

    def _encoded(self, packet: Any, shift: int) -> list[Any]:
        packets = []
        for frame in packet.decode():
            if frame.pts is not None:
                frame.pts -= shift
            for resampled in self._resampler.resample(frame):
                packets += self._out.encode(resampled)
        return packets

    def _flushed(self) -> list[Any]:
        packets = []
        for resampled in self._resampler.resample(None):
            packets += self._out.encode(resampled)
        return [*packets, *self._out.encode(None)]


@contextlib.contextmanager
def sound_of(
    clip: Path, target: Any, ending: str, zero: Fraction, end: Fraction | None
) -> Iterator[Sound]:
    """The sound of a clip, for a film that is open for writing.

    Args:
        clip: the file it comes from, which has some.
        target: PyAV's container to write to; its picture's stream is there already.
        ending: of the film's name, which says what it may hold.
        zero: seconds in the file's own time where the film begins.
        end: seconds, in the film's, where it ends; None: with the clip.
    """
    with av.open(str(clip)) as source:
        yield Sound(source, target, ending, zero, end)
