"""Faults that viewers pass over are passed over, with a word; what lacks pixels is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bgmatting.errors import BgmattingWarning, InputError, PhotoError
from bgmatting.imaging import read_photo
from bgmatting.imaging.photos.pictures import read_cutout, read_grey, read_scaled


@pytest.fixture
def photo() -> Image.Image:
    """Noise, of which no pixel follows from another."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8))


def chunk(kind: bytes, body: bytes, sound: bool = True) -> bytes:
    check = zlib.crc32(kind + body) + (0 if sound else 1)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check & 0xFFFFFFFF)


def insert(path: Path, new: bytes) -> None:
    """Put a chunk right after a PNG file's header."""
    content = path.read_bytes()
    path.write_bytes(content[:33] + new + content[33:])


@pytest.mark.parametrize(
    "new",
    [
        chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(3_000_000))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(3_000_000))),
        chunk(b"tEXt", b"note\0of which no letter is right", sound=False),
        chunk(b"pHYs", b"\0\0\0\1\0\0\0\1\1", sound=False),
        chunk(b"prVt", b"?" * 20, sound=False),
    ],
    ids=["text", "xmp", "sum of text", "sum of density", "sum of unknown"],
)
def test_notes_of_a_png(tmp_path, photo, new):
    path = tmp_path / "a.png"
    photo.save(path)
    insert(path, new)
    with pytest.warns(BgmattingWarning, match=r"a\.png has damaged or oversized notes"):
        read = read_photo(path)
    np.testing.assert_array_equal(read, photo)


def test_the_other_readers_do_the_same(tmp_path, photo):
    path = tmp_path / "a.png"
    photo.save(path)
    insert(path, chunk(b"tEXt", b"note\0x", sound=False))
    with pytest.warns(BgmattingWarning):
        np.testing.assert_array_equal(read_cutout(path)[..., :3], photo)
    with pytest.warns(BgmattingWarning):
        np.testing.assert_array_equal(read_scaled(path, 80), photo)


@pytest.mark.parametrize("damage", ["cut", "a bit"])
def test_a_png_that_lacks_pixels_is_refused(tmp_path, photo, damage):
    path = tmp_path / "a.png"
    photo.save(path)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) * 2 // 3]
    else:
        content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(PhotoError, match="damaged or incomplete"):
        read_photo(path)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("cut", [1, 2])
def test_a_jpeg_without_its_end_marker(tmp_path, photo, progressive, cut):
    path = tmp_path / "a.jpg"
    photo.save(path, quality=95, progressive=progressive)
    whole = read_photo(path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.warns(BgmattingWarning, match=r"a\.jpg lacks its last bytes; no pixel is missing"):
        np.testing.assert_array_equal(read_photo(path), whole)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("cut", [3, 4, 8, 100, 2000])
def test_a_jpeg_that_lacks_more_is_refused(tmp_path, photo, progressive, cut):
    path = tmp_path / "a.jpg"
    photo.save(path, quality=95, progressive=progressive)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(PhotoError, match="damaged or incomplete"):
        read_photo(path)


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_damaged_exif_is_none(tmp_path, photo, suffix):
    path = tmp_path / f"a.{suffix}"
    photo.save(path, exif=b"Exif\0\0II*\0\xff\xff\xff\xff nonsense", lossless=True)
    np.testing.assert_array_equal(read_photo(path), photo)


def test_a_palette_that_is_missing(tmp_path):
    path = tmp_path / "a.png"
    Image.new("P", (20, 20), 1).save(path)
    content = path.read_bytes()
    at = content.index(b"PLTE") - 4
    length = struct.unpack(">I", content[at : at + 4])[0]
    path.write_bytes(content[:at] + content[at + 12 + length :])
    for read in (read_photo, read_cutout, read_grey, lambda path: read_scaled(path, 20)):
        with pytest.raises(PhotoError, match=r"a\.png is damaged"):
            read(path)


def test_a_transparency_table_longer_than_the_palette(tmp_path):
    path = tmp_path / "a.png"
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.save(path)
    content = path.read_bytes()
    at = content.index(b"IDAT") - 4
    path.write_bytes(content[:at] + chunk(b"tRNS", bytes(300)) + content[at:])
    with pytest.raises(PhotoError, match=r"a\.png is damaged"):
        read_photo(path)


def test_text_is_not_in_the_way_of_what_is_sound(tmp_path, photo, recwarn):
    notes = PngInfo()
    notes.add_text("note", "short", zip=True)
    photo.save(tmp_path / "a.png", pnginfo=notes)
    np.testing.assert_array_equal(read_photo(tmp_path / "a.png"), photo)
    assert not recwarn


def test_a_tiff_of_an_unread_kind_is_called_one(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"II*\0\x08\0\0\0\0\0" + bytes(100))
    with pytest.raises(PhotoError, match=r"a\.tif is a TIFF of a kind that is not read here"):
        read_photo(tmp_path / "a.tif")


def test_what_is_nobodys_photo_is_not_read(tmp_path, photo):
    photo.save(tmp_path / "a.ppm")
    with pytest.raises(PhotoError, match="expected JPEG, PNG, HEIC"):
        read_photo(tmp_path / "a.ppm")


@pytest.mark.parametrize("loaded", [False, True])
def test_a_closed_image_is_called_closed(photo, loaded):
    buffer = io.BytesIO()
    photo.save(buffer, "PNG")
    image = Image.open(buffer)
    if loaded:
        image.load()
    image.close()
    buffer.close()
    with pytest.raises(InputError, match="the source is a PIL image that was closed"):
        read_photo(image, role="source")
