"""`bgmatting train` as its users run it."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest
from PIL import Image


@pytest.fixture
def train(quick_cli):
    """Run `bgmatting train` with these arguments in an empty folder."""
    return lambda *arguments: quick_cli("train", *arguments)


def test_a_short_run_without_any_pictures_ends_in_weights(train, pairs, tmp_path):
    cheap = ("--cpu", "--workers", "0", "--batch", "4", "--crops", "32:1", "--validate", "8")
    size = (*cheap, "--samples", "8")
    done = train("--backbone", "mobilenetv2", "--out", "run", *size, "--data", "Drawn.")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "run/weights"
    from bgmatting import MattingBase

    network = MattingBase.from_pretrained(tmp_path / "run" / "weights")
    assert network.backbone_name == "mobilenetv2"
    card = (tmp_path / "run" / "weights" / "README.md").read_text()
    assert "Drawn." in card
    assert "8 generated pairs" in card
    assert "| drawn, disturbed |" in card  # the measured table

    start = ("--from", "run/weights", "--measure", pairs)
    grown = train("--backbone", "mobilenetv2", "--out", "next", *size, *start)
    assert grown.returncode == 0, grown.stderr
    card = (tmp_path / "next" / "weights" / "README.md").read_text()
    assert "started from the weights `weights`" in card
    assert "without any pictures" in card
    lineage = card.split("## Lineage")[1].split("## Licence")[0]
    first, second = lineage.split("1. ")[1].split("2. ")
    assert "8 generated pairs, from random weights. Data:\n\n   Drawn." in first
    assert "8 generated pairs, from the weights of the run before; data as above." in second
    assert "boxes, 96x72" in card
    assert (tmp_path / "next" / "weights" / "metrics.json").exists()

    again = train("--backbone", "mobilenetv2", "--out", "run", *size)
    assert again.returncode == 1
    assert "--resume" in again.stderr
    assert "Traceback" not in again.stderr


def test_preview(train, tmp_path):
    done = train("--preview", "look.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "look.png"
    assert Image.open(tmp_path / "look.png").width > 1000
    again = train("--preview", "look.png")
    assert again.returncode == 1
    assert "look.png is there already" in again.stderr


def test_ctrl_c_leaves_a_checkpoint_and_says_how_to_go_on(program, environment, tmp_path):
    command = [
        *program, "train", "--backbone", "mobilenetv2", "--out", "run", "--cpu", "--crops", "32:1",
        "--batch", "4", "--check-every", "100000", "--validate", "8",
    ]  # fmt: skip
    run = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert run.stderr is not None
    said = ""
    while "samples" not in said:  # it trains
        said += run.stderr.read(1)
        assert run.poll() is None, said
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the drawing processes too
    _, rest = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "interrupted at step" in rest
    assert "--resume" in rest
    assert "Traceback" not in said + rest
    assert (tmp_path / "run" / "checkpoint.pt").exists()


def test_a_precision_that_cannot_be_had(cli):
    # A process of its own: accelerate has one precision for the life of a process.
    done = cli("train", "--backbone", "mobilenetv2", "--out", "run", "--cpu", "--precision", "fp16")
    assert done.returncode == 1
    assert "choose bf16 or no" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "--backbone"),
        (("--backbone", "mobilenetv2"), 2, "--out"),
        (("--backbone", "vgg", "--out", "run"), 2, "resnet50"),
        (("--backbone", "mobilenetv2", "--out", "run", "--samples", "-5"), 2, "--samples"),
        (("--backbone", "mobilenetv2", "--out", "run", "--minutes", "0"), 2, "--minutes"),
        (("--backbone", "mobilenetv2", "--out", "run", "--rate", "nan"), 2, "no number"),
        (("--backbone", "mobilenetv2", "--out", "run", "--norms", "nan"), 2, "no number"),
        (("--backbone", "mobilenetv2", "--out", "run", "--check-every", "0"), 2, "--check-every"),
        (("--backbone", "mobilenetv2", "--out", "run", "--measure", "."), 1, "no evaluation set"),
        (("--backbone", "mobilenetv2", "--out", "run", "--mattes", "."), 1, "fgr"),
        (("--backbone", "mobilenetv2", "--out", "run", "--people", "opaque"), 1, "transparency"),
        (("--backbone", "mobilenetv2", "--out", "run", "--working-size", "9"), 1, "64 to 4096"),
        (("--preview", "look.jpg"), 1, "does not end in .png"),
        (("--backbone", "mobilenetv2", "--out", "run", "--crops", "0"), 1, "crops are"),
        (("--backbone", "mobilenetv2", "--out", "run", "--resume"), 1, "nothing to resume"),
        (("--people", "nowhere"), 2, "nowhere"),
        (
            ("--backbone", "resnet50", "--out", "run", "--teacher", "here", "--from", "there"),
            2,
            "exclude each other",
        ),
    ],
)
def test_mistakes_get_a_sentence(train, tmp_path, arguments, status, said):
    (tmp_path / "opaque").mkdir()
    Image.new("RGB", (32, 32)).save(tmp_path / "opaque" / "photo.png")
    done = train(*arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
