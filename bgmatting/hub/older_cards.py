"""What cards say that were written before a card held its facts: read once, then held as facts.

Where such a card has other headings or none, there is less to be found; nothing is refused.
"""

from __future__ import annotations

import re
from typing import Any

_NAME = re.compile(r'from_pretrained\("([^"]*)"\)')
_LICENCE = re.compile(r"^license: (\S+)$", re.MULTILINE)
_DATA = re.compile(r"\n## Data\n\n(.*?)\n\n## Li", re.DOTALL)  # then came lineage or licence
_SOURCE = re.compile(r"\n- Files: [^\n]*\n- (.*?)\n- The output `hid`", re.DOTALL)
_METRICS = re.compile(r"\n## Metrics\n\n(\|.*?\n)\n(.*?)## Limits", re.DOTALL)
_HIDDEN_TRAINED = "was trained together with a refiner"
_NOTHING_SAID = ("What these weights were trained on has not been stated.", "Saved by bgmatting.")


def facts_of_older(card: str) -> dict[str, Any]:
    """The facts of an older card, as `render_card` takes them.

    Args:
        card: its text, without the mark.
    """
    facts: dict[str, Any] = {
        name: found[1].strip()
        for name, pattern in (
            ("name", _NAME), ("licence", _LICENCE), ("data", _DATA), ("source", _SOURCE),
        )
        if (found := pattern.search(card)) and found[1].strip() not in ("", *_NOTHING_SAID)
    }  # fmt: skip
    metrics = _METRICS.search(card)
    if metrics:
        facts["metrics"] = _rows(metrics[1])
        if metrics[2].strip():
            facts["legend"] = metrics[2].strip()
    if _HIDDEN_TRAINED in card:
        facts["hidden_trained"] = True
    return facts


def _rows(table: str) -> list[dict[str, str]]:
    lines = [line.strip().removeprefix("|").removesuffix("|") for line in table.strip().split("\n")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]
    columns, *rows = [[cell.replace("\\|", "|") for cell in row] for row in cells]
    return [dict(zip(columns, row, strict=False)) for row in rows[1:]]
