from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from bgmatting.errors import InputError
from bgmatting.evaluation import (
    BASELINES,
    MEASURES,
    EvaluationSet,
    Scores,
    difference_keyer,
    evaluate,
    network_predictor,
    zero_alpha,
)
from bgmatting.model import MattingNetwork


def test_the_truth_scores_zero(make_set):
    pairs = EvaluationSet(make_set())
    truth = iter(list(pairs))

    def predict(source, background):
        sample = next(truth)
        return sample.alpha, sample.foreground, None

    results = evaluate(predict, pairs)
    got = results.mean().to_dict()
    assert got.pop("fractional_share") == pytest.approx(100 / 32)  # a column
    assert set(got.values()) == {0}


def test_means_are_over_the_samples_of_a_condition(make_set):
    # Boxes from columns 8, 9 and 10 on in 32 columns, the first of each half transparent.
    results = evaluate(zero_alpha, EvaluationSet(make_set()), method="nothing")
    covered = [23 + 128 / 255, 22 + 128 / 255, 21 + 128 / 255]
    assert results.method == "nothing"
    assert results.conditions == ["clean", "drift"]
    assert [r.scores["mad"] for r in results.samples] == pytest.approx(
        [1e3 * c / 32 for c in covered], rel=1e-5
    )
    assert results.mean("clean")["mad"] == pytest.approx(1e3 * sum(covered[:2]) / 64, rel=1e-5)
    assert results.mean("drift")["mad"] == pytest.approx(1e3 * covered[2] / 32, rel=1e-5)
    assert results.mean()["mad"] == pytest.approx(1e3 * sum(covered) / 96, rel=1e-5)
    assert [r.size for r in results.samples] == [(32, 24)] * 3


def test_progress_and_observer_hear_of_every_sample(make_set):
    told, seen = [], []
    evaluate(
        zero_alpha,
        EvaluationSet(make_set()),
        progress=lambda done, name: told.append((done, name)),
        observe=lambda sample, prediction, scores: seen.append((sample.name, scores["mad"] > 0)),
    )
    assert told == [(1, "clean/a"), (2, "clean/b"), (3, "drift/a")]
    assert seen == [("clean/a", True), ("clean/b", True), ("drift/a", True)]


def test_a_prediction_that_does_not_fit_is_named(make_set):
    with pytest.raises(InputError, match=r"mine on 'clean/a'.*\(3, 3\)"):
        evaluate(
            lambda s, b: (np.zeros((3, 3)), None, None), EvaluationSet(make_set()), method="mine"
        )


def test_no_samples_are_refused():
    with pytest.raises(InputError, match="no samples"):
        evaluate(zero_alpha, [])


def test_mean_leaves_out_what_was_not_measured():
    values = dict.fromkeys(MEASURES, 1.0)
    some = Scores({**values, "foreground_mse": math.nan})
    other = Scores({**values, "foreground_mse": 5.0})
    mean = Scores.mean([some, other])
    assert mean["foreground_mse"] == 5
    assert mean["mad"] == 1
    assert Scores.mean([some]).to_dict()["foreground_mse"] is None


def test_difference_keyer_keys_on_distance_of_colours():
    background = np.full((1, 4, 3), 100, dtype=np.uint8)
    source = background.copy()
    source[0, 1] = (138, 100, 100)  # .149 away
    source[0, 2] = (139, 100, 100)  # .153
    source[0, 3] = (78, 122, 78)  # .149 by three channels
    alpha, foreground, error = difference_keyer(source, background)
    assert alpha.tolist() == [[0, 0, 1, 0]]
    np.testing.assert_allclose(foreground, source / 255, atol=1e-6)
    assert error is None


def test_difference_keyer_on_the_composites(shared):
    results = evaluate(BASELINES["difference keyer"], EvaluationSet(shared / "eval/composites"))
    got = {name: results.mean(name)["mad"] for name in results.conditions}
    assert got == pytest.approx({"clean": 29.6, "drift": 67.5, "handheld": 147.5}, abs=0.1)


@pytest.mark.parametrize("training", [True, False])
def test_a_network_is_measured_as_it_is_in_memory(make_set, training):
    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2").train(training)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    pairs = EvaluationSet(make_set())
    sample = pairs.load("clean/a")
    alpha, foreground, error = network_predictor(network)(sample.source, sample.background)

    assert network.training is training
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    as_tensor = [
        torch.from_numpy(a.astype(np.float32) / 255).permute(2, 0, 1)[None]
        for a in (sample.source, sample.background)
    ]
    with torch.inference_mode():
        pha, fgr, err, _ = network.eval()(*as_tensor)
    np.testing.assert_allclose(alpha, pha[0, 0].numpy(), atol=1e-6)
    np.testing.assert_allclose(foreground, fgr[0].permute(1, 2, 0).numpy(), atol=1e-6)
    np.testing.assert_allclose(error, err[0, 0].numpy(), atol=1e-6)
