"""Weights in one file or several: what is written reads back; shards that don't fit are refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import load_torch_model
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from bgmatting.errors import InputError, WeightsError
from bgmatting.weights import tensor_files
from bgmatting.weights.convert import convert
from bgmatting.weights.files import check_folder
from bgmatting.weights.matting_base import MattingBase
from bgmatting.weights.names import INDEX_NAME, holds_weights, is_weights_name
from bgmatting.weights.repositories import resolve
from bgmatting.weights.tensor_files import read_weights, weights_names, write_weights

STATE = {f"layer{n}": torch.full((100,), float(n)) for n in range(5)}  # 400 bytes each


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three shards of two, two and one entries."""
    write_weights(tmp_path, STATE, 800)
    return tmp_path


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    index = json.loads((folder / INDEX_NAME).read_text())
    edit(index)
    (folder / INDEX_NAME).write_text(json.dumps(index))


def refusal(folder: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        read_weights(folder)
    assert str(folder / INDEX_NAME) in str(caught.value)
    return str(caught.value)


def shard(number: int) -> str:
    return f"model-0000{number}-of-00003.safetensors"


def test_shards_are_called_as_on_the_hub(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [*map(shard, (1, 2, 3)), INDEX_NAME]
    assert weights_names(folder) == (INDEX_NAME, shard(1), shard(2), shard(3))
    assert all(map(is_weights_name, weights_names(folder)))
    index = json.loads((folder / INDEX_NAME).read_text())
    assert index["metadata"]["total_size"] == 2000
    assert list(load_file(folder / shard(3))) == ["layer4"]
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1  # readable by all alike


def test_the_hubs_own_reader_reads_them(folder: Path) -> None:
    class Layers(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for key, value in STATE.items():
                self.register_buffer(key, torch.zeros_like(value))

    layers = Layers()
    load_torch_model(layers, folder, strict=True)
    assert all(torch.equal(layers.state_dict()[key], STATE[key]) for key in STATE)


@given(size=st.integers(1, 3000))
def test_whatever_the_size_it_reads_back(tmp_path_factory: Any, size: int) -> None:
    folder = tmp_path_factory.mktemp("any")
    write_weights(folder, STATE, size)
    state = read_weights(folder)
    assert state.keys() == STATE.keys()
    assert all(torch.equal(state[key], STATE[key]) for key in STATE)
    assert (folder / INDEX_NAME).exists() == (size < 2000)


@pytest.mark.parametrize("size", ["95", "MB", "0MB", "-1MB", "nanMB", 0, -5, 1.5, None, True, ""])
def test_sizes_that_are_none(tmp_path: Path, size: Any) -> None:
    with pytest.raises(InputError, match="max_shard_size"):
        write_weights(tmp_path, STATE, size)
    assert list(tmp_path.iterdir()) == []


def test_more_shards_than_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_files, "MOST_SHARDS", 2)
    with pytest.raises(InputError, match=r"makes 3 files .* at most 2"):
        write_weights(tmp_path, STATE, 800)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    write_weights(tmp_path, STATE, 800)
    monkeypatch.setattr(tensor_files, "MOST_SHARDS", 2)
    assert "names 3 shards" in refusal(tmp_path)


def test_a_missing_shard(folder: Path) -> None:
    (folder / shard(2)).unlink()
    assert f"the folder lacks {shard(2)}" in refusal(folder)


def test_a_surplus_shard(folder: Path) -> None:
    shutil.copy(folder / shard(1), folder / "model-00004-of-00004.safetensors")
    assert "doesn't name the folder's model-00004-of-00004.safetensors" in refusal(folder)


def test_shards_of_two_saves(folder: Path) -> None:
    save_file({"layer4": torch.zeros(99)}, folder / shard(3))
    assert "speaks of 2,000 bytes, they hold 1,996" in refusal(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "lacks what it says is there: layer2, layer3"),
        ({"layer2": STATE["layer2"]}, "lacks what it says is there: layer3"),
        ({**STATE}, "holds what it doesn't say: layer0, layer1, layer4"),
    ],
)
def test_entries_that_are_not_where_the_index_says(
    folder: Path, content: dict[str, Tensor], words: str
) -> None:
    save_file(content, folder / shard(2))
    assert words in refusal(folder)


