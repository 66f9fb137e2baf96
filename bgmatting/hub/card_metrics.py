"""Figures on a card: the table a reader sees, and the results that the Hub reads."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult

from ..errors import InputError
from ..small_files import read_json

Row = Mapping[str, Any]
Metrics = Sequence[Row] | Mapping[str, Any]

METRICS_NAME = "metrics.json"
NOT_MEASURED = "These weights have not been measured."

# Columns of measured rows that are no figures.
SET, METHOD, CONDITION, COUNT = "set", "method", "condition", "n"
TASK = "image-segmentation"  # the nearest that the Hub knows
TASK_NAME = "Background matting"


def rows_of(metrics: Metrics | str | os.PathLike[str] | None) -> list[Row]:
    """Table rows, each a mapping of column -> value.

    Args:
        metrics: such rows; or a mapping of row name -> such a row, or -> one value; or the path of
            a JSON file with any of these; or None.

    Raises:
        InputError: they don't have that form.
    """
    found: Any = metrics
    if isinstance(metrics, (str, os.PathLike)):
        found = read_json(Path(metrics), InputError)
    if found is None:
        return []
    if isinstance(found, Mapping):
        rows: list[Any] = [
            {"": name, **(row if isinstance(row, Mapping) else {"value": row})}
            for name, row in found.items()
        ]
    else:
        rows = list(found) if isinstance(found, Sequence) else [found]
    for row in rows:
        if not isinstance(row, Mapping):
            raise InputError(f"metrics has the row {row!r}; expected a mapping of column -> value")
        for column, value in row.items():
            if value is not None and not isinstance(value, (str, int, float)):
                raise InputError(
                    f"metrics has {column!r}: {value!r}; expected a number or a short text"
                )
    return rows


def metrics_table(metrics: Metrics | str | os.PathLike[str] | None) -> str:
    """A Markdown table of `metrics` (see `rows_of`), or a sentence where there are none.

    Raises:
        InputError: they don't have that form.
    """
    rows = rows_of(metrics)
    if not rows:
        return NOT_MEASURED
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [
        "| " + " | ".join(_cell(column) for column in columns) + " |",
        "|" + "---|" * len(columns),
        *("| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in rows),
    ]
    return "\n".join(lines)


def eval_results(
    rows: Sequence[Row], method: str, units: Mapping[str, str] | None = None
) -> list[EvalResult]:
    """What the Hub reads of measured rows: those of the weights as users get them.

    Args:
        rows: with the columns `set` and `condition`, and one for each measure; others are passed
            over.
        method: what the column `method` calls the weights; rows of other methods are left out.
        units: column -> what its figures are scaled by, such as "x1e3", as far as known.
    """
    results = []
    for row in rows:
        if not {SET, CONDITION} <= row.keys() or row.get(METHOD, method) != method:
            continue
        for column, cell in row.items():
            value = None if column in (SET, METHOD, CONDITION, COUNT) else _number(cell)
            if value is None:
                continue
            unit = (units or {}).get(column)
            results.append(
                EvalResult(
                    task_type=TASK,
                    task_name=TASK_NAME,
                    dataset_type=_slug(str(row[SET]).partition(",")[0]),
                    dataset_name=f"{row[SET]}, {row[CONDITION]}",
                    # The Hub holds results for one data set's that agree in type and config.
                    dataset_config=str(row[CONDITION]),
                    metric_type=_slug(column),
                    metric_name=f"{column} ({unit})" if unit else column,
                    metric_value=value,
                )
            )
    return results


def _number(cell: object) -> float | None:
    """A cell's figure; None where it is none, or not finite."""
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return None
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "unnamed"


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return " ".join(str(value).split()).replace("|", "\\|")
