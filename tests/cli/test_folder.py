from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

import pytest
from PIL import Image

from bgmatting.errors import OutputError

PLAIN = ("--device", "cpu", "--precision", "float32")


@pytest.fixture
def photos(draw, tmp_path):
    """Three sources, one of them broken, and their one background."""
    for number in (10, 2):
        draw(f"photos/img{number}.png", subject=True)
    (tmp_path / "photos/img3.jpg").write_text("not a photo")
    (tmp_path / "photos/notes.txt").write_text("no photo, and not said to be one")
    draw("empty.png")
    return tmp_path / "photos"


def test_one_background_for_all_then_again(quick_cli, photos, weights, tmp_path):
    run = ("folder", "photos", "empty.png", "made/out", "--weights", weights, *PLAIN)
    done = quick_cli(*run)
    assert done.returncode == 1  # the broken one
    assert done.stdout.split() == ["made/out/img2-cutout.png", "made/out/img10-cutout.png"]
    assert "photos/img3.jpg" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.endswith("bgmatting: 2 done, 0 there already, 1 failed\n")

    # The broken one mended, it goes on from there.
    first = tmp_path / "made/out/img2-cutout.png"
    before = first.stat().st_mtime_ns, first.read_bytes()
    Image.open(photos / "img2.png").save(photos / "img3.jpg")
    done = quick_cli(*run)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["made/out/img3-cutout.png"]
    assert done.stderr.endswith("bgmatting: 1 done, 2 there already, 0 failed\n")
    assert (first.stat().st_mtime_ns, first.read_bytes()) == before


def test_only_what_is_missing_is_written(quick_cli, draw, weights, tmp_path):
    draw("photos/a.png", subject=True)
    draw("empty.png")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a-cutout.png").write_bytes(b"precious")
    run = ("folder", "photos", "empty.png", "out", "--weights", weights, "--save", "alpha")
    done = quick_cli(*run)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["out/a-alpha.png"]
    assert (out / "a-cutout.png").read_bytes() == b"precious"

    done = quick_cli(*run, "--overwrite")
    assert done.returncode == 0, done.stderr
    assert Image.open(out / "a-cutout.png").mode == "RGBA"


def test_a_name_too_long_for_its_result_is_told_and_the_others_done(quick_cli, draw, weights):
    long = "\u7532" * 82
    draw(f"photos/{long}.png", subject=True)
    draw("photos/z.png", subject=True)
    draw("empty.png")
    run = ("folder", "photos", "empty.png", "out", "--weights", weights, *PLAIN)
    for expected in ("1 done, 0 there already, 1 failed", "0 done, 1 there already, 1 failed"):
        done = quick_cli(*run)
        assert done.returncode == 1
        assert "give the photo a shorter name" in done.stderr
        assert done.stderr.endswith(f"bgmatting: {expected}\n")


def test_a_full_disk_ends_it(quick_cli, draw, weights, monkeypatch):
    import errno

    from bgmatting.cli import results

    for name in "abc":
        draw(f"photos/{name}.png", subject=True)
    draw("empty.png")

    def full(*_args, **_options):
        cause = OSError(errno.ENOSPC, "No space left on device")
        raise OutputError("out/a-cutout.png cannot be written (No space left)") from cause

    monkeypatch.setattr(results, "write", full)
    done = quick_cli("folder", "photos", "empty.png", "out", "--weights", weights, *PLAIN)
    assert done.returncode == 1
    assert done.stderr.count("No space left") == 1
    assert "2 more not tried" in done.stderr
    assert done.stderr.endswith("bgmatting: 0 done, 0 there already, 3 failed\n")


def test_nothing_left_to_do_needs_no_weights(quick_cli, draw, tmp_path):
    draw("photos/a.png", subject=True)
    draw("empty.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a-cutout.png").write_bytes(b"done before")
    done = quick_cli("folder", "photos", "empty.png", "out", "--weights", "nowhere")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "bgmatting: 0 done, 1 there already, 0 failed\n"


def test_backgrounds_by_name_in_the_same_folder(quick_cli, draw, weights):
    for name in ("hall", "wall"):
        draw(f"pairs/{name}-src.png", subject=True)
    draw("pairs/hall-bgr.png")
    done = quick_cli("folder", "pairs", "pairs", "out", "--weights", weights, *PLAIN)
    assert done.returncode == 1
    assert done.stdout.split() == ["out/hall-src-cutout.png"]
    assert "wall-src.png" in done.stderr
    assert "wall-bgr" in done.stderr
    assert "1 done, 0 there already, 1 failed" in done.stderr


def test_two_photos_whose_results_would_have_one_name(quick_cli, draw, weights, tmp_path):
    draw("photos/a.jpg", subject=True)
    draw("photos/a.png", subject=True)
    draw("empty.png")
    run = ("folder", "photos", "empty.png", "out", "--weights", weights, *PLAIN)
    for written in (["out/a-cutout.png"], []):
        done = quick_cli(*run)
        assert done.returncode == 1
        assert done.stdout.split() == written
        assert "photos/a.png: its results would have the same names" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "empty.png", "out"), "nowhere does not exist"),
        (("empty.png", "empty.png", "out"), "empty.png is not a folder"),
        (("photos", "nowhere.png", "out"), "nowhere.png does not exist"),
        (("none", "empty.png", "out"), "no photos"),
        (("photos", "photos/notes.txt", "out"), "notes.txt"),
    ],
)
def test_arguments_that_cannot_be(quick_cli, photos, tmp_path, arguments, said):
    (tmp_path / "none").mkdir()
    done = quick_cli("folder", *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def many(draw):
    for number in range(40):
        draw(f"photos/img{number}.png", subject=True, width=480, height=360)
    draw("empty.png", width=480, height=360)
    return ["folder", "photos", "empty.png", "out"]


def test_interrupted(many, weights, program, environment, tmp_path):
    with subprocess.Popen(
        [*program, *many, "--weights", str(weights)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite that runs in the background is told to ignore Ctrl-C, and passes that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.endswith("bgmatting: interrupted\n")
    assert "Traceback" not in said
    left = list((tmp_path / "out").iterdir())
    assert 1 <= len(left) < 40
    for path in left:
        assert path.name.endswith("-cutout.png")
        Image.open(path).load()


def test_nobody_reads_on(many, weights, program, environment, tmp_path):
    with subprocess.Popen(
        [*program, *many, "--weights", str(weights)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=60)
    assert process.returncode == 1
    assert said == ""
    assert len(list((tmp_path / "out").iterdir())) < 40


def test_progress_on_a_terminal(draw, weights, program, environment, tmp_path):
    draw("photos/a.png", subject=True)
    draw("empty.png")
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    run = ("folder", "photos", "empty.png", "out", "--weights", weights)
    done = subprocess.run(
        [*program, *map(str, run)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(terminal)
    said = os.read(master, 65536).decode()
    os.close(master)
    assert done.returncode == 0
    assert done.stdout == "out/a-cutout.png\n"
    assert "1/1" in said
