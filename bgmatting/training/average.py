"""A running average of the weights, and the batch-norm statistics that belong to it."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from ..model import MattingNetwork
from .capture import Pair


class WeightAverage:
    """Exponential moving average of a network's parameters.

    Args:
        network: what to follow; the average starts as its copy.
        decay: of a step, once enough steps are done to make a mean of.
    """

    def __init__(self, network: MattingNetwork, decay: float = 0.999) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    def restart(self, network: MattingNetwork) -> None:
        """Be a copy of the network once more."""
        self.network.load_state_dict(network.state_dict())

    @torch.no_grad()
    def update(self, network: MattingNetwork, step: int) -> None:
        """Take in the parameters after a step, and batch-norm statistics likewise.

        Statistics of the weights of one moment would not suit the average at all.
        """
        decay = min(self.decay, (1 + step) / (10 + step))
        mine: list[Tensor] = list(self.network.parameters())
        theirs: list[Tensor] = list(network.parameters())
        torch._foreach_lerp_(mine, theirs, 1 - decay)
        for own, other in zip(self.network.buffers(), network.buffers(), strict=True):
            if own.is_floating_point():
                own.lerp_(other, 1 - decay)
            else:
                own.copy_(other)


@torch.no_grad()
def reestimate_batch_norm(network: MattingNetwork, pairs: Iterable[Pair]) -> None:
    """Set each batch norm to the mean statistics it sees over `pairs`; dropout stays off.

    Averaged weights were never run, so the statistics that came along are of other weights.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a cumulative mean
        norm.train()
    for pair in pairs:
        network.raw(pair.src, pair.bgr, 1)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.eval()
