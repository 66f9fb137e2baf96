"""Networks with weights drawn from their entries' names, as the reference numbers were made."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from bgmatting.model import MattingNetwork

NetworkMaker = Callable[[str], MattingNetwork]


def draw(key: str, like: Tensor) -> Tensor:
    """The value of the entry `key`: the same wherever it is drawn."""
    shape = tuple(like.shape)
    generator = torch.Generator().manual_seed(zlib.crc32(key.encode()))
    if not like.is_floating_point():
        return torch.zeros_like(like)
    if key == "decoder.conv4.bias":
        return torch.full(shape, 0.4)
    if key.endswith(("running_mean", "bias")):
        return torch.randn(shape, generator=generator) * 0.1
    if key.endswith("running_var"):
        return torch.rand(shape, generator=generator) + 0.5
    if like.dim() == 1:
        return torch.rand(shape, generator=generator) * 0.4 + 0.8
    fan_in = shape[1] * shape[2] * shape[3]
    return torch.randn(shape, generator=generator) * (1 / fan_in) ** 0.5


@pytest.fixture(scope="session")
def drawn() -> Iterator[NetworkMaker]:
    """backbone -> the network with drawn weights, in eval mode; shared, so leave it as it is."""
    made: dict[str, MattingNetwork] = {}

    def make(backbone: str) -> MattingNetwork:
        if backbone not in made:
            network = MattingNetwork(backbone)
            state = {key: draw(key, value) for key, value in network.state_dict().items()}
            network.load_state_dict(state)
            made[backbone] = network.eval()
        return made[backbone]

    yield make
    made.clear()
