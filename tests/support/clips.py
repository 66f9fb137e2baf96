"""Clips made for tests, and read back by other ways than the package's own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TICK = Fraction(1, 12800)  # as cameras have it


def make(
    path: Path,
    frames: list[np.ndarray],
    *,
    codec: str = "ffv1",
    pixel_format: str = "bgr0",
    rate: int = 25,
    times: list[Fraction] | None = None,
    options: dict[str, str] | None = None,
    given: str = "rgb24",
    matrix: int | None = None,
    full: bool = False,
    tagged: bool = True,
    sound: tuple[float, float] | None = None,
    sound_codec: str = "pcm_s16le",
) -> Path:
    """A clip.

    Args:
        frames: in the pixel format `given`.
        times: of each, seconds; None: at the rate.
        matrix: 1 for BT.709, 6 for BT.601; None: swscale's own choice, nothing said.
        full: whether YUV has the full range.
        tagged: whether the file says so.
        sound: begins at, and lasts for, seconds; a tone of 440 Hz.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        height, width = frames[0].shape[:2]
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, pixel_format
        context.time_base = stream.time_base = TICK
        if matrix is not None and tagged:
            context.colorspace, context.color_range = matrix, 2 if full else 1
        out = None
        if sound is not None:
            out = container.add_stream(sound_codec, rate=48000)
            out.codec_context.layout = "mono"
            _tone(container, out, *sound)
        for index, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=given)
            if given == "rgb24":
                frame = frame.reformat(
                    format=pixel_format,
                    dst_colorspace=None if matrix is None else {6: 5}.get(matrix, matrix),
                    dst_color_range=(2 if full else 1) if matrix is not None else None,
                    src_color_range=2 if matrix is not None else None,
                )
            time = Fraction(index, rate) if times is None else times[index]
            frame.pts, frame.time_base = round(time / TICK), TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _tone(container, stream, begin: float, length: float) -> None:
    samples = np.sin(np.arange(round(length * 48000)) * 2 * np.pi * 440 / 48000)
    values = (samples * 12000).astype(np.int16)
    for first in range(0, len(values), 1024):
        part = values[None, first : first + 1024]
        frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
        frame.sample_rate, frame.time_base = 48000, Fraction(1, 48000)
        frame.pts = round(begin * 48000) + first
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def alphas(path: Path) -> list[np.ndarray]:
    """The alpha of each frame of a film, (H, W) float64, 0..1, straight out of the decoder."""
    found = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoder = stream.codec_context
        if decoder.name == "vp9":  # FFmpeg's own leaves alpha out
            decoder = av.CodecContext.create("libvpx-vp9", "r")
        for packet in container.demux(stream):
            for frame in decoder.decode(packet if packet.size else None):
                found.append(alpha_of(frame))
    return found


def alpha_of(frame) -> np.ndarray:
    name = frame.format.name
    if name.startswith("yuva"):
        ten, plane = "10" in name, frame.planes[3]
        kind, top = (np.uint16, 1023) if ten else (np.uint8, 255)
        if "12" in name:
            kind, top = np.uint16, 4095
    elif name.startswith("gbrap"):
        kind, top, plane = np.uint16, 65535, frame.planes[3]
    else:
        values = frame.reformat(format="rgba").to_ndarray()
        return values[..., 3] / 255
    line = plane.line_size // np.dtype(kind).itemsize
    values = np.frombuffer(plane, kind).reshape(-1, line)[: frame.height, : frame.width]
    return values / top


def times(path: Path) -> list[float]:
    """Of the frames of a film, seconds."""
    with av.open(str(path)) as container:
        return [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]


def sound(path: Path) -> tuple[float, float, str]:
    """Where a film's sound begins and ends, seconds by its samples; and its codec."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        last = frames[-1]
        end = last.pts * last.time_base + Fraction(last.samples, last.sample_rate)
        return float(frames[0].pts * frames[0].time_base), float(end), stream.codec_context.name


def turn(path: Path, degrees: int) -> Path:
    """Have a film's head (.mov, .mp4) say that its picture is to be turned clockwise."""
    one = 1 << 16
    a, b, c, d = {
        90: (0, one, -one, 0),
        180: (-one, 0, 0, -one),
        270: (0, -one, one, 0),
    }[degrees]
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 8 + 4 + 4 + 4 + 8 + 2 + 2 + 2 + 2
    matrix = [a, b, 0, c, d, 0, 0, 0, 1 << 30]
    data[at : at + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in matrix)
    path.write_bytes(data)
    return path


def damage(path: Path, packet: int, bytes_to_spoil: int = 400) -> Path:
    """Spoil the middle of one of a film's packets."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        at, size = packets[packet].pos, packets[packet].size
    data = bytearray(path.read_bytes())
    begin = at + min(16, size // 4)
    noise = np.random.default_rng(0).integers(0, 256, min(bytes_to_spoil, size - 20), np.uint8)
    data[begin : begin + len(noise)] = noise.tobytes()
    path.write_bytes(data)
    return path
