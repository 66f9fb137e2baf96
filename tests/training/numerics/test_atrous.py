"""Dilated convolutions as matrix products: the same function, forward and backward."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from bgmatting.model import MattingNetwork
from bgmatting.model.backbones import backbone_facts
from bgmatting.training.numerics.atrous import multiply_dilated

ROUNDING = 0.01  # relative; bfloat16 has 8 significant bits


def dilated(dilation: int) -> nn.Conv2d:
    return nn.Conv2d(7, 5, 3, padding=dilation, dilation=dilation, bias=False)


def results(conv: nn.Conv2d, x: Tensor, gradient: Tensor) -> list[Tensor]:
    """Output, and gradients of input and weight, under bfloat16 autocast."""
    x = x.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        y = conv(x)
    y.backward(gradient.to(y.dtype))
    assert x.grad is not None
    assert conv.weight.grad is not None
    return [y, x.grad, conv.weight.grad]


@settings(deadline=None, max_examples=40)
@given(
    height=st.integers(1, 21),
    width=st.integers(1, 21),
    dilation=st.integers(2, 9),
    last=st.booleans(),
)
def test_output_and_gradients_are_those_of_the_convolution(
    height: int, width: int, dilation: int, last: bool
) -> None:
    """Maps smaller than the kernel's reach, and either memory order, included."""
    torch.manual_seed(height * width)
    plain = dilated(dilation)
    fast = copy.deepcopy(plain)
    multiply_dilated(fast)
    order = torch.channels_last if last else torch.contiguous_format
    x = torch.randn(2, 7, height, width).to(memory_format=order)
    gradient = torch.randn(2, 5, height, width)
    # The reference in float32, on what bfloat16 rounding leaves of the operands.
    exact = copy.deepcopy(plain)
    with torch.no_grad():
        exact.weight.copy_(plain.weight.bfloat16())
    rounded = x.bfloat16().float().requires_grad_()
    y = exact(rounded)
    y.backward(gradient.bfloat16().float())
    wanted = [y, rounded.grad, exact.weight.grad]
    for found, reference in zip(results(fast, x, gradient), wanted, strict=True):
        assert found.shape == reference.shape
        assert (found.float() - reference).norm() <= ROUNDING * reference.norm()


@pytest.mark.parametrize(
    "backbone", ["mobilenetv2", pytest.param("resnet50", marks=pytest.mark.slow)]
)
def test_only_bfloat16_training_is_touched(backbone: str) -> None:
    network = MattingNetwork(backbone)
    fast = copy.deepcopy(network)
    multiply_dilated(fast)
    src, bgr = torch.rand(2, 3, 48, 64), torch.rand(2, 3, 48, 64)
    for training in (False, True):
        torch.manual_seed(0)  # dropout
        expected = network.train(training).raw(src, bgr)
        torch.manual_seed(0)
        assert torch.equal(fast.train(training).raw(src, bgr), expected)
    network.eval(), fast.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(network.raw(src, bgr), fast.raw(src, bgr))


def test_a_networks_gradients_stay_the_same() -> None:
    """Every parameter of a MobileNetV2 network's ASPP learns, and in the same direction."""
    torch.manual_seed(1)
    aspp = MattingNetwork("mobilenetv2").eval().aspp
    fast = copy.deepcopy(aspp)
    multiply_dilated(fast)
    fast.train()
    for module in fast.modules():
        if isinstance(module, nn.BatchNorm2d | nn.Dropout):  # these stay as in the other
            module.eval()
    features = torch.rand(2, backbone_facts("mobilenetv2").features, 8, 8)
    for each in (aspp, fast):
        with torch.autocast("cpu", torch.bfloat16):
            out = each(features)
        out.float().square().mean().backward()
    for a, b in zip(aspp.parameters(), fast.parameters(), strict=True):
        alike = (a.grad.double() * b.grad.double()).sum() / a.grad.double().norm()
        assert alike > 0.99 * b.grad.double().norm()


def test_a_copy_computes_with_its_own_weights() -> None:
    conv = dilated(3)
    multiply_dilated(conv)
    other = copy.deepcopy(conv)
    with torch.no_grad():
        other.weight.zero_()
    x = torch.rand(1, 7, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        assert other(x).abs().max() == 0
        assert conv(x).abs().max() > 0
