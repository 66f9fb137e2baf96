"""The table of everything that is measured of a matte, each with its title, unit and meaning.

Tables, reports, contact sheets and cards are made from it: a measure added here, and named by a
protocol (`protocols`), is in all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from . import metrics, regions
from .metrics import Floats, Region

_BAND = f"within {regions.SETTINGS.unknown_share:.0%} of the long side of the edge"
_FRACTIONAL = "true alpha {} to {}".format(*regions.SETTINGS.fractional)
_HALF = "true alpha {} to {}".format(*regions.SETTINGS.half_transparent)


@dataclass(frozen=True)
class Comparison:
    """A matte beside the truth.

    Attributes:
        alpha: (H, W) floating point, 0..1.
        true_alpha: likewise.
        foreground: (H, W, 3), straight, 0..1; None: there is none to measure.
        true_foreground: likewise.
        trimap: (H, W) bool, the unknown pixels of a trimap that came with the sample, if any.
    """

    alpha: Floats
    true_alpha: Floats
    foreground: Floats | None = None
    true_foreground: Floats | None = None
    trimap: Region | None = None

    @cached_property
    def unknown(self) -> Region:
        """(H, W) bool, see `regions.unknown_region`."""
        return regions.unknown_region(self.true_alpha)

    @cached_property
    def trimap_unknown(self) -> Region:
        """The sample's own unknown pixels, or those of a trimap made from the true alpha."""
        return self.unknown if self.trimap is None else self.trimap

    @cached_property
    def fractional(self) -> Region:
        """(H, W) bool, see `regions.fractional`."""
        return regions.fractional(self.true_alpha)

    @cached_property
    def half_transparent(self) -> Region:
        """(H, W) bool, see `regions.half_transparent`."""
        return regions.half_transparent(self.true_alpha)

    def foreground_mse(self, region: Region | None = None) -> float:
        """See `metrics.foreground_mse`; NaN where there is no foreground to compare."""
        if self.foreground is None or self.true_foreground is None:
            return math.nan
        return metrics.foreground_mse(
            self.foreground, self.true_foreground, self.true_alpha, region
        )


@dataclass(frozen=True)
class Measure:
    """One figure of a matte.

    Attributes:
        name: in JSON.
        title: in tables.
        unit: what the figure is scaled by.
        meaning: of what and where, as a phrase.
        compute: the figure of a matte; NaN is "not measured".
        direction: "less" is better, or "none": it tells of the truth, not of the matte.
    """

    name: str
    title: str
    unit: Literal["x1e3", "/1000", "%"]
    meaning: str
    compute: Callable[[Comparison], float]
    direction: Literal["less", "none"] = "less"

    def to_dict(self) -> dict[str, str]:
        """What a reader of a report needs to know of it."""
        return {key: getattr(self, key) for key in ("title", "unit", "meaning", "direction")}


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "mad", "MAD", "x1e3", "absolute difference of alpha, whole image",
            lambda c: metrics.mad(c.alpha, c.true_alpha),
        ),
        Measure(
            "mse", "MSE", "x1e3", "squared difference of alpha, whole image",
            lambda c: metrics.mse(c.alpha, c.true_alpha),
        ),
        Measure(
            "gradient", "Grad", "/1000", "gradient error of alpha summed over the image",
            lambda c: metrics.gradient_error(c.alpha, c.true_alpha),
        ),
        Measure(
            "connectivity", "Conn", "/1000", "connectivity error of alpha summed over the image",
            lambda c: metrics.connectivity_error(c.alpha, c.true_alpha),
        ),
        Measure(
            "fractional_share", "Frac %", "%",
            f"share of pixels that are fractional: {_FRACTIONAL}",
            lambda c: metrics.share(c.fractional), "none",
        ),
        Measure(
            "fractional_mad", "Frac MAD", "x1e3", "absolute difference of alpha on these",
            lambda c: metrics.mad(c.alpha, c.true_alpha, c.fractional),
        ),
        Measure(
            "fractional_mse", "Frac MSE", "x1e3", "squared difference of alpha on these",
            lambda c: metrics.mse(c.alpha, c.true_alpha, c.fractional),
        ),
        Measure(
            "foreground_mse", "Fgr MSE", "x1e3",
            "squared difference of the straight foreground where true alpha > 0",
            lambda c: c.foreground_mse(),
        ),
        Measure(
            "half_foreground_mse", "Half Fgr MSE", "x1e3",
            f"the same where subject and background both show: {_HALF}",
            lambda c: c.foreground_mse(c.half_transparent),
        ),
        Measure(
            "unknown_mse", "Unk MSE", "x1e3",
            f"squared difference of alpha where a trimap would say unknown, {_BAND}",
            lambda c: metrics.mse(c.alpha, c.true_alpha, c.unknown),
        ),
        Measure(
            "unknown_gradient", "Unk Grad", "/1000",
            "gradient error of alpha summed over that band",
            lambda c: metrics.gradient_error(c.alpha, c.true_alpha, c.unknown),
        ),
        Measure(
            "trimap_sad", "SAD", "/1000", "absolute difference of alpha summed over the region",
            lambda c: metrics.sad(c.alpha, c.true_alpha, c.trimap_unknown),
        ),
        Measure(
            "trimap_mse", "MSE", "x1e3", "squared difference of alpha in the region",
            lambda c: metrics.mse(c.alpha, c.true_alpha, c.trimap_unknown),
        ),
        Measure(
            "trimap_gradient", "Grad", "/1000", "gradient error of alpha summed over the region",
            lambda c: metrics.gradient_error(c.alpha, c.true_alpha, c.trimap_unknown),
        ),
        Measure(
            "trimap_connectivity", "Conn", "/1000",
            "connectivity error of alpha summed over the region",
            lambda c: metrics.connectivity_error(c.alpha, c.true_alpha, c.trimap_unknown),
        ),
        Measure(
            "trimap_foreground_mse", "Fgr MSE", "x1e3",
            "squared difference of the straight foreground in the region, where true alpha > 0",
            lambda c: c.foreground_mse(c.trimap_unknown),
        ),
    )
}  # fmt: skip


def legend(names: Iterable[str]) -> str:
    """What the columns of a table of these measures mean, in sentences."""
    shown = [MEASURES[name] for name in names]
    said = "; ".join(f"{m.title} ({m.unit}): {m.meaning}" for m in shown)
    others = [m.title for m in shown if m.direction == "none"]
    better = "Less is better"
    if others:
        better += f", but for {' and '.join(others)}, which tells of the set"
    return f"{said}. {better}. What is summed (/1000) grows with resolution."
