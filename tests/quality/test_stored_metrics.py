"""The figures that are shown of shipped weights: README's are the stored ones, these are true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from quality import mattes

from bgmatting.evaluation import EvaluationSet
from bgmatting.evaluation.report import table_rows

README = Path(__file__).parents[2] / "README.md"
# README's column -> set, condition
COLUMNS = {
    "exact plate": ("composites", "clean"),
    "light drifted": ("composites", "drift"),
    "hand-held": ("composites", "handheld"),
    "people, 1280 px, light drifted": ("hd", "drift"),
}
NOT_ALIGNED = "the same with --no-align"
BACKBONES = ("mobilenetv2", *mattes.RESNETS)
TEXT = ("set", "method", "condition", "n")
RELATIVE, ABSOLUTE = 0.03, 0.05  # both ways; absolute in each column's own unit


def stored_rows(backbone):
    """The rows of a backbone's metrics.json, each by (set, method, condition)."""
    file = mattes.WEIGHTS / backbone / "metrics.json"
    if not file.is_file():
        pytest.skip(f"needs the weights of {backbone}: no {file}")
    rows = json.loads(file.read_text(encoding="utf-8"))
    return {(row["set"].split(",")[0], row["method"], row["condition"]): row for row in rows}


def shown_in_readme(text):
    """(method, set, condition) -> MAD as README's table of quality shows it."""
    lines = re.search(r"^\| MAD x1e3 .*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert lines, "README has no table headed MAD x1e3"
    columns = cells(lines[0].splitlines()[0])[1:]
    shown, method = {}, ""
    for line in lines[1].splitlines():
        called, *values = cells(line)
        method = f"{method}, not aligned" if called == NOT_ALIGNED else called
        for column, value in zip(columns, values, strict=True):
            shown[(method, *COLUMNS[column])] = float(value)
    return shown


def cells(line):
    return [cell.strip().replace("`", "") for cell in line.strip("|\n").split("|")]


def test_readme_shows_the_stored_metrics():
    shown = shown_in_readme(README.read_text(encoding="utf-8"))
    compared = 0
    for backbone in BACKBONES:
        rows = stored_rows(backbone)
        for (method, of, condition), value in shown.items():
            if (of, method, condition) in rows:
                stored = float(rows[of, method, condition]["MAD"])
                assert value == pytest.approx(stored, abs=0.051), (method, of, condition)
                compared += 1
    # Its own row of each, the one that is not aligned, and the keyer's in each file.
    assert compared == 4 * (len(BACKBONES) + 1 + len(BACKBONES))
    assert {method for method, *_ in shown} >= {*BACKBONES, "difference keyer"}


def test_a_readme_that_shows_something_else_is_told():
    text = README.read_text(encoding="utf-8")
    shown = shown_in_readme(text)
    other = shown_in_readme(
        re.sub(r"^(\| `mobilenetv2` \|) [\d.]+ \|", r"\1 4.2 |", text, flags=re.M)
    )
    assert {key for key in shown if shown[key] != other[key]} == {
        ("mobilenetv2", "composites", "clean")
    }


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("of", ["composites", "hd"])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_stored_metrics_are_reproduced(shared, backbone, of):
    reproduce(shared, backbone, of)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_stored_metrics_without_alignment_are_reproduced(shared):
    reproduce(shared, "mobilenetv2", "composites", align=False)


def reproduce(shared, backbone, of, *, align=True):
    rows = stored_rows(backbone)
    matter = mattes.shipped(backbone)
    results = mattes.measure(matter, EvaluationSet(shared / "eval" / of), align=align)
    method = backbone if align else f"{backbone}, not aligned"
    measured = {row["condition"]: row for row in table_rows([results])}
    held = {key[2]: row for key, row in rows.items() if key[:2] == (of, method)}
    assert held
    for condition, row in held.items():
        for title in row.keys() - set(TEXT):
            assert float(measured[condition][title]) == pytest.approx(
                float(row[title]), rel=RELATIVE, abs=ABSOLUTE
            ), f"{method} on {of}, {condition}: {title}"
