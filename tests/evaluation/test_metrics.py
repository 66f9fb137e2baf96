from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bgmatting.errors import InputError
from bgmatting.evaluation import metrics

SYMMETRIC = [
    metrics.mad,
    metrics.mse,
    metrics.sad,
    metrics.gradient_error,
    metrics.connectivity_error,
]

alphas = arrays(np.float32, (12, 15), elements=st.integers(0, 255).map(lambda v: v / 255))


def zeros(height: int = 24, width: int = 24) -> np.ndarray:
    return np.zeros((height, width), dtype=np.float32)


def test_mad_and_mse_of_a_constant_difference():
    assert metrics.mad(zeros() + 0.25, zeros()) == pytest.approx(250)
    assert metrics.mse(zeros() + 0.25, zeros()) == pytest.approx(62.5)


def test_mad_and_mse_are_means_over_all_pixels():
    pred = zeros(4, 5)
    pred[1, 2] = 1
    pred[3, 0] = 0.5
    assert metrics.mad(pred, zeros(4, 5)) == pytest.approx(1e3 * 1.5 / 20)
    assert metrics.mse(pred, zeros(4, 5)) == pytest.approx(1e3 * 1.25 / 20)


def test_gradient_of_a_dot_is_the_filters_themselves():
    # Each filter has L2 norm 1, so the two responses to a dot have squares that add up to 2.
    dot = zeros()
    dot[12, 12] = 1
    assert metrics.gradient_error(dot, zeros()) == pytest.approx(2 / 1e3, rel=1e-5)


def test_gradient_of_a_dot_reaches_four_pixels():
    dot = zeros()
    dot[12, 12] = 1
    square = np.zeros(dot.shape, dtype=bool)
    square[8:17, 8:17] = True
    assert metrics.gradient_error(dot, zeros(), square) == pytest.approx(2 / 1e3, rel=1e-5)
    assert metrics.gradient_error(dot, zeros(), ~square) == 0


@pytest.mark.parametrize("slopes", [(0.02, 0), (0, 0.02), (0.012, 0.016)])
def test_gradient_of_a_ramp(slopes):
    # A ramp of slope s answers each filter with s * sum(x^2 g) / |x g| * sum(g) / |g|; slopes of
    # one length (here .02) give one magnitude whatever their direction.
    x = np.arange(-4, 5)
    g = np.exp(-(x**2) / (2 * 1.4**2))
    expected = 0.02 * (x * x * g).sum() / math.sqrt((x * x * g * g).sum())
    expected *= g.sum() / math.sqrt((g * g).sum())
    down, right = np.mgrid[:24, :24]
    ramp = (slopes[0] * down + slopes[1] * right).astype(np.float32)
    middle = np.zeros(ramp.shape, dtype=bool)
    middle[12, 12] = True
    got = metrics.gradient_error(ramp, zeros(), middle)
    assert got == pytest.approx(expected**2 / 1e3, rel=1e-4)


def test_gradient_sees_no_edge_at_the_border():
    assert metrics.gradient_error(zeros() + 1, zeros()) == pytest.approx(0, abs=1e-4)


def body_and_island() -> np.ndarray:
    alpha = zeros()
    alpha[4:10, 4:10] = 1
    alpha[18, 18] = 1
    return alpha


def test_an_island_lost_counts_as_one_pixel():
    # In neither matte is the island part of the largest component, so its level is 0: its degree
    # is 0 where alpha is 1, and 1 where alpha is 0.
    alpha = body_and_island()
    without = alpha.copy()
    without[18, 18] = 0
    assert metrics.connectivity_error(without, alpha) == pytest.approx(1 / 1e3)
    assert metrics.connectivity_error(alpha, alpha) == 0


