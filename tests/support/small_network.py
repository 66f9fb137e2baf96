"""A network so small that converting it takes seconds, of a backbone that only tests know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from bgmatting import MattingBase, register_backbone
from bgmatting.model import BACKBONES
from bgmatting.weights import catalogue

NAME = "small"


class SmallEncoder(nn.Module):
    """Five maps by strided convolutions."""

    FINE = ("stages.0",)
    FOLDS = True

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU())
            for width in (6, 8, 8, 8)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = [x]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        return maps


def small_network() -> MattingBase:
    """With weights whose alpha is anything from 0 to 1; always the same. `small` must be known."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = MattingBase(NAME, working_size=64).eval()
        for part in network.modules():
            if isinstance(part, nn.BatchNorm2d):
                nn.init.uniform_(part.running_mean, -0.2, 0.2)
                nn.init.uniform_(part.running_var, 0.5, 2)
        network.decoder.conv4.weight.data[:, -6:] *= 4  # what it sees, rather than what it makes
        network.decoder.conv4.bias.data[0] = 0.5
    return network


@pytest.fixture(scope="module")
def small() -> Iterator[str]:
    """The backbone's name, known while a module's tests run."""
    before = dict(BACKBONES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_TABLE", dict(catalogue._TABLE))
        register_backbone(NAME, SmallEncoder, 8, (8, 8, 8, 6), title="Small one", note="for tests")
        yield NAME
    BACKBONES.clear()
    BACKBONES.update(before)


@pytest.fixture(scope="module")
def small_weights(small: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of its weights."""
    folder = tmp_path_factory.mktemp("weights") / small
    small_network().save_pretrained(folder)
    return folder
