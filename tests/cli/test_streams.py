"""`-`: photos from standard input, cut-outs to standard output."""

from __future__ import annotations

import io
import os
import pty
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

PLAIN = ("--device", "cpu", "--precision", "float32")


@pytest.fixture
def piped(tmp_path, monkeypatch, capfdbinary):
    """Run `bgmatting` in this process with bytes for standard input; its stdout is bytes too."""
    from bgmatting.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments, given=b""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        written, said = capfdbinary.readouterr()
        return SimpleNamespace(returncode=stop.value.code, stdout=written, stderr=said.decode())

    return run


@pytest.fixture
def expected(pair, weights):
    """The cut-out of `pair` as Python gives it."""
    from bgmatting.imaging import Matter

    return np.asarray(
        Matter.from_pretrained(weights, device="cpu", dtype="float32")(*pair).cutout()
    )


@pytest.mark.parametrize("which", [0, 1])
def test_one_photo_comes_and_the_cut_out_goes_through_pipes(piped, pair, weights, expected, which):
    names = list(map(str, pair))
    given = pair[which].read_bytes()
    names[which] = "-"
    done = piped("cutout", *names, "-o", "-", "--weights", weights, *PLAIN, given=given)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    with Image.open(io.BytesIO(done.stdout)) as written:
        assert written.format == "PNG"
        np.testing.assert_array_equal(np.asarray(written), expected)


def test_a_source_from_a_pipe_goes_on_into_one(piped, pair, weights, expected, tmp_path):
    before = sorted(tmp_path.iterdir())
    given = pair[0].read_bytes()
    done = piped("cutout", "-", pair[1], "--weights", weights, *PLAIN, "--timing", given=given)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(done.stdout))), expected)
    assert "total" in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_a_source_from_a_pipe_into_a_file_with_others_beside(piped, pair, weights, tmp_path):
    given = pair[0].read_bytes()
    run = ("cutout", "-", pair[1], "-o", "a.png", "--save", "alpha", "--weights", weights, *PLAIN)
    done = piped(*run, given=given)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == [b"a-alpha.png", b"a.png"]
    assert (tmp_path / "a-alpha.png").exists()


def test_what_was_found_out_goes_to_stderr(piped, draw, weights):
    photo = draw("photo.png", subject=True)
    given = photo.read_bytes()
    done = piped("cutout", photo, "-", "-o", "-", "--weights", weights, *PLAIN, given=given)
    assert done.returncode == 0
    assert "warning: " in done.stderr
    assert Image.open(io.BytesIO(done.stdout)).mode == "RGBA"


@pytest.mark.parametrize("given", [b"", b"no photo at all"])
def test_what_is_no_photo_is_one_sentence(piped, pair, weights, given):
    done = piped("cutout", "-", pair[1], "--weights", weights, *PLAIN, given=given)
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.startswith("bgmatting: standard input is ")
    assert done.stderr.count("\n") == 1


def test_more_than_a_photo_can_have_is_refused(piped, pair, monkeypatch):
    from bgmatting.cli import streams

    monkeypatch.setattr(streams, "LARGEST", 1 << 20)
    done = piped("cutout", "-", pair[1], "--weights", "nowhere", given=bytes((1 << 20) + 1))
    assert done.returncode == 1
    assert "standard input has more than 1 MB" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "-"], "only one of the two"),
        (["-", "empty.png", "--save", "alpha"], "-o OUT.png"),
        (["photo.png", "empty.png", "-o", "-", "--backdrop", "white"], "not composite too"),
        (["-", "empty.png", "-o", "."], "has no name"),
    ],
)
def test_wrong_usage(piped, pair, arguments, said):
    done = piped("cutout", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "empty.png", "-o", "a.png"], "standard input"),
        (["photo.png", "empty.png", "-o", "-"], "standard output"),
    ],
)
def test_a_terminal_is_neither_read_from_nor_written_to(
    program, environment, pair, tmp_path, arguments, said
):
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*program, "cutout", *arguments],
            cwd=tmp_path, env=environment, stdin=theirs, stdout=theirs,
            stderr=subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert f"{said} is a terminal" in done.stderr


def test_a_file_of_that_name_is_had_by_its_folder(piped, pair, weights, tmp_path):
    (tmp_path / "-").write_bytes(pair[0].read_bytes())
    done = piped("cutout", "./-", pair[1], "--weights", weights, *PLAIN)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"--cutout.png\n"
