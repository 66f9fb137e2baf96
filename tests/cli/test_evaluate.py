from __future__ import annotations

import json

import pytest
from PIL import Image

KEYER, NOTHING = "difference keyer", "zero alpha"


@pytest.fixture
def evaluate(quick_cli, monkeypatch):
    """Run `bgmatting evaluate` with these arguments."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return lambda *arguments: quick_cli("evaluate", *arguments)


def test_table_and_report(evaluate, weights, pairs, tmp_path):
    out = tmp_path / "report"
    first = evaluate(weights, pairs, "--out", out, "--device", "cpu")
    assert first.returncode == 0, first.stderr
    for name in ("random", KEYER, NOTHING):
        assert f"\n{name} " in first.stdout
    assert "3 of 96x72" in first.stdout
    assert "working size 64 (the network saw 64x48)" in first.stdout
    files = ["contact-sheet-clean.png", "contact-sheet-drift.png", "report.json", "report.txt"]
    assert sorted(path.name for path in out.iterdir()) == files
    assert all(name in first.stderr and name not in first.stdout for name in files)
    assert (out / "report.txt").read_text() == first.stdout

    report = json.loads((out / "report.json").read_text())
    assert report["dataset"] == "boxes"
    assert report["weights"] == "random"
    assert report["backbone"] == "mobilenetv2"
    assert report["working_size"] == 64
    assert report["precision"] == "float32"  # whatever this machine would matte with
    assert report["network_sizes"] == {"64x48": 3}
    assert report["samples"] == 3
    assert report["resolutions"] == {"96x72": 3}
    assert report["region"] == "whole image"
    assert "whole image, protocol default (bgmatting)" in first.stdout
    assert report["bgmatting"] in first.stdout
    network, keyer, nothing = report["methods"]
    # The keyer sees every box; the box is 900 of 6912 pixels.
    assert keyer["overall"]["mad"] == pytest.approx(0, abs=1e-6)
    assert nothing["conditions"]["clean"]["mad"] == pytest.approx(1e3 * 900 / 6912, rel=1e-5)
    assert network["samples"]["drift/a"]["mad"] > 0
    assert network["overall"]["foreground_mse"] > 0
    with Image.open(out / "contact-sheet-clean.png") as sheet:
        assert sheet.width > 6 * 256

    before = {path: path.read_bytes() for path in out.iterdir()}
    second = evaluate(weights, pairs, "--out", out)
    assert second.returncode == 1
    assert second.stdout == ""
    assert "--overwrite" in second.stderr
    assert {path: path.read_bytes() for path in out.iterdir()} == before

    third = evaluate(
        weights, pairs, "--out", out, "--overwrite", "--no-baselines", "--size", "native"
    )
    assert third.returncode == 0, third.stderr
    assert KEYER not in third.stdout
    report = json.loads((out / "report.json").read_text())
    assert report["working_size"] == "native"
    assert [method["name"] for method in report["methods"]] == ["random"]


def test_without_out_nothing_is_written(evaluate, weights, pairs, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    got = evaluate(weights, pairs, "--size", "96", "--no-baselines")
    assert got.returncode == 0, got.stderr
    assert "working size 96" in got.stdout
    assert got.stderr == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_protocols_say_what_they_look_at(quick_cli, weights, pairs):
    got = quick_cli("evaluate", weights, pairs, "--protocol", "trimap", "--no-baselines")
    assert got.returncode == 0, got.stderr
    assert "3 of 96x72), unknown region of trimaps (3 made from the true alpha" in got.stdout
    assert "CVPR 2021" in got.stdout
    header = next(line for line in got.stdout.splitlines() if line.startswith("method"))
    assert header.split()[3:7] == ["SAD", "MSE", "Grad", "Conn"]
    small = quick_cli("evaluate", weights, pairs, "--protocol", "video")
    assert small.returncode == 1
    assert "96x72; the protocol video takes 512x288" in small.stderr


def test_every_protocol_can_be_asked_for():
    from bgmatting.cli.evaluate import PROTOCOLS
    from bgmatting.evaluation import PROTOCOLS as known

    assert tuple(known) == PROTOCOLS


@pytest.mark.parametrize(
    ("weights_name", "change", "said"),
    [
        ("no/such/folder", None, "no/such/folder"),
        ("random", "no set", "no folder"),
        ("random", "no image", "true alpha"),
    ],
)
def test_foreseeable_mistakes(evaluate, weights, pairs, tmp_path, weights_name, change, said):
    dataset = pairs
    if change == "no set":
        dataset = tmp_path / "nowhere"
    elif change == "no image":
        (tmp_path / "clean/a").mkdir(parents=True)
        for part in ("src", "bgr"):
            Image.new("RGB", (96, 72)).save(tmp_path / f"clean/a/{part}.png")
        (tmp_path / "index.json").write_text('["clean/a"]')
        dataset = tmp_path
    got = evaluate(weights if weights_name == "random" else weights_name, dataset)
    assert got.returncode == 1
    assert got.stdout == ""
    assert said in got.stderr
    assert "Traceback" not in got.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("w",),
        ("w", "d", "--size", "large"),
        ("w", "d", "--device", "abacus"),
        ("w", "d", "--protocol", "mine"),
        ("w", "d", "x"),
    ],
)
def test_wrong_usage(evaluate, arguments):
    got = evaluate(*arguments)
    assert got.returncode == 2
    assert got.stdout == ""
    assert "Usage" in got.stderr


def test_help_has_examples(evaluate):
    got = evaluate("--help")
    assert got.returncode == 0
    assert "Examples:" in got.stdout
    assert "bgmatting evaluate mobilenetv2 eval/composites" in got.stdout
