"""Sequences need no PyAV."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import ClipError
from bgmatting.video.opening import is_clip, open_clip
from bgmatting.video.pictures import Picture
from bgmatting.video.run import matte_clip
from bgmatting.video.sequences import Sequence, SequenceWriter


@pytest.fixture
def pictures(tmp_path, crossing):
    """frames/shot8.png to shot13.png"""
    folder = tmp_path / "frames"
    folder.mkdir()
    frames, _ = crossing(6)
    for index, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / f"shot{index + 8}.png")
    return folder


def test_in_the_order_of_their_numbers(pictures, crossing):
    clip = open_clip(pictures, Fraction(10))
    frames, _ = crossing(6)
    for got, frame in zip(clip.frames(), frames, strict=True):
        assert (got.pixels == frame).all()
    assert [frame.time for frame in clip.frames()] == [Fraction(n, 10) for n in range(6)]
    assert [frame.index for frame in clip.frames(Fraction(1, 10), Fraction(3, 10))] == [1, 2]
    assert (clip.facts.count, clip.facts.size) == (6, (96, 72))


def test_by_a_pattern(pictures):
    (pictures / "other9.png").write_bytes((pictures / "shot9.png").read_bytes())
    clip = open_clip(pictures / "shot%d.png")
    assert [path.name for path in clip.pictures] == [f"shot{n}.png" for n in range(8, 14)]
    assert is_clip(pictures / "shot%05d.png")
    with pytest.raises(ClipError, match=r"no pictures called .*shot%05d\.png"):
        open_clip(pictures / "shot%05d.png")


def test_a_damaged_picture_is_bridged(pictures):
    path = pictures / "shot10.png"
    path.write_bytes(path.read_bytes()[:60])
    got = list(Sequence(pictures).frames())
    assert [frame.damaged for frame in got] == [index == 2 for index in range(6)]
    assert (got[2].pixels == got[1].pixels).all()


def test_one_of_another_size(pictures):
    Image.new("RGB", (90, 72)).save(pictures / "shot11.png")
    with pytest.raises(ClipError, match=r"shot11\.png is 90 x 72 pixels, those before it 96 x 72"):
        list(Sequence(pictures).frames())


def test_an_empty_folder(tmp_path):
    with pytest.raises(ClipError, match="no pictures in"):
        open_clip(tmp_path)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("greys", [False, True])
def test_written_exactly(tmp_path, deep, greys):
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (40, 50, 3)).astype(np.uint8)
    alpha = rng.random((40, 50)).astype(np.float32)
    writer = SequenceWriter(tmp_path / "out", deep=deep, overwrite=False, greys=greys)
    picture = Picture(colours, alpha)
    if greys:
        grey = np.rint(alpha * 255).astype(np.uint8)
        picture = Picture(np.dstack([grey] * 3), grey=alpha)
    writer.write(picture, Fraction(0), 6)
    import cv2

    read = cv2.imread(str(tmp_path / "out" / "00007.png"), cv2.IMREAD_UNCHANGED)
    top = 65535 if deep else 255
    got = read if greys else read[..., 3]
    assert (got == np.rint(alpha * np.float32(top))).all()
    if not greys:
        assert (read[..., 2::-1] // (top // 255) == colours).all()


def test_goes_on_where_it_stopped(tmp_path, pictures, matter, scene):
    network = matter._engine._network
    out = tmp_path / "out"
    first = matte_clip(matter, pictures, scene, out, kinds=("alpha",))
    assert (first.frames, first.kept) == (6, 0)
    names = [f"{n:05d}.png" for n in range(1, 7)]
    assert sorted(path.name for path in out.iterdir()) == names
    assert sorted(path.name for path in (tmp_path / "out-alpha").iterdir()) == names
    before = {path: path.read_bytes() for path in out.iterdir()}
    (out / "00006.png").unlink()
    runs = network.runs
    again = matte_clip(matter, pictures, scene, out, kinds=("alpha",))
    assert network.runs - runs < 6
    assert again.kept == 2
    assert {path: path.read_bytes() for path in out.iterdir()} == before
