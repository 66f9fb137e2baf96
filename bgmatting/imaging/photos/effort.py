"""Files that would take minutes or all memory to decode, told by their structure before that.

Decoders do what a file says, and some files say very much in few bytes. Pixels are counted
elsewhere (`opening.check_size`); here is counted what may be much although pixels are few. No
camera, phone or program makes such files of photos.
"""

from __future__ import annotations

import io
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from ...errors import PhotoError
from .directories import check_directory
from .mending import PNG_SIGNATURE


@dataclass(frozen=True)
class Settings:
    """What one file may hold. Encoders' habits, and times measured on one core.

    Attributes:
        most_scans: of a JPEG. Encoders make 1 to 20; 10,000 take a minute and more.
        most_scanned: megapixels times scans: each passes over the whole picture. Ten scans of the
            largest photo make 1,000.
        most_segments: of a JPEG before its pixels, of at most 64 kB each.
        most_chunks: of a PNG; encoders put 8 kB of pixels and more in one.
        largest_gif_notes: bytes of comments and the like before a GIF's first frame. Pillow takes
            the square of their number in time.
        largest_run_length: (megapixels, bytes of the file) of a BMP in runs, which Pillow reads
            byte by byte.
        largest_in_memory: bytes of a file of a format that decoders take in as a whole; more than
            two for each pixel of the largest photo.
        largest_webp: megapixels. Its decoder and Pillow keep five copies of four bytes a pixel.
    """

    most_scans: int = 100
    most_scanned: float = 2000
    most_segments: int = 1000
    most_chunks: int = 100_000
    largest_gif_notes: int = 1_000_000
    largest_run_length: tuple[float, int] = (10, 16_000_000)
    largest_in_memory: int = 256_000_000
    largest_webp: float = 60


SETTINGS = Settings()

# A marker in the pixels of a JPEG: not a byte of them (FF 00), a restart, or a filling byte.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1


