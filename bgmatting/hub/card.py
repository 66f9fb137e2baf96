"""The model card (`README.md`) of a set of weights, from our own template beside this file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard

from ..errors import InputError
from ..files import write_text
from ..model.backbones import backbone_facts
from ..weights.data_parts import Data, Part, data_text, parts_as_data, read_data
from ..weights.files import DEFAULT_WORKING_SIZE, read_config
from ..weights.lineage import Run, licences_text, lineage_text, read_lineage
from ..weights.names import CARD_NAME, CONFIG_NAME
from .card_mark import is_hand_written, marked, read_card, remembered
from .card_metadata import ARXIV, card_data
from .card_metrics import METRICS_NAME, Metrics, metrics_table, rows_of

TEMPLATE = Path(__file__).with_name("card.md")

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

# What a card remembers for `refreshed`: arguments of `render_card` that no other file holds.
REMEMBERED = (
    "name", "source", "data", "licence", "metrics", "legend", "units", "hidden_trained",
)  # fmt: skip

_LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]*")


def render_card(
    backbone: str,
    *,
    name: str | None = None,
    working_size: int = DEFAULT_WORKING_SIZE,
    source: str | None = None,
    data: str | Sequence[Part | dict[str, Any]] | None = None,
    licence: str = "mit",
    lineage: Sequence[Run] = (),
    metrics: Metrics | str | os.PathLike[str] | None = None,
    legend: str | None = None,
    units: Mapping[str, str] | None = None,
    hidden_trained: bool = False,
) -> str:
    """The text of a card.

    What no other file of the weights says is held in a comment at its end, see `refreshed`.

    Args:
        backbone: a key of `BACKBONES`.
        name: what a reader passes to `from_pretrained`; None: the backbone's name.
        working_size: of the weights, pixels on the long side.
        source: a sentence on where the weights come from.
        data: what they were trained on: Markdown, or its parts (see `data_parts.read_data`); None:
            what the last run of the lineage says.
        licence: identifier of the weights' licence as the Hub writes it, such as "mit".
        lineage: the training runs behind the weights, oldest first.
        metrics: table rows, each a mapping of column -> value; or a mapping of row name -> such
            a row, or -> one value; or the path of a JSON file with any of these. None: the card
            says that nothing was measured.
        legend: what the table's columns mean.
        units: column of the table -> what its figures are scaled by, such as "x1e3".
        hidden_trained: whether `hid` was trained, with a refiner.

    Raises:
        InputError: the backbone is unknown, or data, metrics or licence don't have that form.
    """
    backbone_facts(backbone)
    if not _LICENCE.fullmatch(licence):
        raise InputError(f"licence is {licence!r}; expected an identifier such as 'mit'")
    ours: Data = read_data(data) if data else ""
    of_the_last_run: Data = lineage[-1].data if lineage else ""
    shown = data_text(ours or of_the_last_run)
    rows = rows_of(metrics)
    table = metrics_table(rows)
    card = ModelCard.from_template(
        card_data(backbone, name or backbone, licence, lineage, rows, units),
        template_str=TEMPLATE.read_text(encoding="utf-8"),
        backbone=backbone,
        name=name or backbone,
        working_size=working_size,
        source=source or NO_SOURCE,
        hidden=HIDDEN_TRAINED if hidden_trained else HIDDEN_UNTRAINED,
        data=shown or NO_DATA,
        licence_text=LICENCE_TEXTS.get(licence, f"`{licence}`"),
        data_licences=licences_text(lineage),
        lineage=lineage_text(lineage, shown),
        metrics=f"{table}\n\n{legend}" if legend else table,
        arxiv=ARXIV,
    )
    facts = {
        "name": name,
        "source": source,
        "data": None if ours == of_the_last_run else _for_json(ours),
        "licence": None if licence == "mit" else licence,
        # A file of figures is beside the weights: it is read again.
        "metrics": None if isinstance(metrics, (str, os.PathLike)) else rows,
        "legend": legend,
        "units": dict(units or {}),
        "hidden_trained": hidden_trained,
    }
    return marked(str(card), {key: facts[key] for key in REMEMBERED if facts[key]})


def write_card(
    folder: str | os.PathLike[str], backbone: str | None = None, **facts: Any
) -> Path | None:
    """Give a folder of weights its card, unless it has one: a hand-written card is never replaced.

    A card that this function wrote and nobody touched since is written anew.

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


def refreshed(folder: Path, **changes: Any) -> str:
    """The text of a folder's card, rendered again from what is known by now.

    That is what its config says, with the lineage; its `metrics.json`, where there is one; and
    what an untouched card remembers of what it was told.

    Args:
        folder: of the weights, with or without a card.
        changes: what to say instead, as `render_card` takes it.

    Raises:
        InputError: see `render_card`.
        WeightsError: the config or the card cannot be read.
    """
    card = read_card(folder / CARD_NAME) if (folder / CARD_NAME).exists() else ""
    facts = {key: value for key, value in remembered(card).items() if key in REMEMBERED}
    config = read_config(folder / CONFIG_NAME)
    facts |= {key: config[key] for key in ("backbone", "working_size")}
    facts["lineage"] = read_lineage(folder / CONFIG_NAME)
    if (folder / METRICS_NAME).is_file():
        facts["metrics"] = folder / METRICS_NAME
    return render_card(**{**facts, **changes})


def _for_json(data: Data) -> str | list[dict[str, Any]]:
    return data if isinstance(data, str) else parts_as_data(data)
