"""Where training starts: an encoder trained on photos, taken over without a change of function."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from bgmatting.errors import WeightsError
from bgmatting.model import MattingNetwork
from bgmatting.training.start.starting_point import load_encoder, settle_batch_norm


def test_settling_batch_norm_keeps_the_function() -> None:
    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2").eval()
    src, bgr = torch.rand(8, 3, 48, 48), torch.rand(8, 3, 48, 48)
    before = network.backbone(torch.cat([src, bgr], 1))
    settle_batch_norm(network, src, bgr)
    after = network.backbone(torch.cat([src, bgr], 1))
    for a, b in zip(before, after, strict=True):
        assert torch.allclose(a, b, atol=1e-3 * float(a.detach().abs().max()))
    norm = network.backbone.features[0][1]
    assert norm.running_mean.abs().sum() > 0


def test_an_encoder_for_three_channels_is_taken_over(tmp_path: Path) -> None:
    """On a plate of the mean colour the six-channel stem does what the three-channel one did."""
    network = MattingNetwork("mobilenetv2").eval()
    donor = MattingNetwork("mobilenetv2").backbone.state_dict()
    weight = torch.randn(32, 3, 3, 3)
    state = {**donor, "features.0.0.weight": weight, "classifier.1.bias": torch.zeros(3)}
    save_file({k: v.contiguous() for k, v in state.items()}, tmp_path / "encoder.safetensors")
    load_encoder(network, tmp_path / "encoder.safetensors")
    mean = torch.tensor((0.485, 0.456, 0.406)).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    std = torch.tensor((0.229, 0.224, 0.225)).view(1, 3, 1, 1)
    src = torch.rand(1, 3, 32, 32)
    stem, norm = network.backbone.features[0][0], network.backbone.features[0][1]
    ours = norm(stem(torch.cat([src, mean], 1)))
    theirs = torch.conv2d((src - mean) / std, weight, stride=2, padding=1) / (1 + norm.eps) ** 0.5
    inside = (..., slice(1, None), slice(1, None))  # the border's padding means another colour
    assert torch.allclose(ours[inside], theirs[inside], atol=1e-4)


def test_a_wrong_encoder_is_refused(tmp_path: Path) -> None:
    network = MattingNetwork("mobilenetv2")
    (tmp_path / "text.safetensors").write_text("no")
    with pytest.raises(WeightsError, match="cannot read"):
        load_encoder(network, tmp_path / "text.safetensors")
    save_file({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="no encoder for this backbone"):
        load_encoder(network, tmp_path / "other.safetensors")
