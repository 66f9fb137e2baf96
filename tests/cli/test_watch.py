"""`bgmatting watch`: what comes into a folder is cut out, once it is whole."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from types import SimpleNamespace

import pytest
from PIL import Image

from bgmatting.cli.arrivals import Arrivals

PLAIN = ("--device", "cpu", "--precision", "float32")


class TestArrivals:
    @pytest.fixture
    def now(self):
        return [100.0]

    @pytest.fixture
    def arrivals(self, now):
        return Arrivals(settled=2.0, clock=lambda: now[0])

    def test_a_photo_is_given_out_once_it_has_stopped_growing(self, arrivals, now, tmp_path):
        photo = tmp_path / "a.jpg"
        photo.write_bytes(b"one")
        assert arrivals.ready([photo]) == []
        now[0] += 1.5
        photo.write_bytes(b"one two")  # grows
        assert arrivals.ready([photo]) == []
        now[0] += 1.5
        assert arrivals.ready([photo]) == []
        assert arrivals.waiting == 1
        now[0] += 0.6
        assert arrivals.ready([photo]) == [photo]
        assert arrivals.waiting == 0
        now[0] += 10
        assert arrivals.ready([photo]) == []

    def test_one_that_changed_is_new(self, arrivals, now, tmp_path):
        photo = tmp_path / "a.jpg"
        photo.write_bytes(b"one")
        arrivals.ready([photo])
        now[0] += 3
        assert arrivals.ready([photo]) == [photo]
        photo.write_bytes(b"another")
        arrivals.ready([photo])
        now[0] += 3
        assert arrivals.ready([photo]) == [photo]

    def test_one_that_went_and_came_back_is_new(self, arrivals, now, tmp_path):
        photo = tmp_path / "a.jpg"
        photo.write_bytes(b"one")
        arrivals.ready([photo])
        now[0] += 3
        assert arrivals.ready([photo]) == [photo]
        assert arrivals.ready([]) == []
        arrivals.ready([photo])
        now[0] += 3
        assert arrivals.ready([photo]) == [photo]

    def test_an_empty_file_is_not_whole_yet(self, arrivals, now, tmp_path):
        photo = tmp_path / "a.jpg"
        photo.touch()
        arrivals.ready([photo])
        now[0] += 30
        assert arrivals.ready([photo]) == []
        assert arrivals.waiting == 0

    def test_one_that_is_gone_is_no_matter(self, arrivals, tmp_path):
        assert arrivals.ready([tmp_path / "gone.jpg"]) == []


@pytest.fixture
def watching(quick_cli, monkeypatch, weights, draw, tmp_path):
    """Watch `in` into `out`: the steps are taken one by one between looks, then it is stopped.

    Photos count as whole when seen twice: time goes by two seconds a look.
    """
    from bgmatting.cli import watch as module

    (tmp_path / "in").mkdir()
    draw("empty.png")

    def run(*options, steps=()):
        clock, left = [0.0], list(steps)

        def sleep(seconds):
            clock[0] += 2
            if sleep.looks % 2 == 1 and left:
                left.pop(0)()
            elif not left and sleep.looks > 2 * len(steps) + 2 and "--once" not in options:
                raise KeyboardInterrupt
            sleep.looks += 1

        sleep.looks = 0
        monkeypatch.setattr(module, "time", SimpleNamespace(sleep=sleep))
        monkeypatch.setattr(module, "Arrivals", lambda: Arrivals(2.0, lambda: clock[0]))
        return quick_cli("watch", "in", "empty.png", "out", "--weights", weights, *PLAIN, *options)

    return run


def test_photos_are_cut_out_as_they_come(watching, draw, tmp_path):
    draw("in/a.png", subject=True)
    done = watching(steps=[lambda: draw("in/b.png", subject=True)])
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["out/a-cutout.png", "out/b-cutout.png"]
    assert "Ctrl-C" in done.stderr
    assert done.stderr.endswith("bgmatting: 2 done, 0 there already, 0 failed\n")
    assert Image.open(tmp_path / "out/b-cutout.png").mode == "RGBA"


def test_once_ends_when_all_is_done_and_goes_on_where_it_stopped(watching, draw, tmp_path):
    draw("in/a.png", subject=True)
    (tmp_path / "in/empty.jpg").touch()
    done = watching("--once")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "bgmatting: 1 done, 0 there already, 0 failed\n"
    draw("in/b.png", subject=True)
    done = watching("--once")
    assert done.stdout.split() == ["out/b-cutout.png"]
    assert done.stderr == "bgmatting: 1 done, 1 there already, 0 failed\n"


def test_a_damaged_photo_is_told_and_tried_again_when_it_changes(watching, draw, tmp_path):
    bad = tmp_path / "in/bad.png"
    bad.write_bytes(b"half a photo")
    draw("in/good.png", subject=True)
    mend = lambda: shutil.copyfile(tmp_path / "in/good.png", bad)  # noqa: E731
    done = watching(steps=[lambda: None, mend])
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("bad.png is not a photo") == 1
    assert done.stdout.split() == ["out/good-cutout.png", "out/bad-cutout.png"]
    assert done.stderr.endswith("bgmatting: 2 done, 0 there already, 0 failed\n")


def test_one_that_stays_damaged_is_told_once_and_makes_the_status_1(watching, tmp_path):
    (tmp_path / "in/bad.png").write_bytes(b"half a photo")
    done = watching(steps=[lambda: None] * 3)
    assert done.returncode == 1
    assert done.stderr.count("bad.png is not a photo") == 1
    assert done.stderr.endswith("bgmatting: 0 done, 0 there already, 1 failed\n")


def test_a_second_of_one_name_is_told(watching, draw):
    draw("in/b.png", subject=True)
    done = watching(steps=[lambda: draw("in/b.bmp", subject=True)])
    assert done.returncode == 1
    assert "b.bmp: its results would have the same names as those of b.png" in done.stderr


def test_a_new_photo_under_an_old_name_is_told(watching, draw):
    draw("in/a.png", subject=True)
    done = watching(steps=[lambda: draw("in/a.png", subject=True, width=128)])
    assert done.stdout.split() == ["out/a-cutout.png"]
    assert "--overwrite" in done.stderr
    assert done.stderr.endswith("bgmatting: 1 done, 1 there already, 0 failed\n")


def test_a_folder_that_goes_is_waited_for(watching, draw, tmp_path):
    draw("in/a.png", subject=True)

    def away():
        shutil.move(tmp_path / "in", tmp_path / "away")

    def back():
        shutil.move(tmp_path / "away", tmp_path / "in")
        draw("in/b.png", subject=True)

    done = watching(steps=[lambda: None, away, back])
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("waiting for it") == 1
    assert "out/b-cutout.png" in done.stdout.split()


def test_a_full_disk_ends_it(watching, draw, monkeypatch):
    import errno

    from bgmatting.cli import results
    from bgmatting.errors import OutputError

    def full(*_args, **_options):
        raise OutputError("no room") from OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(results, "write", full)
    draw("in/a.png", subject=True)
    done = watching()
    assert done.returncode == 1
    assert "nothing can be written to out any more" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone", "empty.png", "out"), "gone does not exist"),
        (("empty.png", "empty.png", "out"), "empty.png is not a folder"),
        (("in", "gone.png", "out"), "gone.png does not exist"),
        (("in", "in", "out"), "give one photo"),
        (("in", "empty.png", "in"), "choose another"),
        (("in", "broken.png", "out", "--weights", "nowhere"), "broken.png is not a photo"),
    ],
)
def test_what_cannot_work_is_told_at_once(quick_cli, draw, tmp_path, arguments, said):
    (tmp_path / "in").mkdir()
    (tmp_path / "broken.png").write_bytes(b"no photo")
    draw("empty.png")
    done = quick_cli("watch", *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_signal(program, environment, weights, draw, tmp_path, number):
    draw("in/a.png", subject=True)
    draw("empty.png")
    run = ("watch", "in", "empty.png", "out", "--weights", weights, "--interval", "0.1")
    with subprocess.Popen(
        [*program, *map(str, run)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout.readline() == "out/a-cutout.png\n"
        time.sleep(0.3)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert said.endswith("bgmatting: 1 done, 0 there already, 0 failed\n")
