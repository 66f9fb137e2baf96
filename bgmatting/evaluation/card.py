"""A weights folder's model card, with what the weights measure on evaluation sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..files import write_text
from ..hub.card import refreshed, write_card
from ..hub.card_mark import is_untouched, read_card
from ..hub.card_metrics import METRICS_NAME
from ..imaging import Matter
from ..weights.names import CARD_NAME
from .dataset import EvaluationSet
from .measures import MEASURES, legend
from .predictors import difference_keyer, matter_predictor
from .protocols import DEFAULT
from .report import resolutions, table_rows
from .run import evaluate


def measured_rows(
    matter: Matter,
    sets: Sequence[Path],
    method: str,
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, str]]:
    """Rows of a card's table: the weights as users get them, not aligned, and a keyer.

    Args:
        matter: the weights, ready to matte.
        sets: folders of evaluation sets.
        method: what to call the weights.
        progress: called with a sample's name after each measurement.

    Raises:
        InputError: a folder is no evaluation set.
    """
    predictors = {
        method: matter_predictor(matter),
        f"{method}, not aligned": matter_predictor(matter, align=False),
        "difference keyer": difference_keyer,
    }
    rows = []
    for folder in sets:
        pairs = EvaluationSet(folder)
        results = [
            evaluate(
                predict, pairs, method=name,
                progress=None if progress is None else lambda done, sample: progress(sample),
            )
            for name, predict in predictors.items()
        ]  # fmt: skip
        size = next(iter(resolutions(results[0].samples)))
        rows += [
            {"set": f"{pairs.name}, {size}", **row}
            for row in table_rows(results)
            if row["condition"] != "all"
        ]
    return rows


def write_measured_card(
    folder: Path,
    sets: Sequence[Path],
    *,
    source: str | None = None,
    data: str | None = None,
    device: str = "auto",
    progress: Callable[[str], None] | None = None,
) -> Path | None:
    """Measure a weights folder on evaluation sets; write its `metrics.json` and its card.

    In float32, whatever else the machine could do, so that figures of different machines compare.

    Args:
        folder: of the weights.
        sets: folders of evaluation sets.
        source: a sentence on where the weights come from.
        data: what they were trained on and under which licences, Markdown or parts as JSON (see
            `data_parts.read_data`). Where neither is given, a card that is there keeps what it
            says of both.
        device: to measure on.
        progress: as in `measured_rows`.

    Returns:
        The card's path, or None where a hand-written card was left alone.

    Raises:
        InputError: a set is none.
        WeightsError: the folder holds no weights.
        OutputError: a file cannot be written.
    """
    matter = Matter.from_pretrained(folder, device=device, dtype="float32", engine="torch")
    rows = measured_rows(matter, sets, matter.backbone or folder.resolve().name, progress)
    write_text(folder / METRICS_NAME, json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    path = folder / CARD_NAME
    if source is None and data is None and path.exists() and is_untouched(read_card(path)):
        return write_text(path, refreshed(folder, **columns_of(rows)))
    return write_card(folder, source=source, data=data, **columns_of(rows))


def columns_of(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What a card says of its table's columns, as `render_card` takes it."""
    titles = {title for row in rows for title in row}
    measures = [MEASURES[name] for name in DEFAULT.measures if MEASURES[name].title in titles]
    return {
        "legend": legend(measure.name for measure in measures),
        "units": {measure.title: measure.unit for measure in measures},
    }
