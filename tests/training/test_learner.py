"""One step: it learns, and what is NaN or infinite in it is not learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bgmatting.errors import TrainingError
from bgmatting.model import MattingNetwork
from bgmatting.training import learner
from bgmatting.training.config import TrainingConfig
from bgmatting.training.learner import Learner
from bgmatting.training.losses import losses
from bgmatting.training.processes import accelerator
from bgmatting.training.start.starting_point import starting_point
from bgmatting.training.synthesis.capture import Pair


@pytest.fixture
def fresh(tmp_path: Path, config_in: Callable[..., TrainingConfig]) -> Learner:
    """A learner from nothing."""
    torch.manual_seed(0)
    config = config_in(tmp_path)
    return Learner(config, accelerator(config), starting_point(config))


@pytest.fixture
def pair() -> Pair:
    """A square before noise, four times."""
    generator = torch.Generator().manual_seed(0)
    pha = torch.zeros(4, 1, 48, 48)
    pha[:, :, 12:36, 12:36] = 1
    bgr = torch.rand(4, 3, 48, 48, generator=generator) * 0.3
    src = bgr * (1 - pha) + 0.9 * pha
    return Pair(src, bgr, pha, src)


def not_a_number(raw: torch.Tensor, off: object, pair: Pair) -> dict[str, torch.Tensor]:
    return {"total": raw.mean() * torch.nan, "alpha": raw.mean().detach()}


def test_it_learns_one_batch(pair: Pair) -> None:
    """A few steps on one batch bring its loss down by far: gradients reach what they should."""
    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2").train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    totals = []
    for _ in range(12):
        terms = losses(network.raw(pair.src, pair.bgr, 5), pair)
        optimizer.zero_grad()
        terms["total"].backward()
        optimizer.step()
        totals.append(terms["total"].item())
    assert totals[-1] < 0.6 * totals[0]


def test_a_step_changes_the_weights_and_the_average_follows(fresh: Learner, pair: Pair) -> None:
    name = "decoder.conv4.weight"
    before = fresh.network.get_parameter(name).clone()
    terms = fresh.learn(pair, 1e-3, step=0)
    after, average = (n.get_parameter(name) for n in (fresh.network, fresh.average.network))
    assert terms["total"] > 0
    assert not torch.equal(before, after)
    # After one step there is little to average yet: nine tenths of it count.
    assert torch.allclose(average, before + 0.9 * (after - before), atol=1e-6)


def test_gradients_that_stay_nan_end_the_run_with_its_weights_whole(
    fresh: Learner, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learner, "objective", not_a_number)
    monkeypatch.setattr(learner, "SETTINGS", replace(learner.SETTINGS, hopeless=3))
    before = fresh.network.state_dict()["decoder.conv4.weight"].clone()
    fresh.learn(pair, 1e-3, step=0)
    fresh.learn(pair, 1e-3, step=1)
    with pytest.raises(TrainingError, match=r"3 steps in a row are NaN .* at step 2; .*--rate"):
        fresh.learn(pair, 1e-3, step=2)
    assert torch.equal(fresh.network.state_dict()["decoder.conv4.weight"], before)


def test_a_step_that_is_right_again_starts_the_count_anew(
    fresh: Learner, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = learner.objective
    monkeypatch.setattr(learner, "SETTINGS", replace(learner.SETTINGS, hopeless=2))
    for step, wrong in enumerate((True, False, True)):
        monkeypatch.setattr(learner, "objective", not_a_number if wrong else right)
        fresh.learn(pair, 1e-3, step)


def test_a_batch_that_goes_wrong_leaves_no_statistics_behind(
    fresh: Learner, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    norm = fresh.network.backbone.features[0][1]

    def wrong(raw: torch.Tensor, off: None, pair: Pair) -> dict[str, torch.Tensor]:
        norm.running_mean.data[0] = torch.nan  # as a batch with such activations leaves it
        return not_a_number(raw, off, pair)

    monkeypatch.setattr(learner, "objective", wrong)
    fresh.learn(pair, 1e-3, step=1)
    assert norm.running_mean.isfinite().all()
    assert all(buffer.isfinite().all() for buffer in fresh.average.network.buffers())


def test_frozen_norms_stay_as_they_are(fresh: Learner, pair: Pair) -> None:
    fresh.learn(pair, 1e-3, step=0)
    fresh.freeze_norms(lambda: [pair])
    fixed = {k: v.clone() for k, v in fresh.network.state_dict().items() if "running" in k}
    for name, value in fixed.items():
        assert torch.equal(fresh.average.network.state_dict()[name], value), name
    fresh.learn(pair, 1e-3, step=1)
    for name, value in fixed.items():
        assert torch.equal(fresh.network.state_dict()[name], value), name
