"""Lineage: the runs behind weights go with them, and their cards say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bgmatting.errors import InputError, WeightsError
from bgmatting.hub.card import refreshed
from bgmatting.hub.card_mark import is_untouched, read_card
from bgmatting.model import BACKBONES
from bgmatting.weights.data_parts import Part
from bgmatting.weights.lineage import (
    NOT_STATED,
    Run,
    base_of,
    licences_of,
    lineage_text,
    read_lineage,
)
from bgmatting.weights.matting_base import MattingBase
from bgmatting.weights.repositories import shipped_weights

FIRST = Run("mobilenetv2", 20_972, "random weights", "Boxes, CC0.\n\n- large\n- small")
SECOND = Run("resnet50", 5, "the weights `one`", "Boxes, CC0.\n\n- large\n- small")
THIRD = Run("resnet50", 7, "the weights `two`", "Circles, MIT.")

IN_PARTS = Run(
    "resnet50", 9, "the weights `mobilenetv2`",
    (Part("boxes", "CC0-1.0"), Part("circles", None, "alice/shapes")),
    base="mobilenetv2", relation="finetune",
)  # fmt: skip


def test_it_goes_wherever_the_weights_go(saved: Path, tmp_path: Path) -> None:
    base = MattingBase.from_pretrained(saved)
    assert base.lineage == ()
    base.lineage = (FIRST, THIRD)
    base.save_pretrained(tmp_path / "one")
    again = MattingBase.from_pretrained(tmp_path / "one")
    assert again.lineage == (FIRST, THIRD)
    again.save_pretrained(tmp_path / "two")
    assert read_lineage(tmp_path / "two" / "config.json") == (FIRST, THIRD)
    card = (tmp_path / "two" / "README.md").read_text()
    assert "20,972 generated pairs, from random weights" in card
    assert "Circles, MIT." in card


@pytest.mark.parametrize(
    "lineage",
    [
        {"backbone": "mobilenetv2"},
        ["first"],
        [{"backbone": "mobilenetv2", "samples": 5, "start": "nothing"}],
        [{"backbone": "m", "samples": 5, "start": "s", "data": "d", "more": 1}],
        [{"backbone": "m", "samples": "5", "start": "s", "data": "d"}],
        [{"backbone": "m", "samples": True, "start": "s", "data": "d"}],
        [{"backbone": "m", "samples": -1, "start": "s", "data": "d"}],
        [{"backbone": "m", "samples": 5, "start": " ", "data": "d"}],
        [{"backbone": "m", "samples": 5, "start": "s", "data": "d"}] * 101,
        [{"backbone": "m", "samples": 5, "start": "s", "data": "d", "base": None}],
        [{"backbone": "m", "samples": 5, "start": "s", "data": []}],
        [{"backbone": "m", "samples": 5, "start": "s", "data": ["boxes"]}],
        [{"backbone": "m", "samples": 5, "start": "s", "data": [{"what": "boxes"}]}],
        [{"backbone": "m", "samples": 5, "start": "s", "data": [{"what": " ", "licence": None}]}],
    ],
)
def test_another_form_is_refused(saved: Path, tmp_path: Path, lineage: object) -> None:
    config = json.loads((saved / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "lineage": lineage}))
    with pytest.raises(WeightsError, match=r"config\.json has a lineage of another form"):
        read_lineage(tmp_path / "config.json")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot read"):
        read_lineage(tmp_path / "config.json")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(WeightsError, match="not JSON"):
        read_lineage(tmp_path / "config.json")


def test_no_data_is_described_twice() -> None:
    text = lineage_text([FIRST, SECOND, THIRD], stated=THIRD.data + "\n")
    assert text.count("Boxes, CC0.") == 1
    assert "Data:\n\n   Boxes, CC0.\n\n   - large\n   - small" in text
    assert "2. resnet50, 5 generated pairs, from the weights `one`; data as in 1." in text
    assert "3. resnet50, 7 generated pairs, from the weights `two`; data as above." in text
    assert "Circles" not in text
    assert lineage_text([]) == NOT_STATED


def test_parts_and_base_come_back_as_they_went(saved: Path, tmp_path: Path) -> None:
    base = MattingBase.from_pretrained(saved)
    base.lineage = (IN_PARTS, FIRST)
    base.save_pretrained(tmp_path)
    assert read_lineage(tmp_path / "config.json") == (IN_PARTS, FIRST)
    first, second = json.loads((tmp_path / "config.json").read_text())["lineage"]
    assert first["data"] == [
        {"what": "boxes", "licence": "CC0-1.0"},
        {"what": "circles", "licence": None, "source": "alice/shapes"},
    ]
    assert (first["base"], first["relation"]) == ("mobilenetv2", "finetune")
    assert second.keys() == {"backbone", "samples", "start", "data"}


def test_data_in_every_form_is_one() -> None:
    listed = [{"what": "boxes", "licence": "CC0-1.0"}]
    expected = (Part("boxes", "CC0-1.0"),)
    for form in (listed, expected, json.dumps(listed)):
        assert Run("resnet50", 5, "random weights", form).parts == expected
    for words in ("Boxes.", "[Boxes](https://x), CC0.", "[1"):
        assert Run("resnet50", 5, "random weights", words).data == words
    with pytest.raises(InputError, match="data is a list of another form"):
        Run("resnet50", 5, "random weights", "[]")


def test_licences_of_all_that_was_seen() -> None:
    assert licences_of([IN_PARTS, FIRST, IN_PARTS]) == {
        "CC0-1.0": [Part("boxes", "CC0-1.0")],
        None: [Part("circles", None, "alice/shapes")],
    }
    assert licences_of([FIRST]) == {}


def test_the_last_base_is_what_weights_grew_out_of() -> None:
    taught = Run("resnet50", 1, "an encoder", "Boxes.", base="alice/x")
    assert base_of([]) == base_of([FIRST]) == ("", "")
    assert base_of([IN_PARTS, FIRST]) == ("mobilenetv2", "finetune")
    assert base_of([IN_PARTS, taught, FIRST]) == ("alice/x", "")


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_shipped_weights_say_what_they_saw(backbone: str) -> None:
    folder = shipped_weights(backbone)
    if folder is None:
        pytest.skip(f"no weights of {backbone} in this checkout")
    lineage = read_lineage(folder / "config.json")
    assert all(run.parts for run in lineage)
    assert any("portrait" in part.what for part in licences_of(lineage)[None])
    card = read_card(folder / "README.md")
    if is_untouched(card):
        assert card == refreshed(folder), "run: bgmatting card, or render it again"
