from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import bgmatting
from bgmatting.errors import BgmattingWarning, InputError, OutputError
from bgmatting.video.threads import Behind, ahead

av = pytest.importorskip("av", reason="clips need PyAV (extra: video)")

from support import clips  # noqa: E402

from bgmatting.video.opening import open_clip  # noqa: E402
from bgmatting.video.run import matte_clip  # noqa: E402


def test_frames_are_mattes(matter, film, crossing, scene):
    _, alphas = crossing(12)
    mattes = list(matter.frames(film(), scene, steady=False))
    assert len(mattes) == 12
    for matte, alpha in zip(mattes, alphas, strict=True):
        assert isinstance(matte, bgmatting.Matte)
        assert np.abs(matte.alpha - alpha).mean() < 0.02


def test_a_part(matter, film, scene):
    path = film()
    whole = [matte.source for matte in matter.frames(path, scene)]
    part = [matte.source for matte in matter.frames(path, scene, start="2f", end=0.28)]
    assert [(a == b).all() for a, b in zip(part, whole[2:7], strict=True)] == [True] * 5
    with pytest.raises(InputError, match="must end later"):
        next(matter.frames(path, scene, start=2, end=1))


def test_video_writes_what_is_asked(matter, film, scene, tmp_path, crossing):
    _, alphas = crossing(12)
    out = tmp_path / "out.mkv"
    paths = matter.video(
        film(), scene, out, kinds=("alpha", "composite"), backdrop="#00ff00", steady=False
    )
    assert paths == [out, tmp_path / "out-alpha.mkv", tmp_path / "out-composite.mkv"]
    for read, alpha in zip(clips.alphas(out), alphas, strict=True):
        assert np.abs(read - alpha).mean() < 0.02
    first, *_ = open_clip(paths[2]).frames()
    assert (first.pixels[2, 2] == (0, 255, 0)).all()
    assert np.abs(first.pixels[40, 15].astype(int) - (230, 170, 60)).max() < 12


def test_the_moment_that_shows_it_empty(matter, film, tmp_path):
    path = film(name="b.mkv", first_empty=3)
    (out,) = matter.video(path, None, tmp_path / "out.mkv", background_at="0f")
    read = clips.alphas(out)
    assert read[0].max() == 0
    assert read[5].mean() > 0.05


def test_a_clip_behind(matter, film, scene, tmp_path):
    frames = [np.full((72, 96, 3), value, dtype=np.uint8) for value in (10, 200)]
    behind = clips.make(tmp_path / "behind.mkv", frames)  # shorter: it begins again
    matter.video(
        film(4), scene, tmp_path / "a.mkv", kinds=("composite",), backdrop=behind, steady=False
    )
    read = open_clip(tmp_path / "a-composite.mkv").frames()
    assert [int(frame.pixels[2, 2, 0]) for frame in read] == [10, 200, 10, 200]


def test_mp4_has_the_composite_and_says_why_no_alpha(matter, film, scene, tmp_path):
    (out,) = matter.video(film(3), scene, tmp_path / "a.mp4", backdrop="white")
    first, *_ = open_clip(out).frames()
    assert first.pixels[2, 2].min() > 245
    with pytest.raises(InputError, match="no alpha, which a cut-out needs"):
        matter.video(film(3), scene, tmp_path / "b.mp4", kinds=("cutout",))


def test_damage_is_bridged_and_said(matter, film, scene, tmp_path):
    path = clips.damage(film(name="a.mov", codec="png", pixel_format="rgb24"), 4)
    with pytest.warns(BgmattingWarning, match=r"1 frame could not be read \(at 0\.16 s\)"):
        (out,) = matter.video(path, scene, tmp_path / "out.mkv")
    read = clips.alphas(out)
    assert len(read) == 12
    assert (read[4] == read[3]).all()
    assert (read[5] != read[4]).any()


