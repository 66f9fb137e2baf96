"""Which engine is taken; none is started but torch's."""

from __future__ import annotations

import pytest
import torch
from support.small_network import small_network
from torch import nn

from bgmatting.errors import BgmattingWarning, InputError, OutOfMemoryError
from bgmatting.imaging import Matter
from bgmatting.imaging.engines import choosing, model_cache
from bgmatting.imaging.engines.choosing import make_engine
from bgmatting.imaging.engines.interface import Engine
from bgmatting.imaging.engines.onnx_engine import OnnxEngine
from bgmatting.imaging.engines.openvino_engine import OpenVinoEngine


@pytest.fixture(scope="module")
def network(small):
    return small_network()


@pytest.fixture(autouse=True)
def as_users_have_it(monkeypatch):
    """No variable, a network that counts as known, a CPU on which float32 is the fastest."""
    monkeypatch.delenv(choosing.VARIABLE, raising=False)
    monkeypatch.setattr(model_cache, "OURS", (*model_cache.OURS, "support"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr("bgmatting.imaging.engines.device.cpu_has_bfloat16", lambda: False)


@pytest.fixture
def installed(monkeypatch):
    """installed("openvino", ...): these engines' extras are there, and they start at once."""

    def install(*names, failing=()):
        for kind in (OpenVinoEngine, OnnxEngine):

            def start(self, network, device, dtype, threads, kind=kind):
                if kind.name in failing:
                    raise failing[kind.name]
                self.started = device, dtype, threads

            monkeypatch.setattr(kind, "__init__", start)
        modules = {
            module
            for kind in (OpenVinoEngine, OnnxEngine)
            if kind.name in names
            for module in kind.modules
        }
        monkeypatch.setattr(choosing, "has_modules", lambda *asked: modules.issuperset(asked))

    return install


@pytest.mark.parametrize(
    ("here", "taken"),
    [
        ((), "torch"),
        (("onnxruntime",), "onnxruntime"),
        (("openvino",), "openvino"),
        (("onnxruntime", "openvino"), "openvino"),
    ],
)
def test_auto_takes_the_fastest_that_is_installed(network, installed, here, taken):
    installed(*here)
    engine = make_engine(network, "auto", threads=1)
    assert engine.name == taken
    if taken != "torch":
        assert engine.started == ("cpu", "float32", 1)


@pytest.mark.parametrize(("device", "dtype"), [("cpu", "bfloat16"), ("cpu", torch.float16)])
def test_auto_is_torch_in_other_precisions(network, installed, device, dtype):
    installed("openvino", "onnxruntime")
    assert make_engine(network, "auto", device, dtype).name == "torch"


def test_auto_is_torch_where_the_cpu_has_bfloat16(network, installed, monkeypatch):
    installed("openvino", "onnxruntime")
    monkeypatch.setattr("bgmatting.imaging.engines.device.cpu_has_bfloat16", lambda: True)
    assert make_engine(network, "auto").dtype == torch.bfloat16
    assert make_engine(network, "auto", dtype="float32").name == "openvino"


def test_auto_is_torch_for_modules_from_elsewhere(network, installed, monkeypatch):
    installed("openvino", "onnxruntime")
    monkeypatch.setattr(model_cache, "OURS", ("bgmatting", "torch", "torchvision"))
    assert make_engine(network, "auto").name == "torch"


def test_auto_goes_on_where_an_engine_fails(network, installed):
    installed("openvino", "onnxruntime", failing={"openvino": InputError("it does not start")})
    with pytest.warns(BgmattingWarning, match="it does not start; another engine is used"):
        assert make_engine(network, "auto").name == "onnxruntime"


def test_a_lack_of_memory_is_not_hidden(network, installed):
    installed("openvino", failing={"openvino": OutOfMemoryError("too large")})
    with pytest.raises(OutOfMemoryError, match="too large"):
        make_engine(network, "auto")


def test_a_variable_says_what_auto_is(network, installed, monkeypatch):
    installed("openvino", "onnxruntime")
    monkeypatch.setenv(choosing.VARIABLE, "torch")
    assert make_engine(network, "auto").name == "torch"
    assert make_engine(network, "onnxruntime").name == "onnxruntime"
    monkeypatch.setenv(choosing.VARIABLE, "tensorrt")
    with pytest.raises(InputError, match="BGMATTING_ENGINE is 'tensorrt': choose auto or one of"):
        make_engine(network, "auto")


@pytest.mark.parametrize("engine", ["tensorrt", "", None, 1])
def test_unknown(network, engine):
    with pytest.raises(InputError, match="choose auto or one of torch, openvino, onnxruntime"):
        make_engine(network, engine)


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
class TestWhatOnlyTorchCan:
    @pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps", torch.device("cuda")])
    def test_devices(self, network, engine, device):
        with pytest.raises(
            InputError, match=f'"{engine}" runs on the CPU, and device is .*or engine "torch"'
        ):
            make_engine(network, engine, device)

    @pytest.mark.parametrize("dtype", ["float16", "bfloat16", torch.bfloat16])
    def test_precisions(self, network, engine, dtype):
        with pytest.raises(InputError, match=r'computes in float32, .*or engine "torch"'):
            make_engine(network, engine, "cpu", dtype)

    def test_precisions_that_nothing_has(self, network, engine):
        with pytest.raises(InputError, match=r"dtype is 'int8': choose dtype \"float32\"$"):
            make_engine(network, engine, "cpu", "int8")

    def test_networks(self, engine):
        with pytest.raises(InputError, match="network is Linear; expected a MattingNetwork"):
            make_engine(nn.Linear(3, 3), engine)

    def test_an_extra_that_is_missing(self, network, engine, monkeypatch):
        kind = choosing.ENGINES[engine]
        monkeypatch.setitem(__import__("sys").modules, kind.modules[0], None)
        with pytest.raises(InputError, match=rf"is needed.*pip install 'bgmatting\[{kind.extra}\]"):
            make_engine(network, engine)


def test_matter_says_what_runs_it(network):
    matter = Matter(network, device="cpu", dtype="float32", threads=1)
    assert (matter.engine, matter.threads) == ("torch", 1)
    assert isinstance(matter._engine, Engine)
    with pytest.raises(InputError, match="threads is 0"):
        Matter(network, device="cpu", threads=0)


def test_a_pretrained_one_is_auto_one_in_memory_torch(network, small_weights, installed):
    installed("openvino")
    assert Matter.from_pretrained(small_weights).engine == "openvino"
    assert Matter.from_pretrained(small_weights, engine="torch").engine == "torch"
    assert Matter(network).engine == "torch"
