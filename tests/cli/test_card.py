"""`bgmatting card` as its users run it."""

from __future__ import annotations

import json
import shutil


def test_weights_are_measured_and_described(quick_cli, weights, pairs, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(weights, folder)
    done = quick_cli("card", "mine", pairs, "--source", "Made here.", "--data", "Boxes, CC0.")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["mine/metrics.json", "mine/README.md"]
    rows = json.loads((folder / "metrics.json").read_text())
    assert {row["set"] for row in rows} == {"boxes, 96x72"}
    assert [row["method"] for row in rows[::2]] == [
        "mobilenetv2", "mobilenetv2, not aligned", "difference keyer",
    ]  # fmt: skip
    assert {row["condition"] for row in rows} == {"clean", "drift"}
    card = (folder / "README.md").read_text()
    assert all(text in card for text in ("Made here.", "Boxes, CC0.", rows[0]["MAD"]))


def test_measuring_again_keeps_what_the_card_says(quick_cli, weights, pairs, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(weights, folder)
    said = ("--source", "Made here.", "--data", "Boxes, CC0.")
    assert quick_cli("card", "mine", pairs, *said).returncode == 0
    first = (folder / "README.md").read_text()
    (folder / "metrics.json").unlink()
    assert quick_cli("card", "mine", pairs).returncode == 0
    assert (folder / "README.md").read_text() == first
    half = quick_cli("card", "mine", pairs, "--data", "Other.")
    assert half.returncode == 2
    assert "--source and --data" in half.stderr
    assert (folder / "README.md").read_text() == first


def test_a_card_written_by_hand_stays(quick_cli, weights, pairs, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(weights, folder)
    (folder / "README.md").write_text("My own words.")
    done = quick_cli("card", "mine", pairs)
    assert done.returncode == 0
    assert "written by hand" in done.stderr
    assert done.stdout.split() == ["mine/metrics.json"]
    assert (folder / "README.md").read_text() == "My own words."
    (tmp_path / "empty").mkdir()
    before_measuring = quick_cli("card", "mine", "empty")
    assert "written by hand" in before_measuring.stderr


def test_mistakes_get_a_sentence(quick_cli, weights, pairs, tmp_path):
    (tmp_path / "empty").mkdir()
    no_weights = quick_cli("card", "empty", pairs)
    assert no_weights.returncode == 1
    assert "config.json" in no_weights.stderr
    no_set = quick_cli("card", weights, "empty")
    assert no_set.returncode == 1
    assert "index.json" in no_set.stderr
    assert quick_cli("card", weights).returncode == 2
    assert list((tmp_path / "empty").iterdir()) == []
