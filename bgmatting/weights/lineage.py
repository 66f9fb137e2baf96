"""Where a set of weights comes from: the training runs behind it, as data beside the weights.

`config.json` holds them as `lineage`, oldest first, so that they go wherever the weights go; a run
that starts from these weights keeps them and adds itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from textwrap import indent
from typing import Any

from ..errors import InputError, WeightsError
from ..small_files import read_json
from .data_parts import NO_LICENCE, Data, Part, data_text, parts_as_data, read_data

KEY = "lineage"  # in `config.json`
MOST_RUNS = 100  # more are a mistake

NOT_STATED = "It has not been stated which training runs these weights come from."
LICENCES_ELSEWHERE = (
    "Under which licences the data came is said above, with the data, as far as it has been stated."
)
FINETUNE = "finetune"  # what the Hub calls weights that were trained on

_REQUIRED = ("backbone", "samples", "start", "data")


@dataclass(frozen=True)
class Run:
    """One training run.

    Attributes:
        backbone: of the network that was trained.
        samples: generated pairs that it was trained on.
        start: what it started from, as a phrase, such as "the weights `mobilenetv2`".
        data: what the pairs were made of, and under which licences: its parts, or Markdown. A list
            or JSON text of parts is taken too, see `data_parts.read_data`.
        base: the published weights that it started from, a backbone's name or owner/name; "": from
            none, or from those of the run before.
        relation: to these, as the Hub calls it: `FINETUNE`; or "", where it has no word for it.

    Raises:
        InputError: data is a list of another form.
    """

    backbone: str
    samples: int
    start: str
    data: Data
    base: str = ""
    relation: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", read_data(self.data))

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the data; none where it is described in Markdown."""
        return () if isinstance(self.data, str) else self.data


def as_data(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Runs as JSON holds them."""
    listed = []
    for run in runs:
        entry = {key: value for key, value in asdict(run).items() if key in _REQUIRED or value}
        listed.append({**entry, "data": parts_as_data(run.parts) or run.data})
    return listed


def read_lineage(config: Path) -> tuple[Run, ...]:
    """The runs that a `config.json` names, oldest first; none where it names none.

    Raises:
        WeightsError: the file cannot be read, or what it says of them has another form.
    """
    content = read_json(config, WeightsError)
    runs = content.get(KEY, []) if isinstance(content, dict) else None
    try:
        if isinstance(runs, list) and len(runs) <= MOST_RUNS and all(map(_is_run, runs)):
            return tuple(Run(**run) for run in runs)
    except InputError as error:
        raise WeightsError(f"{config} has a {KEY} of another form: {error}") from error
    optional = [field.name for field in fields(Run) if field.name not in _REQUIRED]
    raise WeightsError(
        f"{config} has a {KEY} of another form: expected a list of at most {MOST_RUNS} runs, each "
        f"with {', '.join(_REQUIRED)}, perhaps {' and '.join(optional)}, and nothing else (samples "
        "a number, data a text or a list of parts, the others texts)"
    )


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
        data = data_text(run.data)
        if data in seen:
            lines.append(f"{said}; {seen[data]}.")
        else:
            lines.append(f"{said}. Data:\n\n{indent(data, '   ')}")
            seen[data] = f"data as in {number}"
    return "\n\n".join(lines)


def licences_text(runs: Sequence[Run]) -> str:
    """Markdown for a card: what any of the runs saw, by licence."""
    by_licence = licences_of(runs)
    others = LICENCES_ELSEWHERE if not all(run.parts for run in runs) or not runs else ""
    if not by_licence:
        return others
    lines = ["What these weights saw, and those that they grew out of, by licence:", ""]
    # Where none is stated comes last.
    for licence in sorted(by_licence, key=lambda licence: (licence is None, licence or "")):
        said = "; ".join(part.name for part in by_licence[licence])
        lines.append(f"- {licence or NO_LICENCE}: {said}")
    return "\n".join([*lines, *(["", others] if others else [])])


def base_of(runs: Sequence[Run]) -> tuple[str, str]:
    """The published weights that the last runs grew out of, and the Hub's word for how, or "".

    Returns:
        `Run.base` and `Run.relation` of the last run that has a base; ("", "") where none has.
    """
    return next(((run.base, run.relation) for run in reversed(runs) if run.base), ("", ""))


def licences_of(runs: Sequence[Run]) -> dict[str | None, list[Part]]:
    """Every part of the data that any run saw, once, by licence; None: none stated."""
    by_licence: dict[str | None, list[Part]] = {}
    for part in dict.fromkeys(part for run in runs for part in run.parts):
        by_licence.setdefault(part.licence, []).append(part)
    return by_licence


def _is_run(value: object) -> bool:
    names = {field.name for field in fields(Run)}
    if not isinstance(value, dict) or not set(_REQUIRED) <= value.keys() <= names:
        return False
    samples, data = value["samples"], value["data"]
    counted = isinstance(samples, int) and not isinstance(samples, bool) and samples >= 0
    texts = [value["backbone"], value["start"], *([] if isinstance(data, list) else [data])]
    others = [value[name] for name in value.keys() - set(_REQUIRED)]
    return (
        counted
        and all(isinstance(text, str) and text.strip() for text in texts)
        and all(isinstance(text, str) for text in others)
    )
