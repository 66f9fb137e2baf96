"""What the gate lets through, and what it does not."""

from __future__ import annotations

import math

import pytest
from quality import figures

HELD = {"clean": {"mad": 8.0, "unknown_mse": 10.0}, "drift": {"mad": 9.0, "unknown_mse": 12.0}}


def with_mad(value):
    return {**HELD, "clean": {**HELD["clean"], "mad": value}}


@pytest.mark.parametrize("value", [8.0, 8.2, 1.0, 0.0])
def test_as_good_or_better_passes(value):
    assert figures.worse("some", with_mad(value), HELD) == []


@pytest.mark.parametrize("value", [8.4, 80.0, math.nan])
def test_worse_or_not_a_number_is_told(value):
    (told,) = figures.worse("some", with_mad(value), HELD)
    assert told.startswith(f"some, clean: mad is {value:.3f}, stored 8.000, at most 8.290")


def test_what_is_not_measured_any_more_is_told():
    assert len(figures.worse("some", {"clean": HELD["clean"]}, HELD)) == 2


def test_the_message_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FILE", tmp_path / "figures.json")
    figures.store({"some": HELD, "others": HELD})
    figures.store({"some": with_mad(2.0)})
    figures.check("others", HELD)
    with pytest.raises(AssertionError, match=r"python -m quality\.store some"):
        figures.check("some", HELD)
