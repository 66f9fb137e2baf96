"""The model card (`README.md`) of a set of weights, from our own template beside this file."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from ..errors import InputError, WeightsError
from ..files import write_text
from ..model.backbones import backbone_facts
from ..weights.files import DEFAULT_WORKING_SIZE, read_config
from ..weights.lineage import Run, lineage_text, read_lineage
from ..weights.names import CARD_NAME, CONFIG_NAME

Metrics = Sequence[Mapping[str, Any]] | Mapping[str, Any]

TEMPLATE = Path(__file__).with_name("card.md")
METRICS_NAME = "metrics.json"

NOT_MEASURED = "These weights have not been measured."
NO_DATA = "What these weights were trained on has not been stated."
NO_SOURCE = "Saved by bgmatting."
HIDDEN_UNTRAINED = (
    "The output `hid` (features for a refiner) gets no gradient from the base loss: "
    "in these weights it means nothing."
)
HIDDEN_TRAINED = (
    "The output `hid` (features for a refiner) was trained together with a refiner that is not "
    "part of these files."
)
LICENCE_TEXTS = {
    "mit": "MIT. The network's design is that of BackgroundMattingV2, whose authors published it "
    "under the MIT licence too."
}

_MARK = re.compile(r"\n<!-- written by bgmatting; sha256 of the rest: ([0-9a-f]{64}) -->\n$")
_LOADED_BY = re.compile(r'from_pretrained\("([^"]*)"\)')
_LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]*")


def render_card(
    backbone: str,
    *,
    name: str | None = None,
    working_size: int = DEFAULT_WORKING_SIZE,
    source: str | None = None,
    data: str | None = None,
    licence: str = "mit",
    lineage: Sequence[Run] = (),
    metrics: Metrics | str | os.PathLike[str] | None = None,
    legend: str | None = None,
    hidden_trained: bool = False,
) -> str:
    """The text of a card.

    Args:
        backbone: a key of `BACKBONES`.
        name: what a reader passes to `from_pretrained`; None: the backbone's name.
        working_size: of the weights, pixels on the long side.
        source: a sentence on where the weights come from.
        data: Markdown on what they were trained on.
        lineage: the training runs behind the weights, oldest first.
        licence: identifier of the weights' licence as the Hub writes it, such as "mit".
        metrics: table rows, each a mapping of column -> value; or a mapping of row name -> such
            a row, or -> one value; or the path of a JSON file with any of these. None: the card
            says that nothing was measured.
        legend: what the table's columns mean.
        hidden_trained: whether `hid` was trained, with a refiner.

    Raises:
        InputError: the backbone is unknown, or metrics or licence don't have that form.
    """
    backbone_facts(backbone)
    if not _LICENCE.fullmatch(licence):
        raise InputError(f"licence is {licence!r}; expected an identifier such as 'mit'")
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        backbone=backbone,
        name=name or backbone,
        working_size=working_size,
        source=source or NO_SOURCE,
        hidden=HIDDEN_TRAINED if hidden_trained else HIDDEN_UNTRAINED,
        data=data or NO_DATA,
        licence=licence,
        licence_text=LICENCE_TEXTS.get(licence, f"`{licence}`"),
        lineage=lineage_text(lineage, data or ""),
        metrics=_table_and_legend(metrics, legend),
    )
    return _marked(text)


def renamed(card: str, name: str) -> str:
    """An untouched card with `name` to load the weights by; a hand-written one as it is."""
    mark = _MARK.search(card)
    if mark is None or not is_untouched(card):
        return card
    text = card[: mark.start()]
    old = _LOADED_BY.search(text)
    if old is not None:
        text = text.replace(f'from_pretrained("{old[1]}")', f'from_pretrained("{name}")')
        text = text.replace(f"--weights {old[1]}`", f"--weights {name}`")
    return _marked(text)


def refreshed(
    card: str,
    lineage: Sequence[Run],
    metrics: Metrics | str | os.PathLike[str] | None,
    legend: str | None = None,
) -> str:
    """An untouched card with another lineage and table of metrics, all else as it was.

    Args:
        card: of any version of the template that has sections on data, licence and metrics.
        lineage, metrics, legend: as `render_card` takes them.
    """
    mark = _MARK.search(card)
    text = card[: mark.start()] if mark else card
    older = "\n\n## Lineage\n\n" not in text
    before, data, after = _split(text, "Data", "Licence" if older else "Lineage")
    if not older:
        _, _, after = _split(text, "Lineage", "Licence")
    text = f"{before}{data}\n\n## Lineage\n\n{lineage_text(lineage, data)}{after}"
    before, _, after = _split(text, "Metrics", "Limits")
    return _marked(before + _table_and_legend(metrics, legend) + after)


def write_card(
    folder: str | os.PathLike[str], backbone: str | None = None, **facts: Any
) -> Path | None:
    """Give a folder of weights its card, unless it has one: a hand-written card is never replaced.

    A card that this function wrote and nobody touched since is brought up to date.

    Args:
        folder: where the weights are.
        backbone: None: what the folder's config says (and its working size).
        facts: as `render_card` takes them; `name` is by default the folder's, `metrics` its
            `metrics.json` and `lineage` what its config says, where there is one.

    Returns:
        The card's path, or None where a hand-written card was left alone.

    Raises:
        InputError: see `render_card`.
        WeightsError: backbone is None and the config cannot be read.
        OutputError: the card cannot be written.
    """
    folder = Path(folder)
    path = folder / CARD_NAME
    if is_hand_written(path):
        return None
    if backbone is None:
        config = read_config(folder / CONFIG_NAME)
        backbone = config["backbone"]
        facts.setdefault("working_size", config["working_size"])
    facts.setdefault("name", folder.resolve().name)
    if (folder / CONFIG_NAME).is_file():
        facts.setdefault("lineage", read_lineage(folder / CONFIG_NAME))
    if facts.get("metrics") is None and (folder / METRICS_NAME).is_file():
        facts["metrics"] = folder / METRICS_NAME
    write_text(path, render_card(backbone, **facts))
    return path


def is_untouched(text: str) -> bool:
    """Whether a card is ours, as we wrote it; False: somebody's own words are in it."""
    mark = _MARK.search(text)
    return mark is not None and mark[1] == _digest(text[: mark.start()])


