from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

av = pytest.importorskip("av", reason="clips need PyAV (extra: video)")

from support import clips  # noqa: E402

from bgmatting.errors import InputError, OutputError  # noqa: E402
from bgmatting.video.codecs import CODECS, codec_for  # noqa: E402
from bgmatting.video.colours import Colours  # noqa: E402
from bgmatting.video.frames import Facts  # noqa: E402
from bgmatting.video.pictures import Picture, spread_colours  # noqa: E402
from bgmatting.video.reading import Film  # noqa: E402
from bgmatting.video.writing import film  # noqa: E402

WIDTH, HEIGHT = 96, 64
FACTS = Facts((WIDTH, HEIGHT), Fraction(25), clips.TICK)
BY_NAME = {codec.name: codec for codec in CODECS}
BARS = [(255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (200, 40, 90)]


@pytest.fixture(scope="module")
def mattes():
    """Six frames of a soft disk that moves: alphas of all values, and colours below them."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    colours = np.stack([x * 2, y * 3, 255 - x], axis=2).astype(np.uint8)
    found = []
    for index in range(6):
        far = np.hypot(x - 30 - 4 * index, y - 32)
        found.append((colours, np.clip((28 - far) / 12, 0, 1).astype(np.float32)))
    return found


def write(path, codec, mattes, facts=FACTS, times=None, **options):
    with film(path, codec, facts, has_alpha=codec.with_alpha is not None, **options) as writer:
        for index, (colours, alpha) in enumerate(mattes):
            time = Fraction(index, 25) if times is None else times[index]
            writer.write(Picture(colours, alpha if codec.with_alpha else None), time, index)
    return path


@pytest.mark.parametrize(
    ("name", "ending", "deep", "levels"),
    [
        ("prores", ".mov", False, 1.0),
        ("prores", ".mkv", False, 1.0),
        ("vp9", ".webm", False, 3.0),
        ("ffv1", ".mkv", False, 0.0),
        ("ffv1", ".mkv", True, 0.0),
        ("qtrle", ".mov", False, 0.0),
    ],
)
def test_alpha_comes_back(tmp_path, mattes, name, ending, deep, levels):
    """Against what an 8-bit PNG would hold; 16 bits against as many."""
    path = write(tmp_path / f"a{ending}", BY_NAME[name], mattes, deep=deep)
    got = clips.alphas(path)
    assert len(got) == len(mattes)
    top = 65535 if deep else 255
    for read, (_, alpha) in zip(got, mattes, strict=True):
        wanted = np.rint(alpha * np.float32(top)).astype(float) / top
        assert np.abs(read - wanted).max() * 255 <= levels + 1e-6


@pytest.mark.parametrize("name", ["prores", "vp9", "ffv1", "qtrle", "h264"])
@pytest.mark.parametrize("rows", [64, 63])
def test_bars_come_back(tmp_path, name, rows):
    """Read by the reader, whose colours are tested against the equations; odd sizes too."""
    codec = BY_NAME[name]
    bars = np.repeat(np.array(BARS, dtype=np.uint8), 16, axis=0)[None].repeat(rows, axis=0)
    facts = replace(FACTS, size=(WIDTH, rows))
    opaque = [(bars, np.ones((rows, WIDTH), dtype=np.float32))] * 2
    path = write(tmp_path / f"a{codec.endings[0]}", codec, opaque, facts)
    read = Film(path)
    first, *_ = read.frames()
    middles = first.pixels[:rows, 8::16].astype(int)
    allowed = {"ffv1": 0, "qtrle": 0, "prores": 2}.get(name, 4)
    assert np.abs(middles - bars[:, 8::16]).max() <= allowed
    assert read.facts.size == (WIDTH, rows + (rows % 2 if codec.even else 0))


def test_what_colours_mean_is_said(tmp_path, mattes):
    for colours, expected in (
        (Colours(6, True, 2, 2), (1, False, 1, 1)),
        (Colours(9, False, 9, 18), (9, False, 9, 18)),  # HLG, as phones film it
    ):
        path = tmp_path / f"{colours.transfer}.mov"
        write(path, BY_NAME["prores"], mattes[:1], replace(FACTS, colours=colours))
        with av.open(str(path)) as container:
            context = container.streams.video[0].codec_context
            said = (
                int(context.colorspace),
                int(context.color_range) == 2,
                int(context.color_primaries),
                int(context.color_trc),
            )
        assert said == expected
        assert Film(path).facts.colours.matrix == expected[0]


@pytest.mark.parametrize(("name", "ending"), [("prores", ".mov"), ("vp9", ".webm")])
def test_times_are_kept(tmp_path, mattes, name, ending):
    times = [Fraction(t, 1000) for t in (0, 40, 75, 300, 310, 900)]
    path = write(tmp_path / f"a{ending}", BY_NAME[name], mattes, times=times)
    assert clips.times(path) == pytest.approx([float(time) for time in times], abs=6e-4)


class TestNothingIsLeftHalf:
    def test_an_error_leaves_nothing(self, tmp_path, mattes):
        path = tmp_path / "a.mov"

        def broken_off():
            with film(path, BY_NAME["qtrle"], FACTS, has_alpha=True) as writer:
                writer.write(Picture(*mattes[0]), Fraction(0), 0)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            broken_off()
        assert list(tmp_path.iterdir()) == []

    def test_what_is_there_stays(self, tmp_path, mattes):
        path = tmp_path / "a.mov"
        path.write_text("mine")
        with pytest.raises(OutputError, match="exists already"):
            write(path, BY_NAME["qtrle"], mattes)
        assert path.read_text() == "mine"
        write(path, BY_NAME["qtrle"], mattes, overwrite=True)
        assert len(clips.alphas(path)) == 6

    def test_a_folder_that_is_not_there(self, tmp_path, mattes):
        with pytest.raises(OutputError, match="cannot be written"):
            write(tmp_path / "no" / "a.mov", BY_NAME["qtrle"], mattes)


class TestNames:
    @pytest.mark.parametrize(
        ("name", "codec"),
        [
            ("a.mov", "prores"),
            ("a.WEBM", "vp9"),
            ("a.mkv", "ffv1"),
            ("a.mp4", "h264"),
            ("frames", "png"),
        ],
    )
    def test_an_ending_says_how(self, name, codec):
        assert codec_for(Path(name)).name == codec

    def test_or_a_codec_that_fits_it(self):
        assert codec_for(Path("a.mov"), "qtrle").name == "qtrle"
        with pytest.raises(InputError, match=r"cannot hold vp9: give it \.webm"):
            codec_for(Path("a.mov"), "vp9")
        with pytest.raises(InputError, match="unknown codec 'dv'"):
            codec_for(Path("a.mov"), "dv")
        with pytest.raises(InputError, match=r"ends in \.gif"):
            codec_for(Path("a.gif"))


def test_colours_go_on_beyond_the_edge_but_not_far():
    colours = np.zeros((64, 192, 3), dtype=np.uint8)
    alpha = np.zeros((64, 192), dtype=np.float32)
    colours[:, :40], alpha[:, :40] = (200, 100, 50), 1
    spread = spread_colours(colours, alpha)
    assert (spread[:, :40] == colours[:, :40]).all()
    assert np.abs(spread[20, 42].astype(int) - (200, 100, 50)).max() < 12
    assert (spread[:, 180:] == 0).all()
