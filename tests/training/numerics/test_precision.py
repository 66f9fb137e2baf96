"""Mixed precision: what is spared from it computes the same, in every copy."""

from __future__ import annotations

import copy

import torch

from bgmatting.model import MattingNetwork
from bgmatting.training.numerics.precision import spare_from_autocast


def test_without_autocast_nothing_changes() -> None:
    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2").eval()
    spared = copy.deepcopy(network)
    spare_from_autocast(spared)
    src, bgr = torch.rand(1, 3, 50, 70), torch.rand(1, 3, 50, 70)
    assert torch.equal(network.raw(src, bgr), spared.raw(src, bgr))


def test_the_first_layers_see_differences_below_one_step_of_eight_bits() -> None:
    """Bright source and plate that differ by less than bfloat16 tells apart."""
    network = MattingNetwork("mobilenetv2").eval()
    first = network.backbone.features[0]
    with torch.no_grad():
        first[0].weight[:, :3], first[0].weight[:, 3:] = -1, 1
    photo = torch.full((1, 3, 16, 16), 250 / 255)
    pair = torch.cat([photo, photo + 0.6 / 255], 1)
    with torch.autocast("cpu", torch.bfloat16):
        lost = first(pair)[..., 2:-2, 2:-2].float()
        spare_from_autocast(network)
        seen = first(pair)[..., 2:-2, 2:-2]
    assert seen.dtype == torch.bfloat16
    expected = torch.tensor(27 * 0.6 / 255)
    assert torch.allclose(seen.float(), expected, rtol=0.01)
    assert not torch.allclose(lost, expected, rtol=0.01)


def test_a_copy_computes_with_its_own_weights() -> None:
    network = MattingNetwork("mobilenetv2")
    spare_from_autocast(network)
    other = copy.deepcopy(network)
    with torch.no_grad():
        other.backbone.features[0][0].weight.zero_()
    x = torch.rand(1, 6, 16, 16)
    assert other.backbone.features[0][0](x).abs().max() == 0
    assert network.backbone.features[0][0](x).abs().max() > 0
