"""Sizes, channels, ranges and refusals of the network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.backbones import DEEPEST_SLOW

from bgmatting.errors import InputError
from bgmatting.model import BACKBONES, MattingNetwork

NetworkMaker = Callable[[str], MattingNetwork]


def pair(height: int, width: int, batch: int = 1, seed: int = 0) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, 3, height, width)
    return torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)


@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    batch=st.integers(1, 2),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25, deadline=None)
def test_any_size_comes_back_at_that_size_and_in_range(
    drawn: NetworkMaker, height: int, width: int, batch: int, seed: int
) -> None:
    with torch.no_grad():
        src, bgr = pair(height, width, batch, seed)
        pha, fgr, err, hid = drawn("mobilenetv2")(src, bgr)
    assert pha.shape == err.shape == (batch, 1, height, width)
    assert fgr.shape == (batch, 3, height, width)
    assert hid.shape == (batch, 32, height, width)
    for value in (pha, fgr, err):
        assert value.isfinite().all()
        assert 0 <= value.min() <= value.max() <= 1
    assert hid.isfinite().all()
    assert hid.min() >= 0


@pytest.mark.parametrize("backbone", DEEPEST_SLOW)
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (17, 3)])
def test_tiny_sizes(drawn: NetworkMaker, backbone: str, size: tuple[int, int]) -> None:
    with torch.no_grad():
        outputs = drawn(backbone)(*pair(*size))
    assert [tuple(value.shape[2:]) for value in outputs] == [size] * 4


@pytest.mark.parametrize("backbone", BACKBONES)
def test_matte_is_forward_without_hid(drawn: NetworkMaker, backbone: str) -> None:
    src, bgr = pair(37, 53, batch=2)
    with torch.no_grad():
        pha, fgr, err, _ = drawn(backbone)(src, bgr)
        matte = drawn(backbone).matte(src, bgr)
    for ours, expected in zip(matte, (pha, fgr, err), strict=True):
        torch.testing.assert_close(ours, expected, rtol=0, atol=1e-6)


def test_a_batch_is_its_samples_one_by_one(drawn: NetworkMaker) -> None:
    src, bgr = pair(33, 47, batch=3)
    with torch.no_grad():
        together = drawn("mobilenetv2")(src, bgr)
        apart = [drawn("mobilenetv2")(src[i : i + 1], bgr[i : i + 1]) for i in range(3)]
    for index, value in enumerate(together):
        torch.testing.assert_close(
            value, torch.cat([outputs[index] for outputs in apart]), rtol=0, atol=1e-5
        )


def test_source_and_background_are_not_interchangeable(drawn: NetworkMaker) -> None:
    src, bgr = pair(32, 32)
    with torch.no_grad():
        there, back = drawn("mobilenetv2")(src, bgr), drawn("mobilenetv2")(bgr, src)
    assert (there.pha - back.pha).abs().max() > 1e-3


def test_the_inputs_are_left_alone(drawn: NetworkMaker) -> None:
    src, bgr = pair(20, 20)
    before = src.clone(), bgr.clone()
    with torch.no_grad():
        drawn("mobilenetv2")(src, bgr)
    assert torch.equal(src, before[0])
    assert torch.equal(bgr, before[1])


def test_it_trains() -> None:
    """Every weight that alpha, foreground and error depend on gets a gradient."""
    network = MattingNetwork("mobilenetv2").train()
    src, bgr = pair(48, 48, batch=2)
    sum(value.square().mean() for value in network(src, bgr)).backward()
    without = [name for name, value in network.named_parameters() if value.grad is None]
    assert without == []


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_floating_types_work(dtype: torch.dtype) -> None:
    network = MattingNetwork("mobilenetv2").eval().to(dtype)
    src, bgr = (value.to(dtype) for value in pair(24, 24))
    with torch.no_grad():
        outputs = network(src, bgr)
    assert {value.dtype for value in outputs} == {dtype}


@pytest.mark.parametrize("name", ["resnet18", "", "ResNet50", None, 50, ["resnet50"]])
def test_an_unknown_backbone_lists_the_right_ones(name: object) -> None:
    with pytest.raises(InputError) as caught:
        MattingNetwork(name)  # type: ignore[arg-type]
    assert repr(name) in str(caught.value)
    for known in BACKBONES:
        assert known in str(caught.value)


def test_there_is_no_default_backbone() -> None:
    with pytest.raises(TypeError, match="backbone"):
        MattingNetwork()  # type: ignore[call-arg]


GOOD = torch.rand(1, 3, 8, 9)
BAD = {
    "other heights": (GOOD, torch.rand(1, 3, 7, 9), ["(1, 3, 8, 9)", "(1, 3, 7, 9)"]),
    "other batches": (GOOD, torch.rand(2, 3, 8, 9), ["(1, 3, 8, 9)", "(2, 3, 8, 9)"]),
    "alpha channel": (torch.rand(1, 4, 8, 9), GOOD, ["src", "(1, 4, 8, 9)"]),
    "grey": (GOOD, torch.rand(1, 1, 8, 9), ["bgr", "(1, 1, 8, 9)"]),
    "no batch": (torch.rand(3, 8, 9), torch.rand(3, 8, 9), ["src", "(3, 8, 9)"]),
    "channels last": (torch.rand(1, 8, 9, 3), GOOD, ["src", "(1, 8, 9, 3)"]),
    "bytes": (GOOD.byte(), GOOD.byte(), ["src", "torch.uint8", "255"]),
    "integers behind": (GOOD, GOOD.long(), ["bgr", "torch.int64"]),
    "complex": (GOOD + 0j, GOOD + 0j, ["src", "torch.complex64"]),
    "empty batch": (torch.rand(0, 3, 8, 9), torch.rand(0, 3, 8, 9), ["(0, 3, 8, 9)", "empty"]),
    "empty height": (torch.rand(1, 3, 0, 9), torch.rand(1, 3, 0, 9), ["(1, 3, 0, 9)", "empty"]),
    "array": (GOOD.numpy(), GOOD, ["src", "ndarray"]),
    "nothing": (GOOD, None, ["bgr", "NoneType"]),
    "other types": (GOOD, GOOD.double(), ["torch.float32", "torch.float64"]),
    "other devices": (GOOD, GOOD.to("meta"), ["cpu", "meta"]),
}


@pytest.mark.parametrize("method", ["forward", "matte", "raw"])
@pytest.mark.parametrize("case", BAD)
def test_inputs_that_do_not_fit_are_named(drawn: NetworkMaker, method: str, case: str) -> None:
    src, bgr, named = BAD[case]
    with pytest.raises(InputError) as caught:
        getattr(drawn("mobilenetv2"), method)(src, bgr)
    for words in named:
        assert words in str(caught.value)


def test_one_background_for_a_batch_is_told_how(drawn: NetworkMaker) -> None:
    src, bgr = torch.rand(2, 3, 32, 32), torch.rand(1, 3, 32, 32)
    network = drawn("mobilenetv2")
    with pytest.raises(InputError, match=r"batch of 2 but bgr one of 1.*bgr\.expand") as refused:
        network(src, bgr)
    assert "resize" not in str(refused.value)
    network(src, bgr.expand(len(src), -1, -1, -1))


def test_another_precision_than_the_weights(drawn: NetworkMaker) -> None:
    network = drawn("mobilenetv2")
    photos = torch.rand(2, 1, 3, 32, 32).half()
    with pytest.raises(InputError, match=r"float16 but the network's weights torch\.float32"):
        network(*photos)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        network(*photos.bfloat16())


def test_a_batch_of_one_does_not_train() -> None:
    network = MattingNetwork("mobilenetv2").train()
    photos = torch.rand(2, 1, 3, 32, 32)
    with pytest.raises(InputError, match=r"batch of 1 while .* training mode.*eval\(\)"):
        network(*photos)
    network.eval()(*photos)


@pytest.mark.parametrize("which", [0, 1])
def test_values_of_eight_bits_are_refused(drawn: NetworkMaker, which: int) -> None:
    photos = [torch.rand(1, 3, 33, 31), torch.rand(1, 3, 33, 31)]
    photos[which] = photos[which] * 255
    with pytest.raises(InputError, match=rf"{('src', 'bgr')[which]} has values up to 2\d\d.*255"):
        drawn("mobilenetv2")(*photos)


def test_what_sharpening_adds_is_let_through(drawn: NetworkMaker) -> None:
    drawn("mobilenetv2")(torch.full((1, 3, 32, 32), 1.2), torch.full((1, 3, 32, 32), -0.1))


def test_it_exports_with_any_size(drawn: NetworkMaker) -> None:
    network = drawn("mobilenetv2")
    photos = torch.rand(1, 3, 64, 96), torch.rand(1, 3, 64, 96)
    height, width = torch.export.Dim("height", min=32), torch.export.Dim("width", min=32)
    sizes = {2: height, 3: width}
    exported = torch.export.export(network, photos, dynamic_shapes=(sizes, sizes)).module()
    other = torch.rand(1, 3, 47, 81), torch.rand(1, 3, 47, 81)
    torch.testing.assert_close(exported(*other)[0], network(*other).pha)


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore::FutureWarning")
def test_it_traces(drawn: NetworkMaker) -> None:
    network = drawn("mobilenetv2")
    photos = torch.rand(1, 3, 64, 96), torch.rand(1, 3, 64, 96)
    traced = torch.jit.trace(network, photos)
    torch.testing.assert_close(traced(*photos)[0], network(*photos).pha)
