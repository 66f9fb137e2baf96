"""Other runtimes give torch's matte, are kept, pickled and copied."""

from __future__ import annotations

import copy
import functools
import pickle

import huggingface_hub
import numpy as np
import pytest
import torch
from support.small_network import small_network

from bgmatting import Matter, MattingBase
from bgmatting.errors import InputError, OutOfMemoryError
from bgmatting.extras import has_modules
from bgmatting.imaging.engines import converted, model_cache
from bgmatting.imaging.engines.choosing import ENGINES
from bgmatting.imaging.engines.torch_engine import TorchEngine

STEP = 1 / 255


@pytest.fixture(params=["openvino", "onnxruntime"], scope="module")
def kind(request):
    found = ENGINES[request.param]
    if not has_modules(*found.modules):
        pytest.skip(f"needs the extra {found.extra}")
    return found


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """The module's own, in place of the user's."""
    assets = functools.partial(
        huggingface_hub.cached_assets_path, assets_dir=tmp_path_factory.mktemp("assets")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_cache, "cached_assets_path", assets)
        patch.setattr(model_cache, "OURS", (*model_cache.OURS, "support"))
        yield assets("bgmatting", namespace="engines").parent


@pytest.fixture(scope="module")
def network(small):
    return small_network()


@pytest.fixture(scope="module")
def engine(kind, network, cache):
    return kind(network, threads=1)


@pytest.fixture
def never_converted(monkeypatch, kind):
    def fail(program):
        raise AssertionError("converted again")

    monkeypatch.setattr(kind, "convert", staticmethod(fail))


def pair(height, width, seed=0):
    rng = np.random.default_rng(seed)
    plate = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    plate = plate.repeat(8, 0).repeat(8, 1)[:height, :width].copy()
    source = plate.copy()
    source[height // 4 :, width // 3 : width * 2 // 3] = (200, 120, 90)
    return source, plate


@pytest.mark.parametrize(("height", "width"), [(48, 64), (33, 50), (101, 67), (16, 16)])
def test_it_gives_what_torch_gives(engine, network, height, width):
    photos = pair(height, width)
    expected = TorchEngine(network, "cpu", "float32")(*photos)
    for got, value in zip(engine(*photos), expected, strict=True):
        assert got.shape == value.shape
        assert got.dtype == np.float32
        assert got.flags.c_contiguous
        assert got.flags.owndata
        assert np.abs(got - value).max() < 1e-4
    assert expected[0].std() > 0.05  # there is something to compare


def test_photos_in_any_memory(engine):
    source, plate = pair(48, 64)
    expected = engine(source, plate)[0]
    upside_down = source[::-1].copy()[::-1]
    plate.setflags(write=False)
    np.testing.assert_array_equal(engine(upside_down, plate)[0], expected)
    np.testing.assert_array_equal(engine(source, plate)[0], expected)


def test_what_it_is(engine, kind):
    assert (engine.name, engine.device, engine.dtype) == (
        kind.name, torch.device("cpu"), torch.float32,
    )  # fmt: skip
    assert engine.threads == 1


def test_the_second_time_it_is_not_converted(engine, kind, network, never_converted):
    photos = pair(48, 64)
    again = kind(copy.deepcopy(network))
    np.testing.assert_allclose(again(*photos)[0], engine(*photos)[0], atol=1e-5)


def test_a_damaged_cache_is_made_anew(engine, kind, network, cache):
    (kept,) = (cache / kind.name).iterdir()
    kept.write_bytes(kept.read_bytes()[:-100])
    np.testing.assert_allclose(kind(network)(*pair(48, 64))[0], engine(*pair(48, 64))[0], atol=1e-5)
    assert model_cache.load(kind.name, kept.stem) is not None


@pytest.mark.parametrize(
    "copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy]
)
def test_it_is_copied_and_pickled(engine, copied, never_converted):
    again = copied(engine)
    assert again._lock is not engine._lock
    assert again.threads == 1
    np.testing.assert_array_equal(again(*pair(48, 64))[0], engine(*pair(48, 64))[0])


def test_unpickled_where_the_extra_is_missing(engine, kind, monkeypatch):
    stored = pickle.dumps(engine)
    monkeypatch.setitem(__import__("sys").modules, kind.modules[0], None)
    with pytest.raises(InputError, match=rf"pip install 'bgmatting\[{kind.extra}\]'"):
        pickle.loads(stored)


def test_a_matter_runs_by_it(engine, kind, network, never_converted):
    photos = pair(48, 64)
    matter = Matter(network, engine=kind.name, threads=1)
    assert (matter.engine, str(matter.device), matter.dtype) == (kind.name, "cpu", torch.float32)
    expected = Matter(network, device="cpu", dtype="float32")(*photos)
    got = pickle.loads(pickle.dumps(matter))(*photos)
    assert np.abs(got.alpha - expected.alpha).max() < STEP


def test_numbers_that_are_not_finite(engine, monkeypatch):
    matte = np.zeros((1, 48, 64, 5), dtype=np.float32)
    monkeypatch.setattr(engine, "_run", lambda *_: [matte, np.array(False)])
    with pytest.raises(InputError, match="not finite in float32: its weights are damaged"):
        engine(*pair(48, 64))


def test_damaged_weights(kind, network, cache):
    broken = copy.deepcopy(network)
    broken.decoder.conv4.bias.data[0] = float("nan")
    with pytest.raises(InputError, match="its weights are damaged"):
        kind(broken)(*pair(48, 64))


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("Exception from src: std::bad_alloc"),
     RuntimeError("Failed to allocate memory for requested buffer of size 9")],
)  # fmt: skip
def test_a_lack_of_memory(engine, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(engine, "_run", fail)
    with pytest.raises(OutOfMemoryError, match="to run the network on 64 x 48 pixels"):
        engine(*pair(48, 64))


def test_a_network_that_torch_cannot_trace(kind, network, cache):
    class Curious(torch.nn.Module):
        def forward(self, x):
            return x if float(x.sum()) > 0 else -x

    odd = copy.deepcopy(network)
    odd.decoder.relu = Curious()
    with pytest.raises(InputError, match="cannot be exported, for torch cannot trace it"):
        kind(odd)


def test_what_a_converter_raises_is_a_sentence(kind, network, cache, monkeypatch):
    def fail(program):
        raise ValueError("no such operator\nand more")

    monkeypatch.setattr(kind, "convert", staticmethod(fail))
    monkeypatch.setattr("bgmatting.export.graph.photos_program", lambda network: None)
    monkeypatch.setattr(converted.model_cache, "load", lambda *_: None)
    with pytest.raises(InputError, match=r"\(no such operator\): choose engine \"torch\""):
        kind(network)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mobilenetv2"])
def test_trained_weights_give_alpha_within_a_step_of_eight_bits(kind, cache, name):
    network = MattingBase.from_pretrained(name)
    photos = pair(96, 128)
    exact = TorchEngine(network, "cpu", "float32")(*photos)[0]
    assert np.abs(kind(network)(*photos)[0] - exact).max() < STEP