@pytest.mark.parametrize(
    ("level", "expected"),
    # All connected up to the last threshold not above `level`; the truth, 1, exceeds that by
    # 1 - threshold, which counts from .15 on. The prediction's own excess is below .15.
    [(0.95, 0), (0.9, 0), (0.8, 0.2), (0.5, 0.5), (0.55, 0.5), (0.05, 1)],
)
def test_connectivity_of_a_faint_matte(level, expected):
    got = metrics.connectivity_error(zeros(10, 10) + np.float32(level), zeros(10, 10) + 1)
    assert got == pytest.approx(100 * expected / 1e3, abs=1e-7)


def test_diagonal_neighbours_are_not_connected():
    pred, true = zeros(10, 10), zeros(10, 10)
    true[2:5, 2:5] = 1
    true[5, 5] = 1  # touches the square by a corner only
    pred[2:5, 2:5] = 1
    assert metrics.connectivity_error(pred, true) == pytest.approx(1 / 1e3)
    true[5, 4] = 1  # now by an edge, so that it is connected in the prediction it is missing from
    pred[5, 4] = 1
    pred[5, 5] = 0.5
    # Level .5 in both: the truth's excess is .5.
    assert metrics.connectivity_error(pred, true) == pytest.approx(0.5 / 1e3)


def test_a_bridge_that_fades_disconnects_what_lies_behind():
    true = zeros(9, 21)
    true[:, :12] = 1
    true[4, 12:15] = 1  # bridge, 3 pixels
    true[3:6, 15:18] = 1  # 9 pixels behind it
    pred = true.copy()
    pred[4, 12:15] = 0.4
    # Bridge: level .4, the truth's degree .4, the prediction's 1. Behind: level .4 in both, degree
    # .4 in both.
    assert metrics.connectivity_error(pred, true) == pytest.approx(3 * 0.6 / 1e3, rel=1e-5)


def test_foreground_counts_only_where_there_is_some():
    true, pred, alpha = np.zeros((4, 5, 3)), np.ones((4, 5, 3)), zeros(4, 5)
    alpha[0, 0], alpha[1, 1] = 1, 1 / 255
    pred[0, 0] = (0.5, 0, 0)
    pred[1, 1] = (0, 0.1, 0)
    got = metrics.foreground_mse(pred, true, alpha)
    assert got == pytest.approx(1e3 * (0.25 + 0.01) / 6)


def test_foreground_counts_only_in_the_region():
    true, pred, alpha = np.zeros((4, 5, 3)), np.zeros((4, 5, 3)), zeros(4, 5)
    alpha[0] = 1
    pred[0, :2] = 0.5
    region = np.zeros(alpha.shape, dtype=bool)
    region[:, 1:4] = True  # three pixels with foreground, the first of them wrong
    got = metrics.foreground_mse(pred, true, alpha, region)
    assert got == pytest.approx(1e3 * 0.25 / 3)


def test_foreground_of_nothing_is_not_measured():
    assert math.isnan(metrics.foreground_mse(np.ones((4, 5, 3)), np.zeros((4, 5, 3)), zeros(4, 5)))


@pytest.mark.parametrize(
    ("metric", "all_over", "inside"),
    [
        (metrics.mad, 1e3 * 1.75 / 24, 1e3 * 0.75 / 4),
        (metrics.mse, 1e3 * 1.3125 / 24, 1e3 * 0.3125 / 4),
        (metrics.sad, 1.75 / 1e3, 0.75 / 1e3),
    ],
)
def test_means_and_sums_look_at_the_region_only(metric, all_over, inside):
    pred, true = zeros(4, 6), zeros(4, 6)
    pred[0, 0] = 1  # outside
    pred[1, 2], true[1, 3] = 0.5, 0.25  # inside, one too much and one too little
    region = np.zeros(true.shape, dtype=bool)
    region[1, 1:5] = True
    assert metric(pred, true) == pytest.approx(all_over)
    assert metric(pred, true, region) == pytest.approx(inside)


