"""`bgmatting draw-subjects` as its users run it."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from PIL import Image

QUICK = ("--families", "feathers", "--side", "48", "--workers", "1")


def test_a_bank_is_drawn_then_grown_and_not_drawn_again(quick_cli, tmp_path):
    done = quick_cli("draw-subjects", "bank", "--count", "2", *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "bank\n"
    assert "2 drawn, 0 there already" in done.stderr
    first = tmp_path / "bank" / "feathers" / "feathers-0-00000.png"
    assert Image.open(first).mode == "RGBA"
    written = first.stat().st_mtime_ns
    more = quick_cli("draw-subjects", "bank", "--count", "3", *QUICK)
    assert "1 drawn, 2 there already" in more.stderr
    assert first.stat().st_mtime_ns == written


def test_ctrl_c_leaves_whole_pictures_only_and_says_how_to_go_on(program, environment, tmp_path):
    command = [*program, "draw-subjects", "bank", "--count", "100000", *QUICK]
    run = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        # Who runs the tests in the background may have it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 100
    while not list(tmp_path.rglob("*.png")):
        assert run.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the drawing processes too
    try:
        _, said = run.communicate(timeout=60)
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
    assert run.returncode == 130
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert file.suffix == ".png"
        Image.open(file).load()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("bank", "--families", "hair,wig"), 1, "no family 'wig'"),
        (("bank", "--families", "people"), 1, "give a folder of RGBA pictures"),
        (("bank", "--side", "9"), 1, "expected at least 32"),
        (("bank", "--count", "0"), 2, "--count"),
        (("bank", "--people", "nowhere"), 2, "nowhere"),
        (("file.txt",), 1, "is not a folder"),
        ((), 2, "OUT"),
    ],
)
def test_mistakes_get_a_sentence(quick_cli, tmp_path, arguments, status, said):
    (tmp_path / "file.txt").write_text("mine")
    done = quick_cli("draw-subjects", *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
