"""Shipped weights measured on the composites, as `bgmatting evaluate` measures them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from bgmatting import Matter
from bgmatting.evaluation import EvaluationSet, Results, Sample, evaluate, matter_predictor
from bgmatting.imaging.result.matte import Matte
from bgmatting.imaging.verdict.report import Report

from .figures import Figures

COMPOSITES = Path(__file__).parents[1] / "fixtures" / "composites"
WEIGHTS = Path(__file__).parents[2] / "weights"
MEASURES = ("mad", "unknown_mse", "foreground_mse")
RESNETS = ("resnet50", "resnet101")
# The ResNets see these alone in the default suite, at the photos' own size: at 1024 pixels all
# eight composites take minutes.
FEW = ("handheld/strands",)


def shipped(backbone: str) -> Matter:
    """The weights of a checkout; skips the test where they are not there.

    In float32 on the CPU, whatever the machine could do, so that figures compare.
    """
    folder = WEIGHTS / backbone
    if not (folder / "config.json").is_file():
        pytest.skip(f"needs the weights of {backbone}: no {folder}")
    return Matter.from_pretrained(folder, device="cpu", dtype="float32")


class Watched:
    """A matter that remembers what it found of each pair."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.reports: list[Report] = []

    def __call__(self, *photos: object, **options: object) -> Matte:
        matte = self.matter(*photos, **options)
        self.reports.append(matte.report)
        return matte


def composites(names: Iterable[str] = ()) -> list[Sample]:
    """All of them, or those named."""
    pairs = EvaluationSet(COMPOSITES)
    return [pairs.load(name) for name in names or pairs.names]


def measure(
    matter: Matter | Watched,
    samples: Iterable[Sample],
    size: str | int | None = "auto",
    *,
    align: bool = True,
) -> Results:
    return evaluate(matter_predictor(matter, size, align=align), samples)


def figures(results: Results) -> Figures:
    """Composite -> the measures that are held; of each, so that a hard one hides no other."""
    return {one.name: {name: one.scores[name] for name in MEASURES} for one in results.samples}
