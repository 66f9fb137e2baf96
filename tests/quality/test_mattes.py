"""Shipped weights matte the composites no worse than they did."""

from __future__ import annotations

import pytest
import torch
from quality import mattes
from quality.figures import check, stored, worse

from bgmatting import Matter
from bgmatting.weights.matting_base import MattingBase

HANDHELD = ("handheld/spectacles", "handheld/strands")


def test_mobilenetv2(measured):
    check("mobilenetv2", mattes.figures(measured))


@pytest.mark.parametrize("backbone", mattes.RESNETS)
def test_resnets_on_few_composites(backbone):
    results = mattes.measure(mattes.shipped(backbone), mattes.composites(mattes.FEW), None)
    check(f"{backbone}-few", mattes.figures(results))


@pytest.mark.slow
@pytest.mark.parametrize("backbone", mattes.RESNETS)
def test_resnets_on_all_composites(backbone):
    check(backbone, mattes.figures(mattes.measure(mattes.shipped(backbone), mattes.composites())))


@pytest.mark.slow
def test_without_alignment_the_gate_fails(mobilenetv2):
    results = mattes.measure(mobilenetv2, mattes.composites(HANDHELD), align=False)
    told = worse("mobilenetv2", mattes.figures(results), handheld())
    assert len(told) >= 2 * len(mattes.MEASURES) - 1  # of both, nearly everything


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.03, 0.1])
def test_with_noise_in_the_weights_the_gate_fails(noise):
    mattes.shipped("mobilenetv2")
    network = MattingBase.from_pretrained(mattes.WEIGHTS / "mobilenetv2")
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in network.parameters():
            if weights.ndim == 4:  # of convolutions
                weights += noise * weights.std() * torch.randn(weights.shape, generator=generator)
    matter = Matter(network, device="cpu", dtype="float32")
    results = mattes.measure(matter, mattes.composites(HANDHELD))
    assert worse("mobilenetv2", mattes.figures(results), handheld())


def handheld():
    return {name: stored("mobilenetv2")[name] for name in HANDHELD}
