from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from bgmatting import files
from bgmatting.errors import InputError, OutputError
from bgmatting.imaging.photos import writing
from bgmatting.imaging.photos.writing import save_png

shapes = st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from([None, 3, 4])).map(
    lambda shape: shape[:2] if shape[2] is None else shape
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(np.uint8, shapes))
def test_every_pixel_arrives(tmp_path_factory, pixels):
    folder = tmp_path_factory.mktemp("png")
    for image, name in ((pixels, "array.png"), (Image.fromarray(pixels), "pil.png")):
        path = save_png(image, folder / name)
        with Image.open(path) as read:
            assert read.format == "PNG"
            assert (np.asarray(read) == pixels).all()
            assert read.size == pixels.shape[1::-1]


def test_colour_under_full_transparency_arrives(tmp_path):
    pixels = np.zeros((4, 4, 4), dtype=np.uint8)
    pixels[..., 0] = 200
    save_png(pixels, tmp_path / "a.png")
    assert (np.asarray(Image.open(tmp_path / "a.png")) == pixels).all()


def test_16_bit_grey(tmp_path):
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    save_png(ramp, tmp_path / "a.png")
    read = Image.open(tmp_path / "a.png")
    assert (np.asarray(read).astype(np.int64) == ramp).all()


def test_missing_folders_are_made(tmp_path):
    path = save_png(np.zeros((4, 4), dtype=np.uint8), tmp_path / "a" / "b" / "c.png")
    assert path.is_file()


def test_nothing_is_overwritten_unasked(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        save_png(np.zeros((4, 4), dtype=np.uint8), path)
    assert path.read_bytes() == b"precious"
    save_png(np.zeros((4, 4), dtype=np.uint8), path, overwrite=True)
    assert Image.open(path).size == (4, 4)
    assert names(tmp_path) == ["a.png"]


@pytest.mark.parametrize("links", [True, False])
def test_what_comes_to_be_meanwhile_is_kept(tmp_path, monkeypatch, links):
    path = tmp_path / "a.png"
    encode = writing.encode_png

    def slow(image):
        encoded = encode(image)
        path.write_bytes(b"precious")
        return encoded

    def no_links(*_):
        raise OSError("no hard links here")

    monkeypatch.setattr(writing, "encode_png", slow)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(OutputError, match="exists already"):
        save_png(np.zeros((4, 4), dtype=np.uint8), path)
    assert path.read_bytes() == b"precious"
    assert names(tmp_path) == ["a.png"]


def test_file_systems_without_links(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError("no hard links here")

    monkeypatch.setattr(os, "link", no_links)
    save_png(np.zeros((4, 4), dtype=np.uint8), tmp_path / "a.png")
    assert names(tmp_path) == ["a.png"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("before", [None, b"precious"])
def test_interrupted_writing_leaves_nothing(tmp_path, monkeypatch, stop, before):
    path = tmp_path / "a.png"
    if before:
        path.write_bytes(before)

    def interrupt(*_, **__):
        assert [name for name in names(tmp_path) if name.endswith(".partial")]
        raise stop

    monkeypatch.setattr(files, "put", interrupt)
    expected = KeyboardInterrupt if stop is KeyboardInterrupt else OutputError
    with pytest.raises(expected) as caught:
        save_png(np.zeros((4, 4), dtype=np.uint8), path, overwrite=True)
    if expected is OutputError:
        assert "No space left on device" in str(caught.value)
    assert names(tmp_path) == (["a.png"] if before else [])
    assert not before or path.read_bytes() == before


def test_other_suffixes(tmp_path):
    for name in ("a.jpg", "a", "a.webp"):
        with pytest.raises(OutputError, match=r"does not end in \.png"):
            save_png(np.zeros((4, 4), dtype=np.uint8), tmp_path / name)
    assert not names(tmp_path)
    assert save_png(np.zeros((4, 4), dtype=np.uint8), tmp_path / "A.PNG").exists()


def test_places_that_cannot_be(tmp_path):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        save_png(np.zeros((4, 4), dtype=np.uint8), tmp_path / "folder.png")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        save_png(np.zeros((4, 4), dtype=np.uint8), tmp_path / "file" / "a.png")


def test_permissions_are_the_users_own(tmp_path):
    before = os.umask(0o027)
    try:
        path = save_png(np.zeros((4, 4), dtype=np.uint8), tmp_path / "a.png")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("shape", [(4, 4, 2), (4, 4, 5)])
def test_odd_channels(tmp_path, shape):
    with pytest.raises(InputError, match="3 or 4 channels"):
        save_png(np.zeros(shape, dtype=np.uint8), tmp_path / "a.png")
    with pytest.raises(InputError, match="uint8 or uint16"):
        save_png(np.zeros((4, 4)), tmp_path / "a.png")
