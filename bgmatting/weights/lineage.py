"""Where a set of weights comes from: the training runs behind it, as data beside the weights.

`config.json` holds them as `lineage`, oldest first, so that they go wherever the weights go; a run
that starts from these weights keeps them and adds itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from textwrap import indent
from typing import Any

from ..errors import WeightsError

KEY = "lineage"  # in `config.json`
MOST_RUNS = 100  # more are a mistake

NOT_STATED = "It has not been stated which training runs these weights come from."


@dataclass(frozen=True)
class Run:
    """One training run.

    Attributes:
        backbone: of the network that was trained.
        samples: generated pairs that it was trained on.
        start: what it started from, as a phrase, such as "the weights `mobilenetv2`".
        data: Markdown on what the pairs were made of, and under which licences.
    """

    backbone: str
    samples: int
    start: str
    data: str


def as_data(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Runs as JSON holds them."""
    return [asdict(run) for run in runs]


def read_lineage(config: Path) -> tuple[Run, ...]:
    """The runs that a `config.json` names, oldest first; none where it names none.

    Raises:
        WeightsError: the file cannot be read, or what it says of them has another form.
    """
    try:
        content = json.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsError(f"cannot read {config}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{config} is not JSON ({error})") from error
    runs = content.get(KEY, []) if isinstance(content, dict) else None
    if not isinstance(runs, list) or len(runs) > MOST_RUNS or not all(map(_is_run, runs)):
        names = ", ".join(field.name for field in fields(Run))
        raise WeightsError(
            f"{config} has a {KEY} of another form: expected a list of at most {MOST_RUNS} runs, "
            f"each with {names} and nothing else (samples a number, the others texts)"
        )
    return tuple(Run(**run) for run in runs)


def lineage_text(runs: Sequence[Run], stated: str = "") -> str:
    """Markdown for a card: a numbered list, oldest first, no description of data twice.

    Args:
        runs: oldest first.
        stated: what the card says of the data already.
    """
    if not runs:
        return NOT_STATED
    seen = {stated.strip(): "data as above"}
    lines = ["The runs that these weights come from, oldest first:"]
    for number, run in enumerate(runs, 1):
        said = f"{number}. {run.backbone}, {run.samples:,} generated pairs, from {run.start}"
        data = run.data.strip()
        if data in seen:
            lines.append(f"{said}; {seen[data]}.")
        else:
            lines.append(f"{said}. Data:\n\n{indent(data, '   ')}")
            seen[data] = f"data as in {number}"
    return "\n\n".join(lines)


def _is_run(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {field.name for field in fields(Run)}:
        return False
    samples = value["samples"]
    texts = [value[name] for name in ("backbone", "start", "data")]
    counted = isinstance(samples, int) and not isinstance(samples, bool) and samples >= 0
    return counted and all(isinstance(text, str) and text.strip() for text in texts)
