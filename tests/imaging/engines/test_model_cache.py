"""Converted models are kept under what they are made of, and a damaged one is as none."""

from __future__ import annotations

import copy
import functools
import os
import threading

import huggingface_hub
import pytest
import torch
from torch import nn

from bgmatting.imaging.engines import model_cache
from bgmatting.model import MattingNetwork

PARTS = {"model.xml": b"<operators/>", "model.bin": bytes(range(256)) * 40}
KEY = "0" * 64


@pytest.fixture
def folder(tmp_path, monkeypatch):
    assets = functools.partial(huggingface_hub.cached_assets_path, assets_dir=tmp_path / "assets")
    monkeypatch.setattr(model_cache, "cached_assets_path", assets)
    return tmp_path / "assets" / "bgmatting" / "engines"


def test_what_is_kept_is_loaded(folder):
    assert model_cache.load("openvino", KEY) is None
    model_cache.keep("openvino", KEY, PARTS)
    assert model_cache.load("openvino", KEY) == PARTS
    assert model_cache.load("onnxruntime", KEY) is None
    assert model_cache.load("openvino", "1" * 64) is None
    assert [path.name for path in (folder / "openvino").iterdir()] == [f"{KEY}.safetensors"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-7] + bytes([data[-7] ^ 1]) + data[-6:],
        lambda data: b"\xff" * 16 + data[16:],
        lambda data: b"a pickle, say",
    ],
    ids=["empty", "cut off", "a bit", "head", "other"],
)
def test_what_is_damaged_is_not_loaded_and_made_anew(folder, damage, caplog):
    model_cache.keep("openvino", KEY, PARTS)
    path = folder / "openvino" / f"{KEY}.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    assert model_cache.load("openvino", KEY) is None
    assert "made anew" in caplog.text
    model_cache.keep("openvino", KEY, PARTS)
    assert model_cache.load("openvino", KEY) == PARTS


def test_a_folder_that_cannot_be_made_or_written_is_no_error(folder, monkeypatch):
    folder.parent.parent.mkdir()
    folder.parent.write_text("a file where the folder would be")
    model_cache.keep("openvino", KEY, PARTS)
    assert model_cache.load("openvino", KEY) is None

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(model_cache, "cached_assets_path", refuse)
    model_cache.keep("openvino", KEY, PARTS)
    assert model_cache.load("openvino", KEY) is None


def test_a_full_disk_is_no_error(folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    model_cache.keep("openvino", KEY, PARTS)
    monkeypatch.undo()


def test_several_at_once_never_see_half_a_model(folder):
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            seen.append(model_cache.load("openvino", KEY))

    def write():
        for _ in range(20):
            model_cache.keep("openvino", KEY, PARTS)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert all(parts is None or parts == PARTS for parts in seen)
    assert model_cache.load("openvino", KEY) == PARTS
    assert len(list((folder / "openvino").iterdir())) == 1


def test_the_oldest_are_forgotten(folder, monkeypatch):
    monkeypatch.setattr(model_cache, "MOST_KEPT", 2)
    for n in range(3):
        model_cache.keep("openvino", f"{n}", PARTS)
        os.utime(folder / "openvino" / f"{n}.safetensors", (n, n))
        if n == 1:
            assert model_cache.load("openvino", "0") is not None  # used: the younger one now
            os.utime(folder / "openvino" / "0.safetensors", (9, 9))
    model_cache.keep("openvino", "3", PARTS)
    assert {path.stem for path in (folder / "openvino").iterdir()} == {"0", "3"}


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return MattingNetwork("mobilenetv2").eval()


class TestFingerprint:
    def test_it_tells_what_it_is_made_of(self, network):
        known = model_cache.fingerprint(network, "1.0")
        assert known == model_cache.fingerprint(copy.deepcopy(network), "1.0")
        assert known != model_cache.fingerprint(network, "1.1")
        other = copy.deepcopy(network)
        other.decoder.conv4.bias.data[0] += 1e-6
        assert known != model_cache.fingerprint(other, "1.0")
        other = copy.deepcopy(network)
        other.backbone.features[14].conv[1][0].dilation = (2, 2)
        assert known != model_cache.fingerprint(other, "1.0")

    def test_half_precision_too(self, network):
        assert model_cache.fingerprint(copy.deepcopy(network).bfloat16(), "1.0")

    def test_what_may_be_changed_is_not_known(self, network):
        class Mine(nn.ReLU):
            pass

        other = copy.deepcopy(network)
        other.decoder.relu = Mine()
        assert model_cache.fingerprint(other) is None
        other = copy.deepcopy(network)
        other.decoder.register_forward_pre_hook(lambda *_: None)
        assert model_cache.fingerprint(other) is None
