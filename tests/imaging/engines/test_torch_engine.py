from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from bgmatting.errors import InputError, OutOfMemoryError
from bgmatting.imaging.engines import device as device_module
from bgmatting.imaging.engines.device import resolve_device, resolve_dtype
from bgmatting.imaging.engines.torch_engine import TorchEngine
from bgmatting.model import MattingNetwork, fold_batch_norm, lower_precision


class TestDevice:
    def test_auto(self, monkeypatch):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        assert resolve_device("auto").type == "cpu"
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
        assert resolve_device("auto").type == "mps"
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        assert resolve_device("auto").type == "cuda"

    @pytest.mark.parametrize("device", ["cuda", "cuda:0", "mps"])
    def test_not_there(self, monkeypatch, device):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        with pytest.raises(InputError, match=r"is not there .*choose \"auto\" or \"cpu\""):
            resolve_device(device)

    def test_too_few(self, monkeypatch):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
        assert resolve_device("cuda:1").index == 1
        with pytest.raises(InputError, match="has 2 of them"):
            resolve_device("cuda:2")

    @pytest.mark.parametrize("device", ["gpu", "", "cpu:x", "meta", None])
    def test_unknown(self, device):
        with pytest.raises(InputError, match="choose one of auto, cpu, cuda, mps"):
            resolve_device(device)


class TestDtype:
    def test_auto(self, monkeypatch):
        cpu = torch.device("cpu")
        monkeypatch.setattr(device_module, "cpu_has_bfloat16", lambda: True)
        assert resolve_dtype("auto", cpu) == torch.bfloat16
        monkeypatch.setattr(device_module, "cpu_has_bfloat16", lambda: False)
        assert resolve_dtype("auto", cpu) == torch.float32
        assert resolve_dtype("auto", torch.device("mps")) == torch.float32
        assert resolve_dtype("auto", torch.device("cuda")) == torch.float16

    @pytest.mark.parametrize("dtype", ["bfloat16", torch.bfloat16])
    def test_by_name(self, dtype):
        assert resolve_dtype(dtype, torch.device("cpu")) == torch.bfloat16

    @pytest.mark.parametrize("dtype", ["half", torch.int8, None, 16])
    def test_unknown(self, dtype):
        with pytest.raises(InputError, match="auto or one of float32, float16, bfloat16"):
            resolve_dtype(dtype, torch.device("cpu"))

    def test_this_machine_can_be_asked(self):
        assert device_module.cpu_has_bfloat16() in (True, False)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2").eval()
    # Statistics as training leaves them: neither 0 nor 1.
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2)
    network.decoder.conv4.weight.data[0] *= 3
    network.decoder.conv4.bias.data[0] = 0.5
    return network


@pytest.fixture(scope="module")
def pair():
    rng = np.random.default_rng(1)
    photos = rng.integers(0, 256, (2, 6, 8, 3)).astype(np.float32).repeat(13, 1).repeat(13, 2)
    return tuple((photos + rng.normal(0, 3, photos.shape)).clip(0, 255).astype(np.uint8))


def test_engine_gives_what_the_plain_network_gives(network, pair):
    alpha, residual, error = TorchEngine(network, "cpu", "float32")(*pair)
    src, bgr = (torch.from_numpy(photo).permute(2, 0, 1)[None] / 255 for photo in pair)
    with torch.inference_mode():
        pha, fgr, err, _ = network(src, bgr)
    assert alpha.shape == error.shape == pair[0].shape[:2]
    assert residual.shape == pair[0].shape
    assert np.abs(alpha - pha[0, 0].numpy()).max() < 1e-4
    assert np.abs(residual - (fgr - src)[0].permute(1, 2, 0).numpy()).max() < 1e-4
    assert np.abs(error - err[0, 0].numpy()).max() < 1e-4
    assert alpha.std() > 0.05  # there is something to compare


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_low_precision_keeps_the_matte(network, pair, dtype):
    exact, _, _ = TorchEngine(network, "cpu", "float32")(*pair)
    alpha, residual, _ = TorchEngine(network, "cpu", dtype)(*pair)
    assert alpha.dtype == residual.dtype == np.float32
    assert np.abs(alpha - exact).max() <= 2 / 255


