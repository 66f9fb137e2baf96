"""The measures of one matte, or their means over many."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from .measures import MEASURES, Comparison


class Scores(Mapping[str, float]):
    """Measure's name -> value, in the unit that `MEASURES` says; NaN is "not measured".

    Args:
        values: of some measures; their order stays.
    """

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Scores({self._values})"

    @classmethod
    def measure(cls, comparison: Comparison, names: Iterable[str]) -> Scores:
        """Take the named measures of a matte.

        Raises:
            InputError: shapes or dtypes do not fit.
        """
        return cls({name: MEASURES[name].compute(comparison) for name in names})

    @classmethod
    def mean(cls, scores: Iterable[Scores]) -> Scores:
        """The mean of each measure over those that have it; NaN where none has."""
        scores = list(scores)
        return cls({name: _mean(s[name] for s in scores) for name in scores[0]})

    def texts(self) -> dict[str, str]:
        """Measure's title -> value as tables show it."""
        return {
            MEASURES[name].title: "-" if math.isnan(value) else f"{value:.2f}"
            for name, value in self.items()
        }

    def to_dict(self) -> dict[str, float | None]:
        """Measure's name -> value, None where it was not measured, as JSON knows no NaN."""
        return {name: None if math.isnan(value) else value for name, value in self.items()}


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan
