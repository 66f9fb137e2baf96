"""Frozen batch norms: the same function, safe to train, and never left half frozen."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from bgmatting.model import MattingNetwork
from bgmatting.training.config import TrainingConfig
from bgmatting.training.numerics.norms import (
    SETTINGS,
    freeze_norms,
    restore_statistics,
    steady_norms,
)


def test_steadying_keeps_ordinary_and_quiet_channels_as_they_are() -> None:
    norm = nn.BatchNorm2d(4).eval()
    norm.running_mean.copy_(torch.tensor([0.5, -1.0, 0.2, 0.3]))
    norm.running_var.copy_(torch.tensor([2.0, 4e-3, 4e-3, 0.0]))
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.5, 0.1, 9.0, 0.4]))
        norm.bias.copy_(torch.tensor([0.1, 0.2, 0.3, 0.4]))
    x = torch.randn(2, 4, 5, 5)
    before = norm(x)
    steady_norms(norm)
    after = norm(x)
    assert torch.allclose(before[:, :2], after[:, :2], atol=1e-5)
    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
    assert torch.isclose(gain[2], torch.tensor(SETTINGS.most_gain))  # was beyond it
    assert torch.allclose(after[:, 3], torch.tensor(0.4))  # dead: only its bias is left
    assert norm.running_var.min() > 1e-3


def test_untamed_every_channel_stays_as_it_is() -> None:
    """Weights that a run starts from may hold quiet channels of large gain that are meant."""
    norm = nn.BatchNorm2d(3).eval()
    norm.running_var.copy_(torch.tensor([2.0, 1e-3, 1e-6]))
    x = torch.randn(2, 3, 5, 5) * norm.running_var.sqrt().view(1, 3, 1, 1)
    before = norm(x)
    steady_norms(norm, tame=False)
    assert torch.allclose(before, norm(x), atol=1e-4)
    assert norm.running_var.min() > 1e-3


def test_statistics_that_are_nan_or_infinite_are_replaced() -> None:
    good, spoilt = nn.BatchNorm2d(2), nn.BatchNorm2d(2)
    spoilt(torch.tensor([1.0, torch.inf]).view(1, 2, 1, 1).expand(2, 2, 3, 3))
    kept = spoilt.running_mean[0].clone()
    restore_statistics(spoilt, good)
    assert torch.equal(spoilt.running_mean, torch.stack([kept, good.running_mean[1]]))
    assert spoilt.running_var.isfinite().all()


def test_frozen_norms_keep_their_statistics_and_train_the_rest() -> None:
    network = MattingNetwork("mobilenetv2").train()
    freeze_norms(network)
    statistics = {k: v.clone() for k, v in network.state_dict().items() if "running" in k}
    network.raw(torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32), 5).sum().backward()
    for name, value in statistics.items():
        assert torch.equal(network.state_dict()[name], value), name
    assert network.decoder.bn1.weight.grad.abs().sum() > 0
    assert network.decoder.conv4.training


def test_by_default_only_a_run_from_weights_freezes_at_once() -> None:
    assert TrainingConfig("mobilenetv2", Path("run"), start="mobilenetv2").follow_norms == 0
    assert TrainingConfig("mobilenetv2", Path("run")).follow_norms > 0
    assert TrainingConfig("mobilenetv2", Path("run"), norms=0.7).follow_norms == 0.7
