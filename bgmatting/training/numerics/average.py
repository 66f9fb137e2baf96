"""A running average of the weights, and the batch-norm statistics that belong to it."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from ...model import MattingNetwork
from ..synthesis.capture import Pair


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
        buffers = list(zip(self.network.buffers(), network.buffers(), strict=True))
        floating = [pair for pair in buffers if pair[0].is_floating_point()]
        torch._foreach_lerp_([a for a, _ in floating], [b for _, b in floating], 1 - decay)
        for own, other in buffers:
            if not own.is_floating_point():
                own.copy_(other)


@torch.no_grad()
def reestimate_batch_norm(network: MattingNetwork, pairs: Iterable[Pair]) -> None:
    """Set each batch norm to the statistics of all that it sees over `pairs`; dropout stays off.

    Averaged weights were never run, so the statistics that came along are of other weights. The
    variance is that of all pairs together: batches differ by more than chance, as how much of each
    is subject shifts every channel.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    seen: dict[nn.Module, list[tuple[Tensor, Tensor]]] = {norm: [] for norm in norms}

    def take_in(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].float()  # B, C, H, W
        seen[norm].append((x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)))

    network.eval()
    handles = [norm.register_forward_pre_hook(take_in) for norm in norms]
    for norm in norms:
        norm.train()
    try:
        for pair in pairs:
            network.raw(pair.src, pair.bgr, 1)
    finally:
        network.eval()
        for handle in handles:
            handle.remove()
    for norm in norms:
        if norm.running_mean is None or norm.running_var is None:  # it keeps no statistics
            continue
        means, variances = (torch.stack(part) for part in zip(*seen[norm], strict=True))  # n, C
        norm.running_mean.copy_(means.mean(0))
        norm.running_var.copy_(variances.mean(0) + means.var(0, unbiased=False))
