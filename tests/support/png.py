"""A PNG reader of our own, to check what was written by somebody else's writer.

Pillow gives only the upper 8 of 16 bits of colours, and OpenCV wrote the files. After the PNG
specification (W3C, third edition): chunks, zlib, the five filters; no interlacing, no palette.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # colour type -> samples a pixel


def read_png(content: bytes) -> np.ndarray:
    """A PNG file -> (H, W) or (H, W, C), uint8 or uint16."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    packed, position, header = b"", 8, None
    while position < len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        body = content[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack(">I", content[position + 8 + length : position + 12 + length])
        assert zlib.crc32(kind + body) == checksum
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        if kind == b"IDAT":
            packed += body
        position += 12 + length
    width, height, depth, colour, compression, filters, interlace = header
    assert depth in (8, 16)
    assert (compression, filters, interlace) == (0, 0, 0)
    channels = CHANNELS[colour]
    step = channels * depth // 8  # bytes a pixel
    raw = zlib.decompress(packed)
    rows = np.frombuffer(raw, np.uint8).reshape(height, 1 + width * step)
    before = bytearray(width * step)
    lines = []
    for row in rows:
        before = _unfiltered(int(row[0]), bytearray(row[1:].tobytes()), before, step)
        lines.append(bytes(before))
    kind = ">u2" if depth == 16 else "u1"
    pixels = np.frombuffer(b"".join(lines), kind).astype(np.uint16 if depth == 16 else np.uint8)
    return pixels.reshape((height, width) if channels == 1 else (height, width, channels))


def _unfiltered(how: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    for n in range(len(line)):
        left = line[n - step] if n >= step else 0
        corner = above[n - step] if n >= step else 0
        up = above[n]
        if how == 1:
            guess = left
        elif how == 2:
            guess = up
        elif how == 3:
            guess = (left + up) // 2
        elif how == 4:
            estimate = left + up - corner
            guess = min((left, up, corner), key=lambda value: abs(estimate - value))
        else:
            guess = 0
        line[n] = (line[n] + guess) & 255
    return line
