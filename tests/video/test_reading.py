from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

av = pytest.importorskip("av", reason="clips need PyAV (extra: video)")

from support import clips  # noqa: E402

from bgmatting.errors import ClipError  # noqa: E402
from bgmatting.video.colours import colours_of  # noqa: E402
from bgmatting.video.opening import open_clip  # noqa: E402
from bgmatting.video.reading import Film, bridged  # noqa: E402

BARS = [(255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (200, 40, 90)]
WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114)}  # of red and blue in luma


def bars(height=64, width=96):
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    for index, colour in enumerate(BARS):
        picture[:, index * 16 : (index + 1) * 16] = colour
    return picture


def yuv_of(rgb, matrix, full, bits=8):
    """(3, H, W) by the equations of BT.601 and BT.709, which nothing of ours made."""
    red, blue = WEIGHTS[matrix]
    r, g, b = (rgb[..., channel] / 255 for channel in range(3))
    y = red * r + (1 - red - blue) * g + blue * b
    u, v = (b - y) / (2 - 2 * blue), (r - y) / (2 - 2 * red)
    unit = 2 ** (bits - 8)
    if full:
        top = 256 * unit - 1
        values = np.stack([y * top, u * top + 128 * unit, v * top + 128 * unit])
    else:
        values = unit * np.stack([16 + 219 * y, 128 + 224 * u, 128 + 224 * v])
    return np.clip(np.rint(values), 0, 256 * unit - 1).astype(np.uint8 if bits == 8 else np.uint16)


@pytest.mark.parametrize("matrix", [1, 6])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
def test_colours_of_known_values(tmp_path, matrix, full, bits):
    pixels = "yuv444p" if bits == 8 else "yuv444p10le"
    path = _planar(tmp_path, yuv_of(bars(), matrix, full, bits), pixels, matrix, full)
    film = Film(path)
    assert (film.facts.colours.matrix, film.facts.colours.full) == (matrix, full)
    (frame,) = film.frames()
    assert np.abs(frame.pixels.astype(int) - bars()).max() <= 2


def _planar(folder, planes, pixel_format, matrix, full):
    """A film of one frame out of YUV planes."""
    path = folder / "planar.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = 96, 64, pixel_format
        context.colorspace, context.color_range = matrix, 2 if full else 1
        frame = av.VideoFrame(96, 64, pixel_format)
        for plane, values in zip(frame.planes, planes, strict=True):
            line = plane.line_size // values.dtype.itemsize
            lines = np.zeros((plane.buffer_size // plane.line_size, line), dtype=values.dtype)
            lines[:64, :96] = values
            plane.update(lines.tobytes())
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_what_says_nothing_is_taken_as_players_take_it():
    assert colours_of(2, 0, 2, 2, rows=1080).matrix == 1
    assert colours_of(2, 0, 2, 2, rows=480).matrix == 6
    assert not colours_of(2, 0, 2, 2, rows=480).full


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_as_the_camera_was_held(tmp_path, crossing, degrees):
    frames, _ = crossing(2)
    path = clips.make(tmp_path / "a.mov", frames, codec="qtrle", pixel_format="rgb24")
    film = Film(clips.turn(path, degrees))
    upright = np.rot90(frames[0], -degrees // 90)  # clockwise
    assert film.facts.size == upright.shape[1::-1]
    first, *_ = film.frames()
    assert (first.pixels == upright).all()


def test_times_are_kept_not_counted(tmp_path, crossing):
    frames, _ = crossing(6)
    times = [Fraction(t, 100) for t in (0, 4, 7, 30, 31, 90)]
    film = Film(clips.make(tmp_path / "a.mkv", frames, times=times))
    got = list(film.frames())
    assert [round(float(frame.time), 3) for frame in got] == [float(t) for t in times]
    assert [frame.index for frame in got] == list(range(6))
    part = list(film.frames(Fraction(7, 100), Fraction(31, 100)))
    assert [(part_.pixels == frame).all() for part_, frame in zip(part, frames[2:4], strict=True)]


def test_odd_sizes_and_exact_pixels(tmp_path):
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, (51, 77, 3)).astype(np.uint8) for _ in range(3)]
    film = Film(clips.make(tmp_path / "a.mkv", frames))
    assert film.facts.size == (77, 51)
    for got, frame in zip(film.frames(), frames, strict=True):
        assert (got.pixels == frame).all()


def test_a_damaged_frame_is_bridged_and_said(tmp_path, crossing):
    frames, _ = crossing(8)
    path = clips.make(tmp_path / "a.mov", frames, codec="png", pixel_format="rgb24")
    clips.damage(path, 3)
    got = list(Film(path).frames())
    assert [frame.damaged for frame in got] == [index == 3 for index in range(8)]
    assert [frame.index for frame in got] == list(range(8))
    assert (got[3].pixels == frames[2]).all()
    assert (got[4].pixels == frames[4]).all()


def test_bridges_lie_between_the_frames_around_them(film):
    first = next(iter(Film(film(1)).frames()))
    times = [Fraction(3), Fraction(1), Fraction(2)]
    found = list(bridged(first, times, Fraction(3)))
    assert [(frame.time, frame.index, frame.damaged) for frame in found] == [
        (1, 1, True),
        (2, 2, True),
    ]
    assert list(bridged(None, times, None)) == []


class TestRefused:
    def test_no_clip(self, tmp_path):
        path = tmp_path / "notes.mp4"
        path.write_text("not a film at all, only words " * 50)
        with pytest.raises(ClipError, match=r"notes\.mp4 cannot be read as a clip"):
            Film(path)

    def test_not_there(self, tmp_path):
        with pytest.raises(ClipError, match="does not exist"):
            open_clip(tmp_path / "gone.mp4")

    def test_cut_off_before_its_head(self, film):
        path = film(name="a.mov", codec="qtrle", pixel_format="rgb24")
        path.write_bytes(path.read_bytes()[:3000])
        with pytest.raises(ClipError, match="cannot be read"):
            Film(path)

    def test_sound_alone(self, tmp_path):
        path = tmp_path / "a.wav"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("pcm_s16le", rate=48000)
            frame = av.AudioFrame.from_ndarray(
                np.zeros((1, 4800), np.int16), format="s16", layout="mono"
            )
            frame.sample_rate = 48000
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        with pytest.raises(ClipError, match="no video"):
            Film(path)

    def test_a_photo(self, tmp_path, scene):
        from PIL import Image

        Image.fromarray(scene).save(tmp_path / "a.png")
        with pytest.raises(ClipError, match="is one photo"):
            open_clip(tmp_path / "a.png")

    def test_too_small(self, tmp_path):
        frames = [np.zeros((10, 40, 3), dtype=np.uint8)]
        with pytest.raises(ClipError, match="40 x 10"):
            Film(clips.make(tmp_path / "a.mkv", frames))

    def test_a_size_that_changes(self, tmp_path, crossing):
        frames, _ = crossing(5)
        smaller = [frame[:48, :64] for frame in frames]
        parts = [
            clips.make(tmp_path / name, part, codec="libx264", pixel_format="yuv420p")
            for name, part in (("a.h264", frames), ("b.h264", smaller))
        ]
        joined = tmp_path / "c.h264"
        joined.write_bytes(b"".join(part.read_bytes() for part in parts))
        with pytest.raises(ClipError, match="changes from 96 x 72 to 64 x 48 pixels"):
            list(Film(joined).frames())