class TestKeptSafe:
    def test_what_is_there(self, matter, film, scene, tmp_path):
        out = tmp_path / "out.mkv"
        out.write_text("mine")
        with pytest.raises(OutputError, match="exists already"):
            matter.video(film(), scene, out)
        assert out.read_text() == "mine"

    def test_the_clip_itself(self, matter, film, scene):
        path = film()
        before = path.read_bytes()
        with pytest.raises(OutputError, match="one of the clips to read"):
            matter.video(path, scene, path, overwrite=True)
        assert path.read_bytes() == before

    def test_broken_off_it_leaves_nothing(self, matter, film, scene, tmp_path):
        def interrupt(done, total):
            if done == 5:
                raise KeyboardInterrupt

        path = film()
        there, running = set(tmp_path.iterdir()), set(threading.enumerate())
        with pytest.raises(KeyboardInterrupt):
            matter.video(path, scene, tmp_path / "out.mkv", progress=interrupt)
        assert set(tmp_path.iterdir()) == there
        assert set(threading.enumerate()) <= running  # no stage goes on


def test_progress_counts_the_frames(matter, film, scene, tmp_path):
    seen = []
    matte_clip(
        matter,
        film(),
        scene,
        tmp_path / "out.mkv",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert [done for done, _ in seen] == list(range(1, 13))
    assert seen[0][1] == 12


def test_no_network_before_all_else_is_in_order(film, scene, tmp_path):
    def load():
        raise AssertionError("loaded")

    with pytest.raises(InputError, match="unknown codec"):
        matte_clip(load, film(), scene, tmp_path / "out.mkv", codec="dv")


def test_steadiness_is_on_unless_told(matter, film, scene):
    path = film(noise=4)
    plain, steady = (
        [matte.alpha for matte in matter.frames(path, scene, steady=on)] for on in (False, True)
    )
    assert (plain[0] == steady[0]).all()
    assert any((a != b).any() for a, b in zip(plain, steady, strict=True))


class TestStages:
    def test_ahead_keeps_order_and_errors(self):
        def items():
            yield from range(9)
            raise ValueError("at last")

        got = []
        with pytest.raises(ValueError, match="at last"):
            got.extend(ahead(items()))
        stream = ahead(items())
        assert [next(stream) for _ in range(9)] == list(range(9))

    def test_ahead_is_bounded_and_ends_when_closed(self):
        made = []

        def items():
            for item in range(1000):
                made.append(item)
                yield item

        stream = ahead(items(), depth=2)
        next(stream)
        stream.close()
        assert len(made) <= 5

    def test_behind_does_all_in_order(self):
        done = []
        with Behind(done.append) as work:
            for item in range(20):
                work.give(item)
        assert done == list(range(20))

    def test_an_error_behind_is_raised(self):
        def fail(item):
            raise OutputError("full")

        def give():
            with Behind(fail) as work:
                for item in range(50):
                    work.give(item)

        with pytest.raises(OutputError, match="full"):
            give()


PEAK = """
import sys
from fractions import Fraction
sys.path.insert(0, {tests!r})
sys.path.insert(0, {here!r})
import numpy as np
from conftest import Keyer
from bgmatting.imaging import Matter
matter = Matter(Keyer(), device="cpu", dtype="float32")
plate = np.load({plate!r})
matter.video({clip!r}, plate, {out!r}, align=False)
status = open("/proc/self/status").read()
print(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc, for peak memory")
def test_memory_does_not_grow_with_length(tmp_path, film, scene):
    np.save(tmp_path / "plate.npy", scene)
    peaks = []
    for count in (60, 600):
        values = {
            "tests": str(Path(__file__).parents[1]),
            "here": str(Path(__file__).parent),
            "plate": str(tmp_path / "plate.npy"),
            "clip": str(film(count, f"{count}.mkv")),
            "out": str(tmp_path / f"{count}.mov"),
        }
        done = subprocess.run(
            [sys.executable, "-c", PEAK.format(**values)],
            capture_output=True,
            text=True,
            check=True,
            timeout=280,
        )
        peaks.append(int(done.stdout) / 1024)  # MiB
    assert peaks[1] - peaks[0] < 12