def is_hand_written(path: Path) -> bool:
    """Whether there is a card with somebody's own words in it, which nothing replaces.

    Raises:
        WeightsError: it cannot be read.
    """
    return path.exists() and not is_untouched(read_card(path))


def read_card(path: Path) -> str:
    """A card's text; what is not UTF-8 is replaced.

    Raises:
        WeightsError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error


def metrics_table(metrics: Metrics | str | os.PathLike[str] | None) -> str:
    """A Markdown table of `metrics` (see `render_card`), or a sentence where there are none.

    Raises:
        InputError: they don't have that form.
    """
    if isinstance(metrics, (str, os.PathLike)):
        rows = _rows(_read_metrics(Path(metrics)))
    else:
        rows = _rows(metrics)
    if not rows:
        return NOT_MEASURED
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [
        "| " + " | ".join(_cell(column) for column in columns) + " |",
        "|" + "---|" * len(columns),
        *("| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in rows),
    ]
    return "\n".join(lines)


def _table_and_legend(metrics: Metrics | str | os.PathLike[str] | None, legend: str | None) -> str:
    table = metrics_table(metrics)
    return f"{table}\n\n{legend}" if legend else table


def _split(text: str, title: str, until: str) -> tuple[str, str, str]:
    """A card before a section's text, the text, and the section `until` with all that follows."""
    before, begin, rest = text.partition(f"\n## {title}\n\n")
    body, end, after = rest.partition(f"\n\n## {until}\n")
    return before + begin, body, end + after


def _rows(metrics: Any) -> list[Mapping[str, Any]]:
    if metrics is None:
        return []
    if isinstance(metrics, Mapping):
        rows: list[Any] = [
            {"": name, **(row if isinstance(row, Mapping) else {"value": row})}
            for name, row in metrics.items()
        ]
    else:
        rows = list(metrics) if isinstance(metrics, Sequence) else [metrics]
    for row in rows:
        if not isinstance(row, Mapping):
            raise InputError(f"metrics has the row {row!r}; expected a mapping of column -> value")
        for column, value in row.items():
            if value is not None and not isinstance(value, (str, int, float)):
                raise InputError(
                    f"metrics has {column!r}: {value!r}; expected a number or a short text"
                )
    return rows


def _read_metrics(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON ({error})") from error


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return " ".join(str(value).split()).replace("|", "\\|")


def _marked(text: str) -> str:
    return f"{text}\n<!-- written by bgmatting; sha256 of the rest: {_digest(text)} -->\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