@pytest.mark.parametrize(
    "name",
    [
        *("../model-00001-of-00003.safetensors", "/etc/passwd", "a/b.safetensors", "", 3, None),
        *("a\\b.safetensors", "..", ".safetensors", "c:x.safetensors", "pytorch_model.bin"),
        *("x.safetensors\n", "é.safetensors", "model.safetensors/"),
    ],
)
def test_an_index_names_plain_files_beside_it(folder: Path, name: Any) -> None:
    change(folder, lambda index: index["weight_map"].update(layer0=name))
    assert "expected the plain name" in refusal(folder)
    with pytest.raises(WeightsError, match="expected the plain name"):
        weights_names(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no index of shards"),
        ("{}", "no index of shards"),
        ('{"weight_map": {}}', "no index of shards"),
        ('{"weight_map": ["a"]}', "no index of shards"),
        ('{"weight_map": {"a": "b.safetensors"}}' + " " * 10_000_000, "at most 10,000,000"),
    ],
)
def test_an_index_that_is_none(folder: Path, text: str, words: str) -> None:
    (folder / INDEX_NAME).write_text(text)
    assert words in refusal(folder)


def test_an_index_without_sizes(folder: Path) -> None:
    change(folder, lambda index: index.pop("metadata"))
    assert read_weights(folder).keys() == STATE.keys()


def test_one_file_counts_before_shards(folder: Path) -> None:
    save_file({"x": torch.zeros(1)}, folder / "model.safetensors")
    assert weights_names(folder) == ("model.safetensors",)
    assert list(read_weights(folder)) == ["x"]


def test_no_weights(tmp_path: Path) -> None:
    assert weights_names(tmp_path) == ()
    with pytest.raises(WeightsError, match="has no model"):
        read_weights(tmp_path)


def test_a_network_changes_its_form(network: MattingBase, tmp_path: Path) -> None:
    """One file, shards, fewer shards, one file again: never anything left of the form before."""
    (tmp_path / "notes.txt").write_text("keep")
    for size, count in (("95MB", 1), ("5MB", 7), ("9MB", 4), ("9MB", 4), ("95MB", 1)):
        network.save_pretrained(tmp_path, max_shard_size=size)
        there = [path.name for path in tmp_path.iterdir() if is_weights_name(path.name)]
        assert len(there) == count
        assert sorted(weights_names(tmp_path)) == sorted(there)
        assert holds_weights(tmp_path)
        again = MattingBase.from_pretrained(tmp_path).state_dict()
        assert all(torch.equal(again[key], value) for key, value in network.state_dict().items())
    assert (tmp_path / "notes.txt").read_text() == "keep"
    assert not list(tmp_path.glob(".*"))


def test_a_missing_entry_is_named_in_shards_too(network: MattingBase, tmp_path: Path) -> None:
    network.save_pretrained(tmp_path, max_shard_size="5MB")
    name = next(name for name in weights_names(tmp_path)[1:])
    state = load_file(tmp_path / name)
    key = next(iter(state))
    state.pop(key)
    save_file(state, tmp_path / name)
    change(tmp_path, lambda index: (index["weight_map"].pop(key), index.pop("metadata")))
    with pytest.raises(WeightsError, match=f"1 missing: {key}"):
        MattingBase.from_pretrained(tmp_path)


def test_converting_over_shards(network: MattingBase, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / "published.pth")
    network.save_pretrained(tmp_path / "out", max_shard_size="5MB")
    convert(tmp_path / "published.pth", tmp_path / "out", overwrite=True)
    assert weights_names(tmp_path / "out") == ("model.safetensors",)
    assert MattingBase.from_pretrained(tmp_path / "out").backbone_name == "mobilenetv2"


def test_a_folder_of_shards_is_a_folder_of_weights(folder: Path) -> None:
    (folder / "config.json").write_text("{}")
    assert resolve(folder) == str(folder)
    for name in (INDEX_NAME, shard(2)):
        with pytest.raises(WeightsError, match="give the folder that holds it"):
            resolve(folder / name)
    with pytest.raises(WeightsError, match="those of a training run are in"):
        check_folder(_run_with(folder))


def _run_with(folder: Path) -> Path:
    run = folder.parent / f"{folder.name}-run"
    shutil.copytree(folder, run / "weights")
    return run
