"""Figures on a card: the table, and what the Hub reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from bgmatting.errors import InputError
from bgmatting.hub.card import render_card
from bgmatting.hub.card_metrics import NOT_MEASURED, eval_results, metrics_table

ROWS = [
    {"set": "boxes, 96x72", "method": "resnet50", "condition": "clean", "n": "3", "MAD": "7.910"},
    {"set": "boxes, 96x72", "method": "resnet50", "condition": "drift", "n": "3", "MAD": "8.31"},
    {"set": "boxes, 96x72", "method": "a keyer", "condition": "clean", "n": "3", "MAD": "29.6"},
]


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


def test_the_hub_reads_the_weights_own_figures_by_condition() -> None:
    clean, drift = eval_results(ROWS, "resnet50", {"MAD": "x1e3"})
    assert clean.dataset_name == "boxes, 96x72, clean"
    assert clean.dataset_type == "boxes"
    assert (clean.metric_type, clean.metric_name, clean.metric_value) == ("mad", "MAD (x1e3)", 7.91)
    assert (drift.dataset_config, drift.metric_value) == ("drift", 8.31)
    assert clean.unique_identifier != drift.unique_identifier  # else the Hub takes them for one


def test_they_come_out_of_the_front_matter_as_they_went_in() -> None:
    card = ModelCard(render_card("resnet50", name="alice/cutter", metrics=ROWS))
    assert card.data.model_name == "cutter"
    assert card.data.eval_results == eval_results(ROWS, "resnet50")


def test_what_is_no_figure_of_the_weights_is_none_of_the_hubs() -> None:
    others = [
        {"generated pairs": "drawn", "MAD": 1.5},
        {"set": "boxes", "condition": "clean", "MAD": "–", "MSE": float("nan"), "seen": True},
    ]
    assert eval_results(others, "resnet50") == []
    assert ModelCard(render_card("resnet50", metrics=others)).data.get("eval_results") is None
