"""The network against what the published implementation computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from bgmatting.model import BACKBONES, MattingNetwork

NAMES = ("mobilenetv2", "resnet50", "resnet101")
TOLERANCE = 1e-5


def published_entries(reference: Path, backbone: str) -> dict[str, tuple[str, tuple[int, ...]]]:
    """key -> (dtype, shape) of the base network's entries in a published checkpoint."""
    entries = {}
    for line in (reference / f"{backbone}.keys.txt").read_text().splitlines():
        key, dtype, shape = line.split()
        if not key.startswith("refiner."):
            sizes = () if shape == "scalar" else map(int, shape.split("x"))
            entries[key] = (dtype, tuple(sizes))
    return entries


def test_the_backbones_are_the_published_ones() -> None:
    assert sorted(BACKBONES) == sorted(NAMES)


@pytest.mark.parametrize("backbone", NAMES)
def test_entries_are_the_published_ones(backbone: str, reference: Path) -> None:
    with torch.device("meta"):
        state = MattingNetwork(backbone).state_dict()
    ours = {
        key: (str(value.dtype).removeprefix("torch."), tuple(value.shape))
        for key, value in state.items()
    }
    assert ours == published_entries(reference, backbone)


@pytest.mark.parametrize("backbone", NAMES)
@pytest.mark.parametrize("size", ["even", "odd"])
def test_outputs_are_the_published_ones(
    backbone: str, size: str, reference: Path, drawn: Callable[[str], MattingNetwork]
) -> None:
    expected = load_file(reference / f"{backbone}.safetensors")
    with torch.no_grad():
        outputs = drawn(backbone)(expected[f"{size}.src"], expected[f"{size}.bgr"])
    assert outputs._fields == ("pha", "fgr", "err", "hid")
    for name, value in outputs._asdict().items():
        difference = (value - expected[f"{size}.{name}"]).abs().max()
        assert difference <= TOLERANCE, f"{name} differs by {difference:.2e}"


def test_the_tolerance_would_notice_a_wrong_dilation(
    reference: Path, drawn: Callable[[str], MattingNetwork]
) -> None:
    """The fixtures are sensitive enough: one layer changed moves every output far beyond 1e-5."""
    expected = load_file(reference / "mobilenetv2.safetensors")
    convolution = drawn("mobilenetv2").backbone.features[17].conv[1][0]
    convolution.dilation = convolution.padding = (1, 1)
    try:
        with torch.no_grad():
            outputs = drawn("mobilenetv2")(expected["even.src"], expected["even.bgr"])
    finally:
        convolution.dilation = convolution.padding = (2, 2)
    for name, value in outputs._asdict().items():
        assert (value - expected[f"even.{name}"]).abs().max() > 100 * TOLERANCE
