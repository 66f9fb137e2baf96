"""`bgmatting train` as its users run it."""

from __future__ import annotations

import subprocess

import pytest
from PIL import Image


@pytest.fixture
def train(program, environment, tmp_path):
    """Run `bgmatting train` with these arguments in an empty folder."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, "train", *arguments], cwd=tmp_path, env=environment, capture_output=True,
            text=True, timeout=280, check=False,
        )  # fmt: skip

    return run


def test_a_short_run_without_any_pictures_ends_in_weights(train, tmp_path):
    size = ("--samples", "8", "--batch", "4", "--crops", "32:1")
    done = train("--backbone", "mobilenetv2", "--out", "run", "--cpu", *size, "--data", "Drawn.")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "run/weights"
    from bgmatting import MattingBase

    network = MattingBase.from_pretrained(tmp_path / "run" / "weights")
    assert network.backbone_name == "mobilenetv2"
    card = (tmp_path / "run" / "weights" / "README.md").read_text()
    assert "Drawn." in card
    assert "8 generated pairs" in card
    assert "disturbed" in card  # the measured table
    again = train("--backbone", "mobilenetv2", "--out", "run", "--cpu", *size)
    assert again.returncode == 1
    assert "--resume" in again.stderr
    assert "Traceback" not in again.stderr


def test_the_card_can_hold_what_a_set_measures(train, pairs, tmp_path):
    size = ("--samples", "4", "--batch", "4", "--crops", "32:1")
    done = train("--backbone", "mobilenetv2", "--out", "run", "--cpu", *size, "--measure", pairs)
    assert done.returncode == 0, done.stderr
    card = (tmp_path / "run" / "weights" / "README.md").read_text()
    assert "boxes, 96x72" in card
    assert "4 generated pairs" in card
    assert (tmp_path / "run" / "weights" / "metrics.json").exists()


def test_preview(train, tmp_path):
    done = train("--preview", "look.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "look.png"
    assert Image.open(tmp_path / "look.png").width > 1000
    again = train("--preview", "look.png")
    assert again.returncode == 1
    assert "look.png is there already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "--backbone"),
        (("--backbone", "mobilenetv2"), 2, "--out"),
        (("--backbone", "vgg", "--out", "run"), 1, "resnet50"),
        (("--backbone", "mobilenetv2", "--out", "run", "--crops", "0"), 1, "crops are"),
        (("--backbone", "mobilenetv2", "--out", "run", "--resume"), 1, "nothing to resume"),
        (("--people", "nowhere"), 2, "nowhere"),
        (
            ("--backbone", "resnet50", "--out", "run", "--teacher", "here", "--from", "there"),
            1,
            "exclude each other",
        ),
    ],
)
def test_mistakes_get_a_sentence(train, arguments, status, said):
    done = train(*arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