@pytest.mark.parametrize("backbone", ["mobilenetv2", "resnet50"])
def test_source_and_background_are_compared_in_full_precision(backbone):
    """In bfloat16, 200 and 201 of 255 may be one number: the first layers must not round."""
    torch.manual_seed(0)
    network = fold_batch_norm(MattingNetwork(backbone))
    lower = copy.deepcopy(network)
    lower_precision(lower, torch.bfloat16)
    x = torch.rand(1, 6, 64, 64)
    with torch.inference_mode():
        expected, got = network.backbone(x), lower.backbone(x)
        assert lower.raw(x[:, :3], x[:, 3:], 5).dtype == torch.bfloat16
    assert [values.dtype for values in got] == [torch.float32] * 3 + [torch.bfloat16] * 2
    for a, b in zip(expected[:3], got, strict=False):
        assert torch.equal(a, b)


def test_network_is_copied(network, pair):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    TorchEngine(network, "cpu", "bfloat16")(*pair)
    after = network.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_weights_in_half_are_folded_in_single(network, pair):
    half = copy.deepcopy(network).half()
    a = TorchEngine(half, "cpu", "float32")(*pair)[0]
    b = TorchEngine(half.float(), "cpu", "float32")(*pair)[0]
    assert np.abs(a - b).max() < 1e-5


def test_read_only_photos(network, pair):
    photos = [photo.copy() for photo in pair]
    for photo in photos:
        photo.setflags(write=False)
    TorchEngine(network, "cpu", "float32")(*photos)


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("can't allocate memory: 9 bytes")],
)
def test_out_of_memory_is_a_plain_sentence(network, pair, monkeypatch, error):
    engine = TorchEngine(network, "cpu", "float32")

    def fail(*_):
        raise error

    monkeypatch.setattr(engine._network, "raw", fail)
    with pytest.raises(
        OutOfMemoryError, match="not enough memory on cpu to run the network on 104 x"
    ):
        engine(*pair)
    with pytest.raises(MemoryError):
        engine(*pair)


def test_other_failures_are_not_hidden(network, pair, monkeypatch):
    engine = TorchEngine(network, "cpu", "float32")

    def fail(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(engine._network, "raw", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        engine(*pair)


def test_overflow_is_no_black_matte(network, pair):
    broken = copy.deepcopy(network)
    broken.decoder.conv4.bias.data[0] = 1e9
    with pytest.raises(InputError, match="not finite in float16: use dtype float32"):
        TorchEngine(broken, "cpu", "float16")(*pair)
    broken.decoder.conv4.bias.data[0] = float("nan")
    with pytest.raises(InputError, match="weights are damaged"):
        TorchEngine(broken, "cpu", "float32")(*pair)


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", ["auto", "bfloat16"])
def test_cuda_agrees_with_the_cpu(network, pair, dtype):
    exact, _, _ = TorchEngine(network, "cpu", "float32")(*pair)
    alpha, _, _ = TorchEngine(network, "cuda", dtype)(*pair)
    assert np.abs(alpha - exact).max() <= 2 / 255


@pytest.mark.parametrize("wrap", [torch.nn.DataParallel, torch.compile])
def test_a_network_is_found_in_what_torch_puts_around_it(wrap) -> None:
    network = MattingNetwork("mobilenetv2").eval()
    photos = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    expected = TorchEngine(network, "cpu", "float32")(*photos)
    for got, value in zip(
        TorchEngine(wrap(network), "cpu", "float32")(*photos), expected, strict=True
    ):
        np.testing.assert_array_equal(got, value)


def test_another_network_is_refused() -> None:
    with pytest.raises(InputError, match="network is Linear; expected a MattingNetwork"):
        TorchEngine(torch.nn.Linear(3, 3))
