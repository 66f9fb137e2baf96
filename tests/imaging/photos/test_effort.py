"""Files that would take minutes or all memory are refused before they are decoded."""

from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import PhotoError
from bgmatting.imaging import read_photo
from bgmatting.imaging.photos import effort
from bgmatting.imaging.photos.pictures import picture_size, read_cutout, read_grey, read_scaled

READERS = (
    read_photo,
    read_cutout,
    read_grey,
    picture_size,
    lambda path: read_scaled(path, 32),
)


@pytest.fixture
def photo() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8))


def encoded(photo: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    photo.save(file, kind, **options)
    return file.getvalue()


def sub_blocks(content: bytes) -> bytes:
    pieces = [content[at : at + 255] for at in range(0, len(content), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def gif_with(photo: Image.Image, comment: bytes) -> bytes:
    content = encoded(photo.quantize(256), "GIF")
    at = 13 + 3 * 256
    return content[:at] + b"!\xfe" + sub_blocks(comment) + content[at:]


def jpeg_with(photo: Image.Image, scans: int) -> bytes:
    """A progressive JPEG whose last pass is done over and over."""
    content = encoded(photo, "JPEG", progressive=True)
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * (scans - content.count(b"\xff\xda")) + b"\xff\xd9"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(photo: Image.Image, chunks: int) -> bytes:
    content = encoded(photo, "PNG")
    return content[:33] + chunk(b"prVt") * chunks + content[33:]


def exif_with(entries: int, length: int) -> bytes:
    """EXIF data whose entries all name the same bytes, the most that are there."""
    begin = 10 + 12 * entries + 4
    table = b"".join(
        struct.pack("<HHII", 0x9000 + number, 7, length, begin) for number in range(entries)
    )
    return struct.pack("<2sHIH", b"II", 42, 8, entries) + table + bytes(4 + length)


def jpeg_segments(kind: int, content: bytes, piece: int) -> bytes:
    return b"".join(
        struct.pack(">BBH", 0xFF, kind, len(part) + 8) + b"Exif\0\0" + part
        for part in (content[at : at + piece] for at in range(0, len(content), piece))
    )


def bmp_in_runs(width: int, height: int, runs: bytes) -> bytes:
    content = bytearray(encoded(Image.new("L", (16, 16)), "BMP")[: 14 + 40 + 1024])
    struct.pack_into("<ii", content, 18, width, height)
    struct.pack_into("<I", content, 30, 1)
    return bytes(content) + runs


HOSTILE = {
    "comment.gif": (lambda photo: gif_with(photo, bytes(3_000_000)), "comments before its pixels"),
    "scans.jpg": (lambda photo: jpeg_with(photo, 10_000), "more than 100 scans"),
    "segments.jpg": (
        lambda photo: (
            b"\xff\xd8" + jpeg_segments(0xE1, bytes(20_000), 1) + encoded(photo, "JPEG")[2:]
        ),
        "more than 1000 segments",
    ),
    "exif.jpg": (
        lambda photo: (
            b"\xff\xd8"
            + jpeg_segments(0xE1, exif_with(4000, 1_000_000), 65_000)
            + encoded(photo, "JPEG")[2:]
        ),
        "over 256 MB of notes",
    ),
    "chunks.png": (lambda photo: png_with(photo, 200_000), "more than 100,000 chunks"),
    "tags.tif": (lambda _: exif_with(4000, 1_000_000), "over 256 MB of notes"),
    "runs.bmp": (
        lambda _: bmp_in_runs(4000, 4000, b"\0\0" * 4000),
        "16.0 megapixels and .* as a BMP in runs",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_at_once(tmp_path, photo, name):
    make, said = HOSTILE[name]
    (tmp_path / name).write_bytes(make(photo))
    for read in READERS:
        begun = time.process_time()
        with pytest.raises(PhotoError, match=said) as raised:
            read(tmp_path / name)
        assert "damaged" not in str(raised.value)
        assert time.process_time() - begun < 3


def test_a_file_that_decoders_would_take_in_whole(tmp_path, photo):
    for kind in ("webp", "avif"):
        path = tmp_path / f"a.{kind}"
        path.write_bytes(encoded(photo, kind.upper()))
        with path.open("r+b") as file:
            file.truncate(20_000_000_000)
        with pytest.raises(PhotoError, match="20,000 MB; for a photo of its kind the limit is 256"):
            read_photo(path)


def test_webp_of_more_than_its_decoder_has_memory_for(tmp_path, photo, monkeypatch):
    path = tmp_path / "a.webp"
    photo.save(path)
    monkeypatch.setattr(effort, "SETTINGS", effort.Settings(largest_webp=0.003))
    with pytest.raises(PhotoError, match=r"WebP of 0\.0 megapixels; .*save it as JPEG"):
        read_photo(path)
    photo.save(tmp_path / "a.png")
    read_photo(tmp_path / "a.png")


@pytest.mark.parametrize("size", [(16, 65_536), (65_536, 700), (1601, 16), (16, 1_000_001)])
def test_extreme_shapes(tmp_path, size):
    path = tmp_path / "a.png"
    Image.new("1", size).save(path)
    for read in (*READERS, lambda path: read_photo(np.zeros(size[::-1], np.uint8))):
        with pytest.raises(PhotoError, match=f"{size[0]} x {size[1]} pixels; expected .* most"):
            read(path)


HARMLESS = {
    "comment.gif": lambda photo: gif_with(photo, b"\0" * 100_000),
    "progressive.jpg": lambda photo: jpeg_with(photo, 40),
    # What phones put after their photos: films, in which anything may stand.
    "motion.jpg": lambda photo: (
        encoded(photo, "JPEG", progressive=True) + b"\xff\xda\0\x04ab" * 1000
    ),
    "thumbnail.jpg": lambda photo: encoded(
        photo, "JPEG", progressive=True, comment=b"\xff\xda\0\x02" * 1000
    ),
    "pieces.png": lambda photo: png_with(photo, 20_000),
    "runs.bmp": lambda _: bmp_in_runs(20, 20, b"\x14\x07\0\0" * 20),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_programs_make_is_read(tmp_path: Path, photo, name):
    (tmp_path / name).write_bytes(HARMLESS[name](photo))
    assert read_photo(tmp_path / name).std() > 50 or name == "runs.bmp"


def test_exif_data_that_would_fill_memory_is_passed_over(tmp_path, photo):
    path = tmp_path / "a.png"
    content = encoded(photo, "PNG")
    exif = chunk(b"eXIf", exif_with(4000, 500_000))
    path.write_bytes(content[:33] + exif + content[33:])
    begun = time.process_time()
    np.testing.assert_array_equal(read_photo(path), photo)
    assert time.process_time() - begun < 3


def test_animations_are_not_gone_through(tmp_path, photo):
    """Only to count their frames, of which the first is read."""
    path = tmp_path / "a.gif"
    first = encoded(photo.quantize(256), "GIF")
    frame = first[first.index(b",", 13 + 768) : -1]
    path.write_bytes(first[:-1] + (b"!\xfe" + sub_blocks(bytes(200_000)) + frame) * 100 + b";")
    begun = time.process_time()
    assert read_photo(path).shape == (48, 64, 3)
    assert time.process_time() - begun < 3
    with Image.open(path) as image:
        image.seek(1)
        assert read_photo(image).shape == (48, 64, 3)