def test_connectivity_counts_inside_the_region_what_is_connected_outside():
    alpha = body_and_island()
    without = alpha.copy()
    without[18, 18] = 0
    island = np.zeros(alpha.shape, dtype=bool)
    island[18, 18] = True
    # The body lies outside the region, and is the largest component all the same.
    assert metrics.connectivity_error(without, alpha, island) == pytest.approx(1 / 1e3)
    assert metrics.connectivity_error(without, alpha, ~island) == 0


def test_a_mean_over_nothing_is_not_measured_and_a_sum_is_nothing():
    nowhere = np.zeros((4, 5), dtype=bool)
    one, other = zeros(4, 5) + 1, zeros(4, 5)
    assert math.isnan(metrics.mad(one, other, nowhere))
    assert math.isnan(metrics.mse(one, other, nowhere))
    assert metrics.sad(one, other, nowhere) == 0


def test_the_share_of_a_region_is_per_cent():
    region = np.zeros((4, 5), dtype=bool)
    region[1, 1:4] = True
    assert metrics.share(region) == pytest.approx(15)


@settings(max_examples=30, deadline=None)
@given(alphas, alphas)
def test_errors_are_symmetric_and_not_negative(a, b):
    for metric in SYMMETRIC:
        assert metric(a, a) == 0
        assert metric(a, b) == pytest.approx(metric(b, a), rel=1e-5, abs=1e-9)
        assert metric(a, b) >= 0


@settings(max_examples=30, deadline=None)
@given(alphas, alphas)
def test_errors_do_not_depend_on_orientation(a, b):
    for metric in (metrics.mad, metrics.mse, metrics.gradient_error):
        turned = metric(np.rot90(a), np.rot90(b))
        assert turned == pytest.approx(metric(a, b), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("metric", [*SYMMETRIC, metrics.sad])
@pytest.mark.parametrize(
    ("pred", "true", "said"),
    [
        (zeros(4, 5), zeros(5, 4), r"\(4, 5\) and \(5, 4\)"),
        (np.zeros((4, 5, 1)), np.zeros((4, 5, 1)), r"\(H, W\)"),
        (zeros(0, 5), zeros(0, 5), r"\(0, 5\)"),
        (np.zeros((4, 5), np.uint8), zeros(4, 5), "uint8"),
        (np.full((4, 5), np.nan), zeros(4, 5), "NaN"),
    ],
)
def test_what_is_no_pair_of_alphas_is_refused(metric, pred, true, said):
    with pytest.raises(InputError, match=said):
        metric(pred, true)


def test_what_is_no_pair_of_foregrounds_is_refused():
    with pytest.raises(InputError, match=r"\(H, W, 3\)"):
        metrics.foreground_mse(zeros(4, 5), zeros(4, 5), zeros(4, 5))
    with pytest.raises(InputError, match=r"\(5, 4\)"):
        metrics.foreground_mse(np.zeros((4, 5, 3)), np.zeros((4, 5, 3)), zeros(5, 4))


@pytest.mark.parametrize("metric", SYMMETRIC)
def test_what_is_no_region_is_refused(metric):
    with pytest.raises(InputError, match="bool"):
        metric(zeros(4, 5), zeros(4, 5), np.ones((4, 5), np.uint8))
    with pytest.raises(InputError, match=r"\(5, 4\)"):
        metric(zeros(4, 5), zeros(4, 5), np.ones((5, 4), bool))


def test_dtssd_sees_what_flickers_and_not_what_is_off():
    rng = np.random.default_rng(0)
    true = rng.uniform(0, 0.8, (2, 20, 30))
    assert metrics.dtssd(true[0] + 0.1, true[1] + 0.1, *true) == pytest.approx(0, abs=1e-4)
    assert metrics.dtssd(true[0], true[1] + 0.02, *true) == pytest.approx(2)
    with pytest.raises(InputError):
        metrics.dtssd(true[0], true[1, :10], *true)
