"""Lineage: the runs behind weights go with them, and their cards say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bgmatting.errors import WeightsError
from bgmatting.hub.card import is_untouched, refreshed, render_card
from bgmatting.weights.lineage import NOT_STATED, Run, lineage_text, read_lineage
from bgmatting.weights.matting_base import MattingBase

FIRST = Run("mobilenetv2", 20_972, "random weights", "Boxes, CC0.\n\n- large\n- small")
SECOND = Run("resnet50", 5, "the weights `one`", "Boxes, CC0.\n\n- large\n- small")
THIRD = Run("resnet50", 7, "the weights `two`", "Circles, MIT.")


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


def test_a_card_is_brought_up_to_date_with_all_else_as_it_was() -> None:
    facts = {"name": "here", "source": "Made here.", "data": "Circles, MIT.\n\n## Whence\n\nMine."}
    old = render_card("resnet50", **facts, metrics=[{"MAD": 1.5}])
    new = refreshed(old, [FIRST, THIRD], [{"MAD": 2.5}], "MAD: less is better.")
    assert is_untouched(new)
    assert new == render_card(
        "resnet50", **facts, lineage=[FIRST, THIRD], metrics=[{"MAD": 2.5}],
        legend="MAD: less is better.",
    )  # fmt: skip
    assert refreshed(new, [], [{"MAD": 1.5}]) == old
    without = old.replace(f"## Lineage\n\n{NOT_STATED}\n\n", "")
    assert "Lineage" not in without
    assert refreshed(without, [FIRST, THIRD], [{"MAD": 2.5}], "MAD: less is better.") == new
