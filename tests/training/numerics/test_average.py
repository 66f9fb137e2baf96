"""The average of weights follows them, with batch-norm statistics of its own."""

from __future__ import annotations

import torch

from bgmatting.model import MattingNetwork
from bgmatting.training.numerics.average import WeightAverage, reestimate_batch_norm
from bgmatting.training.synthesis.capture import Pair


def random_pair(count: int = 4, side: int = 48) -> Pair:
    src, bgr = torch.rand(count, 3, side, side), torch.rand(count, 3, side, side)
    return Pair(src, bgr, torch.rand(count, 1, side, side), src)


def test_the_average_follows_and_its_statistics_are_its_own() -> None:
    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2")
    average = WeightAverage(network, decay=0.5)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    average.update(network, step=1000)
    first = next(average.network.parameters())
    assert torch.allclose(first + 0.5, next(network.parameters()))
    pairs = [random_pair(), random_pair()]
    seen = [torch.cat([p.src, p.bgr], 1) for p in pairs]
    reestimate_batch_norm(average.network, pairs)
    stem = average.network.backbone.features[0][0]
    expected = torch.stack([stem(x).mean((0, 2, 3)) for x in seen]).mean(0)
    mean = average.network.backbone.features[0][1].running_mean
    assert torch.allclose(mean, expected, atol=1e-4)
    assert not average.network.training


def test_statistics_are_of_all_pairs_together() -> None:
    """Also where batches differ from each other by more than what is in them."""
    network = MattingNetwork("mobilenetv2")
    dark, bright = (Pair(*(part * share for part in random_pair())) for share in (0.2, 1.0))
    reestimate_batch_norm(network, [dark, bright])
    x = torch.cat([torch.cat([p.src, p.bgr], 1) for p in (dark, bright)])
    seen = network.backbone.features[0][0](x)
    norm = network.backbone.features[0][1]
    assert torch.allclose(norm.running_var, seen.var((0, 2, 3), unbiased=False), rtol=1e-3)
