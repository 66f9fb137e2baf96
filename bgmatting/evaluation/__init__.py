"""How good a matte is: metrics, evaluation sets with known truth, baselines and reports."""

from .dataset import EvaluationSet, Sample
from .measures import MEASURES, Comparison, Measure
from .predictors import (
    BASELINES,
    Prediction,
    Predictor,
    difference_keyer,
    matter_predictor,
    network_predictor,
    zero_alpha,
)
from .protocols import PROTOCOLS, Protocol
from .report import table
from .run import Result, Results, evaluate
from .scores import Scores

__all__ = [
    "BASELINES",
    "MEASURES",
    "PROTOCOLS",
    "Comparison",
    "EvaluationSet",
    "Measure",
    "Prediction",
    "Predictor",
    "Protocol",
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
