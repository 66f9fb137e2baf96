"""How good a matte is: metrics, evaluation sets with known truth, baselines and reports."""

from .dataset import EvaluationSet, Sample
from .predictors import (
    BASELINES,
    Prediction,
    Predictor,
    difference_keyer,
    matter_predictor,
    network_predictor,
    zero_alpha,
)
from .report import table
from .run import Result, Results, evaluate
from .scores import Scores

__all__ = [
    "BASELINES",
    "EvaluationSet",
    "Prediction",
    "Predictor",
    "Result",
    "Results",
    "Sample",
    "Scores",
    "difference_keyer",
    "evaluate",
    "matter_predictor",
    "network_predictor",
    "table",
    "zero_alpha",
]
