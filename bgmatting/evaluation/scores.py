"""All measures of one matte, or the mean over many, under one name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

from . import metrics
from .metrics import Floats


@dataclass(frozen=True)
class Scores:
    """The measures of `metrics`, in its scaling; less is better, NaN is "not measured".

    Attributes:
        mad: mean absolute difference of alpha, whole image, x1e3.
        mse: mean squared difference of alpha, whole image, x1e3.
        gradient: gradient error of alpha, whole image, /1000.
        connectivity: connectivity error of alpha, whole image, /1000.
        foreground_mse: mean squared difference of the straight foreground where true alpha is
            above 0, x1e3.
        unknown_mse: mean squared difference of alpha in `metrics.unknown_region`, x1e3.
        unknown_gradient: gradient error of alpha summed over that region, /1000.
    """

    mad: float
    mse: float
    gradient: float
    connectivity: float
    foreground_mse: float
    unknown_mse: float
    unknown_gradient: float

    @classmethod
    def measure(
        cls,
        alpha: Floats,
        true_alpha: Floats,
        foreground: Floats | None = None,
        true_foreground: Floats | None = None,
    ) -> Scores:
        """Measure a matte against the truth.

        Args:
            alpha: (H, W), 0..1.
            true_alpha: (H, W), 0..1.
            foreground: (H, W, 3), straight, 0..1; None: its error is NaN.
            true_foreground: likewise.

        Raises:
            InputError: shapes or dtypes do not fit.
        """
        region = metrics.unknown_region(true_alpha)
        return cls(
            mad=metrics.mad(alpha, true_alpha),
            mse=metrics.mse(alpha, true_alpha),
            gradient=metrics.gradient_error(alpha, true_alpha),
            connectivity=metrics.connectivity_error(alpha, true_alpha),
            foreground_mse=(
                math.nan
                if foreground is None or true_foreground is None
                else metrics.foreground_mse(foreground, true_foreground, true_alpha)
            ),
            unknown_mse=metrics.unknown_mse(alpha, true_alpha, region),
            unknown_gradient=metrics.gradient_error(alpha, true_alpha, region),
        )

    @classmethod
    def mean(cls, scores: Iterable[Scores]) -> Scores:
        """The mean of each measure over those that have it; NaN where none has."""
        scores = list(scores)
        return cls(**{f.name: _mean(getattr(s, f.name) for s in scores) for f in fields(cls)})

    def to_dict(self) -> dict[str, float | None]:
        """Measure -> value, None where it was not measured, as JSON knows no NaN."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: None if math.isnan(value) else value for name, value in values.items()}


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan
