"""Whose words a card is, and what it remembers for being rendered again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bgmatting.hub.card import refreshed, render_card, write_card
from bgmatting.hub.card_mark import is_untouched, remembered

FACTS = {
    "name": "here",
    "source": "Made here.",
    "data": "Circles, MIT.\n\n## Whence\n\nMine. -->",
    "licence": "cc-by-4.0",
    "legend": "MAD: less is better.",
    "units": {"MAD": "x1e3"},
    "hidden_trained": True,
}
# As they were written before cards held their facts.
OLDER = Path(__file__).parents[1] / "fixtures" / "cards" / "older.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Weights' folder without weights: cards need none."""
    (tmp_path / "config.json").write_text('{"backbone": "resnet50", "working_size": 512}')
    return tmp_path


def test_an_untouched_card_is_known_and_an_edited_one_is_not() -> None:
    for card in (render_card("resnet50", **FACTS), OLDER.read_text()):
        assert is_untouched(card)
        assert not is_untouched(card.replace("Limits", "Known limits"))
        assert not is_untouched(card + "And more.\n")
        assert remembered(card + "And more.\n") == {}
    assert not is_untouched("My own words.")
    assert remembered("My own words.") == {}


def test_a_card_remembers_what_it_was_told() -> None:
    rows = [{"set": "boxes > circles", "MAD": 1.5}]
    assert remembered(render_card("resnet50", **FACTS, metrics=rows)) == {**FACTS, "metrics": rows}
    assert remembered(render_card("resnet50")) == {}


def test_rendering_again_changes_nothing_but_what_is_asked(folder: Path) -> None:
    write_card(folder, **FACTS, metrics=[{"MAD": 1.5}])
    card = (folder / "README.md").read_text()
    assert refreshed(folder) == card
    there = {**FACTS, "name": "alice/there"}
    assert refreshed(folder, name="alice/there") == render_card(
        "resnet50", working_size=512, **there, metrics=[{"MAD": 1.5}]
    )


def test_what_the_files_say_by_now_counts(folder: Path) -> None:
    write_card(folder, **FACTS, metrics=[{"MAD": 1.5}])
    run = {"backbone": "resnet50", "samples": 7, "start": "random weights", "data": "Boxes, CC0."}
    config = {"backbone": "resnet50", "working_size": 640, "lineage": [run]}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "metrics.json").write_text('[{"MAD": 2.5}]')
    card = refreshed(folder)
    assert "640 pixels" in card
    assert "7 generated pairs, from random weights. Data:\n\n   Boxes, CC0." in card
    assert "| 2.5 |" in card
    assert "| 1.5 |" not in card
    assert "Made here." in card
    assert "## Whence" in card


def test_figures_of_a_file_are_read_again_not_remembered(folder: Path) -> None:
    (folder / "metrics.json").write_text('[{"MAD": 2.5}]')
    path = write_card(folder, source="Made here.")
    assert path is not None
    assert "metrics" not in remembered(path.read_text())


def test_a_card_with_any_headings_can_be_rendered_again(folder: Path) -> None:
    """Its layout is never looked at: only its facts are."""
    write_card(folder, source="Made here.", data="## Metrics\n\n## Lineage\n\n## Data\n\nBoxes.")
    assert refreshed(folder) == (folder / "README.md").read_text()


def test_an_older_card_is_read_once(folder: Path) -> None:
    (folder / "README.md").write_text(OLDER.read_text())
    card = refreshed(folder)
    assert remembered(card) == {
        "name": "older",
        "source": "Made by hand, in a day.",
        "data": "Boxes, CC0.\n\n- large\n- small",
        "licence": "cc-by-4.0",
        "metrics": [{"set": "a | b", "MAD": "7.91"}, {"set": "hd", "MAD": "2.70"}],
        "legend": "MAD: less is better.",
        "hidden_trained": True,
    }
    (folder / "README.md").write_text(card)
    assert refreshed(folder) == card
