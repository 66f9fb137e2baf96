"""Results as a table, as JSON, and as a folder that holds both and the contact sheets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ..errors import OutputError
from ..files import make_folder, write_whole
from .measures import legend
from .run import Result, Results
from .scores import Scores

JSON_NAME = "report.json"
TABLE_NAME = "report.txt"
SHEET_NAME = "contact-sheet-{}.png"


def table(results: Sequence[Results], *, markdown: bool = False) -> str:
    """Each method's means per condition and over all samples, as aligned text or Markdown.

    Conditions are the rows; a set with one condition has no extra row for all.
    """
    titles = [measure.title for measure in results[0].protocol.table]
    header = ["method", "condition", "n", *titles]
    rows = [
        [*row.values()] if i == 0 else ["", *[*row.values()][1:]]
        for result in results
        for i, row in enumerate(table_rows([result]))
    ]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [_line(header, widths, markdown)]
    if markdown:
        lines.append("|---|---|" + "---:|" * (len(header) - 2))
    for i, row in enumerate(rows):
        if i and row[0] and not markdown:
            lines.append("")  # sets methods apart
        lines.append(_line(row, widths, markdown))
    return "\n".join(lines)


def table_rows(results: Sequence[Results]) -> list[dict[str, str]]:
    """The table's rows as column -> text, such as a model card takes."""
    return [
        {
            "method": result.method,
            "condition": name,
            "n": str(count),
            **scores.texts(),
        }
        for result in results
        for name, count, scores in _groups(result)
    ]


def resolutions(samples: Sequence[Result]) -> dict[str, int]:
    """ "WIDTHxHEIGHT" -> number of samples of that size, most frequent first."""
    return dict(Counter("{}x{}".format(*result.size) for result in samples).most_common())


def to_json(results: Sequence[Results], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Everything measured, fit for `json.dumps`.

    Args:
        results: one per method, over the same samples.
        facts: what else to say of the run (data set, weights, working size, version...); comes
            first, under its own keys.
    """
    samples, protocol = results[0].samples, results[0].protocol
    return {
        **facts,
        "samples": len(samples),
        "resolutions": resolutions(samples),
        "protocol": protocol.name,
        "origin": protocol.origin,
        "scaling": legend(protocol.measures),
        "measures": {measure.name: measure.to_dict() for measure in protocol.table},
        "methods": [_method(result) for result in results],
    }


def report_paths(folder: Path, conditions: Sequence[str]) -> list[Path]:
    """The files that `write_report` makes: JSON, table, one sheet per condition."""
    names = [JSON_NAME, TABLE_NAME, *(SHEET_NAME.format(name) for name in conditions)]
    return [folder / name for name in names]


def check_free(paths: Sequence[Path]) -> None:
    """Find out before the work whether a report would replace something.

    Raises:
        OutputError: one of `paths` exists.
    """
    existing = [str(path) for path in paths if path.exists()]
    if existing:
        raise OutputError(
            f"{', '.join(existing)} {'exists' if len(existing) == 1 else 'exist'} already: "
            "choose another folder with --out, or replace with --overwrite"
        )


def write_report(
    folder: Path,
    report: Mapping[str, Any],
    text: str,
    sheets: Mapping[str, Image.Image],
) -> list[Path]:
    """Write a report into `folder`, which is made if need be; replaces files of the same names.

    Each file is complete from the moment it is there: it is written under another name first.

    Args:
        folder: where to.
        report: from `to_json`.
        text: the table, with whatever else is to be read beside it.
        sheets: condition -> contact sheet.

    Returns:
        The paths written.

    Raises:
        OutputError: the folder or a file in it cannot be written.
    """
    paths = report_paths(folder, list(sheets))
    data = json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    writers: list[Callable[[Path], object]] = [
        lambda file: file.write_text(data, encoding="utf-8", newline="\n"),
        lambda file: file.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n"),
        *((lambda file, sheet=sheet: sheet.save(file, "PNG")) for sheet in sheets.values()),
    ]
    make_folder(folder)
    for path, write in zip(paths, writers, strict=True):
        write_whole(path, write)
    return paths


def _groups(result: Results) -> list[tuple[str, int, Scores]]:
    """(condition, number of samples, mean) for each condition and, if there are several, all."""
    groups = [(name, len(result.of(name)), result.mean(name)) for name in result.conditions]
    return groups if len(groups) == 1 else [*groups, ("all", len(result.samples), result.mean())]


def _line(cells: Sequence[str], widths: Sequence[int], markdown: bool) -> str:
    padded = [
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip()


def _method(result: Results) -> dict[str, Any]:
    return {
        "name": result.method,
        "overall": result.mean().to_dict(),
        "conditions": {
            name: {"samples": len(result.of(name)), **result.mean(name).to_dict()}
            for name in result.conditions
        },
        "samples": {
            sample.name: {
                "size": list(sample.size),
                "seconds": round(sample.seconds, 4),
                **sample.scores.to_dict(),
            }
            for sample in result.samples
        },
    }
