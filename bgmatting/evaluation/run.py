"""Run a predictor over an evaluation set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from ..errors import InputError
from ..imaging.arrays import Size
from .dataset import Sample, condition
from .measures import Comparison
from .predictors import Prediction, Predictor
from .protocols import DEFAULT, Protocol
from .scores import Scores


@dataclass(frozen=True)
class Result:
    """One sample's scores.

    Attributes:
        name: the sample's, "condition/rest".
        size: (width, height) in pixels, as measured.
        scores: of this sample.
        seconds: that the predictor took.
    """

    name: str
    size: Size
    scores: Scores
    seconds: float


@dataclass(frozen=True)
class Results:
    """A predictor's scores on an evaluation set.

    Attributes:
        method: what to call the predictor.
        samples: one result each, in the set's order.
        protocol: by which they were measured.
    """

    method: str
    samples: tuple[Result, ...]
    protocol: Protocol = DEFAULT

    @property
    def conditions(self) -> list[str]:
        """Every condition once, in the set's order."""
        return list(dict.fromkeys(condition(result.name) for result in self.samples))

    def of(self, wanted: str) -> list[Result]:
        """The results under one condition."""
        return [result for result in self.samples if condition(result.name) == wanted]

    def mean(self, wanted: str | None = None) -> Scores:
        """Mean over the samples of one condition, or over all samples."""
        chosen = self.samples if wanted is None else self.of(wanted)
        return Scores.mean(result.scores for result in chosen)


def evaluate(
    predict: Predictor,
    dataset: Iterable[Sample],
    *,
    method: str = "network",
    protocol: Protocol = DEFAULT,
    progress: Callable[[int, str], None] | None = None,
    observe: Callable[[Sample, Prediction, Scores], None] | None = None,
) -> Results:
    """Measure `predict` on every sample.

    Args:
        predict: (source, background), both (H, W, 3) uint8 RGB -> (alpha, foreground or None,
            error or None); see `predictors`.
        dataset: an `EvaluationSet`, or any samples.
        method: what to call the predictor in reports.
        protocol: what to measure, and at which resolution.
        progress: called after each sample with the number done and the sample's name.
        observe: called after each sample with it, its prediction and its scores.

    Raises:
        InputError: the set is empty, a sample is not of the protocol's size, or a prediction does
            not fit its sample.
    """
    results: list[Result] = []
    for found in dataset:
        sample = protocol.prepare(found)
        start = perf_counter()
        prediction = predict(sample.source, sample.background)
        seconds = perf_counter() - start
        alpha, foreground, _ = prediction
        try:
            comparison = Comparison(
                alpha, sample.alpha, foreground, sample.foreground, sample.trimap
            )
            scores = Scores.measure(comparison, protocol.measures)
        except InputError as error:
            raise InputError(f"{method} on {sample.name!r}: {error}") from None
        height, width = sample.alpha.shape
        results.append(Result(sample.name, (width, height), scores, seconds))
        if observe is not None:
            observe(sample, prediction, scores)
        if progress is not None:
            progress(len(results), sample.name)
    if not results:
        raise InputError("the evaluation set has no samples")
    return Results(method, tuple(results), protocol)
