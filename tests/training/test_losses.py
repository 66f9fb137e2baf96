"""Losses on cases whose value is known by hand."""

from __future__ import annotations

from dataclasses import asdict

import pytest
import torch

from bgmatting.training.losses import (
    SETTINGS,
    clamp_through,
    losses,
    overshoot,
    pyramid_distance,
    sobel,
)
from bgmatting.training.synthesis.capture import Pair


def truth_of(pha: torch.Tensor) -> Pair:
    src = torch.full((len(pha), 3, *pha.shape[2:]), 0.5)
    return Pair(src, src, pha, src)


def test_perfect_output_costs_nothing() -> None:
    pha = (torch.rand(2, 1, 24, 24) > 0.5).float()
    raw = torch.cat([pha, torch.zeros(2, 3, 24, 24), torch.zeros(2, 1, 24, 24)], 1)
    assert losses(raw, truth_of(pha))["total"].item() == pytest.approx(0, abs=1e-6)


def test_values_beyond_the_range_cost_nothing_on_the_right_side() -> None:
    pha = torch.ones(1, 1, 16, 16)
    raw = torch.zeros(1, 5, 16, 16)
    raw[:, 0] = 3.0
    raw.requires_grad_()
    terms = losses(raw, truth_of(pha))
    assert terms["alpha"].item() == 0
    terms["alpha"].backward()
    assert raw.grad is not None
    assert raw.grad[:, 0].abs().max() == 0


@pytest.mark.parametrize(("sign", "expected"), [(1, [0, 1, 1]), (-1, [-1, -1, 0])])
def test_clamp_lets_the_gradient_through_unless_it_leads_further_out(
    sign: int, expected: list[float]
) -> None:
    x = torch.tensor([-2.0, 0.5, 3.0], requires_grad=True)
    y = clamp_through(x)
    assert y.tolist() == [0, 0.5, 1]
    (sign * y.sum()).backward()
    assert x.grad is not None
    assert x.grad.tolist() == expected


def test_no_loss_drives_values_out_of_range_for_ever() -> None:
    """A transparent pixel beside wrong ones is all right as it is, whatever its neighbours cost."""
    pha = torch.zeros(1, 1, 16, 16)
    raw = torch.full((1, 5, 16, 16), -0.5)
    raw[:, 0, :, 8:] = 0.9
    raw.requires_grad_()
    losses(raw, truth_of(pha))["total"].backward()
    assert raw.grad is not None
    assert (raw.grad[:, 0, :, :8] <= 0).all()  # descent moves none of them further down
    assert (raw.grad[:, 0, :, :8] < 0).any()


def test_overshoot_is_the_mean_distance_from_the_range() -> None:
    assert overshoot(torch.tensor([-2.0, 0.5, 1.0, 3.0])).item() == pytest.approx(1.0)


def test_alpha_wrong_everywhere_by_a_quarter() -> None:
    pha = torch.full((1, 1, 16, 16), 0.5)
    raw = torch.zeros(1, 5, 16, 16)
    raw[:, 0] = 0.75
    terms = losses(raw, truth_of(pha))
    assert terms["alpha"].item() == pytest.approx(0.25)
    assert terms["sobel"].item() == pytest.approx(0, abs=1e-6)
    assert terms["error"].item() == pytest.approx(0.25**2)
    assert terms["foreground"].item() == pytest.approx(0)


def test_foreground_counts_only_where_the_subject_shows() -> None:
    pha = torch.zeros(1, 1, 16, 16)
    pha[..., :8] = 1
    raw = torch.zeros(1, 5, 16, 16)
    raw[:, 0:1] = pha
    raw[:, 1:4] = 0.2
    terms = losses(raw, truth_of(pha))
    assert terms["foreground"].item() == pytest.approx(0.1)
    assert terms["foreground_area"].item() == pytest.approx(0.2)


def test_error_gets_no_gradient_into_alpha() -> None:
    raw = torch.rand(1, 5, 16, 16, requires_grad=True)
    losses(raw, truth_of(torch.zeros(1, 1, 16, 16)))["error"].backward()
    assert raw.grad is not None
    assert raw.grad[:, :4].abs().max() == 0
    assert raw.grad[:, 4].abs().max() > 0


def test_sobel_of_a_ramp_is_its_slope() -> None:
    ramp = torch.arange(16.0).expand(1, 1, 16, 16) / 32
    assert sobel(ramp)[..., 2:-2, 2:-2].mean().item() == pytest.approx(1 / 32, rel=1e-2)


def test_pyramid_is_zero_only_for_equals() -> None:
    a = torch.rand(1, 1, 33, 21)
    assert pyramid_distance(a, a).item() == 0
    assert pyramid_distance(a, a.roll(1, 2)).item() > 0


def test_every_term_is_weighted() -> None:
    terms = losses(torch.rand(1, 5, 16, 16), truth_of(torch.rand(1, 1, 16, 16)))
    weights = asdict(SETTINGS.weights)
    assert set(terms) == {*weights, "total"}
    total = sum(weights[name] * terms[name] for name in weights)
    assert terms["total"].item() == pytest.approx(total.item(), rel=1e-5)