def check_effort(path: Path, name: str) -> None:
    """Refuse a file whose decoding would take too long or too much memory.

    Args:
        path: of a file that is there; what is wrong with it otherwise is the decoder's to say.
        name: what to call it in messages.

    Raises:
        PhotoError: it is such a file.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(12)
            file.seek(0)
            if begin.startswith(b"\xff\xd8\xff"):
                _check_jpeg(file, name)
            elif begin.startswith(PNG_SIGNATURE):
                _check_png(file, name)
            elif begin.startswith((b"GIF87a", b"GIF89a")):
                _check_gif(file, name)
            elif begin.startswith(b"BM"):
                _check_bmp(file, path.stat().st_size, name)
            elif begin.startswith((b"II", b"MM")):
                check_directory(file, path.stat().st_size, name)
            elif begin[4:8] == b"ftyp" or begin[8:12] == b"WEBP":
                _check_whole(path.stat().st_size, name)
    except (OSError, struct.error):
        return


def check_decoder(image: Image.Image, max_megapixels: float, name: str) -> None:
    """Refuse an image whose decoder needs much more memory for its pixels than others do.

    Raises:
        PhotoError: it is such an image.
    """
    megapixels = image.width * image.height / 1e6
    if image.format == "WEBP" and megapixels > min(max_megapixels, SETTINGS.largest_webp):
        raise PhotoError(
            f"{name} is a WebP of {megapixels:.1f} megapixels; of WebP, which takes much memory, "
            f"the limit is {SETTINGS.largest_webp:g}: save it as JPEG or PNG, or make it smaller"
        )


def _too_much(name: str, got: str, most: str) -> PhotoError:
    return PhotoError(
        f"{name} has {got}, which would take too long to read; the limit is {most}: export it anew"
    )


def _check_jpeg(file: BinaryIO, name: str) -> None:
    file.seek(2)
    exif: list[bytes] = []
    megapixels, components, progressive = 0.0, 0, False
    for _ in range(SETTINGS.most_segments):
        marker = _next_marker(file)
        if marker is None or marker == _END:
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # they have no content
            continue
        (length,) = struct.unpack(">H", file.read(2))
        content = file.read(max(length - 2, 0))
        if marker == _EXIF and content.startswith(b"Exif\0"):
            exif.append(content[6:])
        elif marker in _FRAMES:
            _, height, width, components = struct.unpack(">BHHB", content[:6])
            megapixels, progressive = width * height / 1e6, marker in _PROGRESSIVE
        elif marker == _SCAN:
            break
    else:
        raise _too_much(
            name,
            f"more than {SETTINGS.most_segments} segments before its pixels",
            "that",
        )
    if progressive or content[:1] != bytes([components]):  # else nothing after this scan is read
        most = min(SETTINGS.most_scans, SETTINGS.most_scanned / max(megapixels, 1e-6))
        _check_scans(file, int(most), name)
    notes = b"".join(exif)
    check_directory(io.BytesIO(notes), len(notes), name)


def _next_marker(file: BinaryIO) -> int | None:
    """The code of the next marker, wherever it is; None: there is none."""
    byte = file.read(1)
    while byte and byte != b"\xff":
        byte = file.read(1)
    while byte == b"\xff":
        byte = file.read(1)
    return byte[0] if byte else None


def _check_scans(file: BinaryIO, most: int, name: str) -> None:
    _check_whole(os.fstat(file.fileno()).st_size, name)
    content = file.read()
    at, scans = 0, 1
    while found := _MARKER.search(content, at):
        marker, at = content[found.start() + 1], found.end()
        if marker == _END:
            return
        scans += marker == _SCAN
        if scans > most:
            raise _too_much(name, f"more than {most} scans (passes over the picture)", "that")
        if len(content) >= at + 2 and marker not in (0x01, 0xD8):
            at += struct.unpack(">H", content[at : at + 2])[0]


def _check_png(file: BinaryIO, name: str) -> None:
    file.seek(len(PNG_SIGNATURE))
    for _ in range(SETTINGS.most_chunks):
        begin = file.read(8)
        if len(begin) < 8 or begin[4:] == b"IEND":
            return
        file.seek(int.from_bytes(begin[:4], "big") + 4, 1)  # and its checksum
    raise _too_much(name, f"more than {SETTINGS.most_chunks:,} chunks", "that")


def _check_gif(file: BinaryIO, name: str) -> None:
    """Of its first frame: no other is read."""
    header = file.read(13)
    colours = 3 * 2 ** ((header[10] & 7) + 1) if len(header) == 13 and header[10] & 0x80 else 0
    content = file.read(colours + SETTINGS.largest_gif_notes + 1)[colours:]
    at = 0
    while at < len(content):
        if content[at : at + 1] != b"!":  # the frame, or the end; other bytes are passed over
            if content[at : at + 1] in (b",", b";"):
                return
            at += 1
            continue
        at += 2  # and which extension it is
        while at < len(content) and content[at]:
            at += 1 + content[at]
        at += 1
    if len(content) > SETTINGS.largest_gif_notes:
        raise _too_much(
            name,
            f"more than {SETTINGS.largest_gif_notes / 1e6:g} MB of comments before its pixels",
            "that",
        )


def _check_bmp(file: BinaryIO, size: int, name: str) -> None:
    header = file.read(34)
    (length,) = struct.unpack("<I", header[14:18])
    if length < 40:  # too old for compression
        return
    width, height, _, _, compression = struct.unpack("<iiHHI", header[18:34])
    megapixels = abs(width * height) / 1e6
    most_megapixels, most_bytes = SETTINGS.largest_run_length
    if compression in (1, 2) and (megapixels > most_megapixels or size > most_bytes):
        raise _too_much(
            name,
            f"{megapixels:.1f} megapixels and {size / 1e6:.1f} MB as a BMP in runs",
            f"{most_megapixels:g} megapixels and {most_bytes / 1e6:g} MB",
        )


def _check_whole(size: int, name: str) -> None:
    if size > SETTINGS.largest_in_memory:
        raise PhotoError(
            f"{name} has {size / 1e6:,.0f} MB; for a photo of its kind the limit is "
            f"{SETTINGS.largest_in_memory / 1e6:g} MB: export it anew"
        )
