"""Folding changes the cost of the network, not what it computes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from bgmatting.model import BACKBONES, MattingNetwork, fold_batch_norm

NetworkMaker = Callable[[str], MattingNetwork]


@pytest.mark.parametrize("backbone", BACKBONES)
def test_folding_changes_nothing_beyond_rounding(drawn: NetworkMaker, backbone: str) -> None:
    network = drawn(backbone)
    folded = fold_batch_norm(network)
    generator = torch.Generator().manual_seed(1)
    src, bgr = (torch.rand(2, 3, 45, 67, generator=generator) for _ in range(2))
    with torch.no_grad():
        for ours, expected in zip(folded(src, bgr), network(src, bgr), strict=True):
            torch.testing.assert_close(ours, expected, rtol=0, atol=2e-5)
        torch.testing.assert_close(folded.raw(src, bgr), network.raw(src, bgr), rtol=0, atol=2e-5)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_no_batch_norm_is_left(drawn: NetworkMaker, backbone: str) -> None:
    folded = fold_batch_norm(drawn(backbone))
    assert not [name for name, part in folded.named_modules() if isinstance(part, nn.BatchNorm2d)]
    assert not folded.training


def test_the_argument_is_left_alone() -> None:
    network = MattingNetwork("mobilenetv2").train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    fold_batch_norm(network)
    after = network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[key], value) for key, value in before.items())
    assert network.training
    assert any(isinstance(part, nn.BatchNorm2d) for part in network.modules())
