"""OpenEXR: what compositing programs read."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from bgmatting.errors import InputError, OutputError
from bgmatting.imaging.photos import exr
from bgmatting.imaging.photos.exr import linear_light


@pytest.fixture
def matte(rng, disk, laid_over, oracle):
    alpha = disk(60, 80, 40, 30, 18)
    background = rng.integers(0, 255, (60, 80, 3)).astype(np.uint8)
    source = laid_over([200, 120, 40], background, alpha)
    foreground = np.broadcast_to(np.float32([200, 120, 40]) / 255, source.shape)
    return oracle(alpha, foreground)(source, background, size=None)


def test_the_curve_is_srgb_s():
    ends = linear_light(np.float32([0, 0.04045, 0.5, 1]))
    assert ends == pytest.approx([0, 0.0031308, 0.2140411, 1], abs=1e-6)


def test_linear_light_premultiplied_floats(matte, tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    path = matte.save_exr(tmp_path / "a.exr")
    with openexr.File(str(path)) as file:
        pixels = file.channels()["RGBA"].pixels
    assert pixels.dtype == np.float32
    assert (pixels[..., 3] == matte.alpha).all()
    expected = linear_light(matte.foreground) * matte.alpha[..., None]
    assert np.abs(pixels[..., :3] - expected).max() < 1e-6
    assert (pixels[matte.alpha == 0] == 0).all()
    assert [file.name for file in tmp_path.iterdir()] == ["a.exr"]


def test_nothing_is_overwritten_unasked(matte, tmp_path):
    pytest.importorskip("OpenEXR")
    path = tmp_path / "a.exr"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        matte.save_exr(path)
    assert path.read_bytes() == b"precious"
    matte.save_exr(path, overwrite=True)
    assert path.read_bytes() != b"precious"
    with pytest.raises(OutputError, match=r"does not end in \.exr"):
        matte.save_exr(tmp_path / "a.png")


def test_what_the_library_cannot_write_is_an_error_of_ours(matte, tmp_path, monkeypatch):
    openexr = pytest.importorskip("OpenEXR")

    def fail(*_):
        raise RuntimeError("No space left on device.")

    monkeypatch.setattr(openexr.File, "write", fail)
    with pytest.raises(OutputError, match="No space left"):
        matte.save_exr(tmp_path / "a.exr")
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_is_named(matte, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    monkeypatch.setattr(exr, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"bgmatting\[exr\]"):
        matte.save_exr(tmp_path / "a.exr")
