"""Batch norms in training: following the batches at first, then frozen.

Small batches of mattes make poor statistics: how much of a batch is subject shifts every channel.
From weights that work already, a network with frozen norms learns at once where one that follows
its batches unlearns. From nothing it needs them to get going.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Settings:
    """What a frozen norm may do to a channel; chosen by eye.

    Attributes:
        least_variance: of a channel, in its own units squared; smaller ones are raised to it.
        dead: variance below which a channel says nothing.
        most_gain: by how much a norm may multiply a channel whose variance was raised.
    """

    least_variance: float = 1e-2
    dead: float = 1e-5
    most_gain: float = 5.0


SETTINGS = Settings()


def freeze_norms(network: nn.Module) -> None:
    """Put every batch norm in eval mode, after `network.train()`: fixed statistics; affine part
    and all else go on training."""
    for norm in _norms(network):
        norm.eval()


@torch.no_grad()
def steady_norms(network: nn.Module, *, tame: bool = True) -> None:
    """Make frozen norms fit to train with: no channel that a small step could blow up.

    A channel that hardly ever varies is divided by next to nothing. Its variance is raised and its
    weight with it, which leaves the function as it is, but a step of the weight is no longer worth
    a hundred.

    Args:
        network: changed in place.
        tame: cut such channels' gains beyond `Settings.most_gain`, and silence dead ones: what a
            short training has left. False: the function stays as it is.
    """
    for norm in _norms(network):
        variance = norm.running_var
        if variance is None:  # a norm that keeps no statistics
            continue
        gain = norm.weight / (variance + norm.eps).sqrt()
        low = variance < SETTINGS.least_variance
        mended = gain
        if tame:
            most = SETTINGS.most_gain
            mended = torch.where(variance < SETTINGS.dead, 0.0, gain.clamp(-most, most))
        variance.clamp_(min=SETTINGS.least_variance)
        norm.weight.copy_(torch.where(low, mended * (variance + norm.eps).sqrt(), norm.weight))


@torch.no_grad()
def restore_statistics(network: nn.Module, good: nn.Module) -> None:
    """Replace statistics that are NaN or infinite, after a batch that went wrong, by another's."""
    for own, other in zip(network.buffers(), good.buffers(), strict=True):
        if own.is_floating_point():
            own.copy_(torch.where(own.isfinite(), own, other))


def still_dropout(network: nn.Module) -> None:
    """Switch dropout off: generated pairs never repeat, so there is nothing to overfit to."""
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
