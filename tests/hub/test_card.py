"""Model cards: what they say, and whose words are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from bgmatting.errors import InputError
from bgmatting.hub.card import (
    NOT_MEASURED,
    is_untouched,
    metrics_table,
    renamed,
    render_card,
    write_card,
)
from bgmatting.model import BACKBONES
from bgmatting.weights.matting_base import MattingBase


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_hub_can_read_its_metadata(backbone: str) -> None:
    data = ModelCard(render_card(backbone)).data
    assert data.library_name == "bgmatting"
    assert data.license == "mit"
    assert data.pipeline_tag == "image-segmentation"
    assert {"background-matting", "image-matting", "alpha-matting"} <= set(data.tags)


def test_it_says_what_a_reader_must_know() -> None:
    card = render_card("resnet50", name="alice/cutter", working_size=640, data="Rendered people.")
    assert 'Matter.from_pretrained("alice/cutter")("source.jpg", "background.jpg")' in card
    assert "640 pixels" in card
    assert "Rendered people." in card
    assert "the same scene, empty" in card
    assert NOT_MEASURED in card
    assert "means nothing" in card
    assert "$" not in card


def test_hidden_features_that_were_trained() -> None:
    assert "means nothing" not in render_card("resnet50", hidden_trained=True)


def test_code_in_a_card_is_what_the_package_has() -> None:
    """The three lines of use name things that are there."""
    card = render_card("mobilenetv2")
    assert "from bgmatting import MattingBase" in card
    assert "bgmatting cutout source.jpg background.jpg --weights mobilenetv2" in card
    compile(card.split("```python")[1].split("```")[0], "card", "exec")
    compile(card.split("```python")[2].split("```")[0], "card", "exec")


def test_a_metrics_table_of_rows() -> None:
    rows = [
        {"set": "clean", "MAD x1e3": 1.23456, "Grad": 2},
        {"set": "drift | hand", "MAD x1e3": float("nan"), "size": "384x512"},
    ]
    assert metrics_table(rows).splitlines() == [
        "| set | MAD x1e3 | Grad | size |",
        "|---|---|---|---|",
        "| clean | 1.235 | 2 | – |",
        "| drift \\| hand | – | – | 384x512 |",
    ]


def test_metrics_by_name(tmp_path: Path) -> None:
    by_name = {"clean": {"MAD": 1.0}, "drift": {"MAD": 2.5}}
    expected = ["|  | MAD |", "|---|---|", "| clean | 1 |", "| drift | 2.5 |"]
    assert metrics_table(by_name).splitlines() == expected
    (tmp_path / "m.json").write_text(json.dumps(by_name))
    assert metrics_table(tmp_path / "m.json").splitlines() == expected
    assert "| MAD | 3.1 |" in metrics_table({"MAD": 3.1})
    assert metrics_table([]) == metrics_table({}) == metrics_table(None) == NOT_MEASURED


@pytest.mark.parametrize("metrics", [[1, 2], [{"a": [1]}], 3, {"a": {"b": {}}}])
def test_metrics_that_are_no_table(metrics) -> None:
    with pytest.raises(InputError, match="metrics"):
        metrics_table(metrics)


def test_metrics_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"m\.json"):
        metrics_table(tmp_path / "m.json")
    (tmp_path / "m.json").write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        metrics_table(tmp_path / "m.json")


@pytest.mark.parametrize("licence", ["", "MIT\ntags: x", "my licence"])
def test_licences_that_are_no_identifier(licence: str) -> None:
    with pytest.raises(InputError, match="licence"):
        render_card("resnet50", licence=licence)


def test_another_licence() -> None:
    card = render_card("resnet50", licence="cc-by-4.0")
    assert ModelCard(card).data.license == "cc-by-4.0"
    assert "MIT." not in card


def test_an_untouched_card_is_known_and_an_edited_one_is_not() -> None:
    card = render_card("resnet50")
    assert is_untouched(card)
    assert not is_untouched(card.replace("Limits", "Known limits"))
    assert not is_untouched(card + "And more.\n")
    assert not is_untouched("My own words.")


def test_renaming_an_untouched_card() -> None:
    card = render_card("resnet50", name="here", metrics=[{"MAD": 1.5}])
    there = renamed(card, "alice/there")
    assert there == render_card("resnet50", name="alice/there", metrics=[{"MAD": 1.5}])
    edited = card + "And more.\n"
    assert renamed(edited, "alice/there") == edited


def test_writing_updates_ours_and_keeps_theirs(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((saved / "config.json").read_bytes())
    path = write_card(tmp_path)
    assert path == tmp_path / "README.md"
    assert f'from_pretrained("{tmp_path.name}")' in path.read_text()
    assert "512 pixels" in path.read_text()
    (tmp_path / "metrics.json").write_text(json.dumps([{"set": "clean", "MAD": 9.5}]))
    assert write_card(tmp_path) == path
    assert "| clean | 9.5 |" in path.read_text()
    path.write_text("My own words.\n")
    assert write_card(tmp_path, metrics=[{"MAD": 1}]) is None
    assert path.read_text() == "My own words.\n"


def test_the_mixins_card_is_ours(network: MattingBase) -> None:
    card = network.generate_model_card(name="alice/cutter")
    assert str(card) == render_card("mobilenetv2", working_size=512, name="alice/cutter")
