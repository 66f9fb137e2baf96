"""Folders of weights: what is written reads back, and what is wrong with one is said plainly."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from support.backbones import DEEPEST_SLOW

from bgmatting.errors import InputError, OutputError, WeightsError
from bgmatting.model import MattingNetwork, fold_batch_norm
from bgmatting.weights import files
from bgmatting.weights.matting_base import MattingBase


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A copy of good weights, to spoil."""
    return Path(shutil.copytree(saved, tmp_path / "folder"))


def refusal(folder: str | Path) -> str:
    with pytest.raises(WeightsError) as caught:
        MattingBase.from_pretrained(folder)
    return str(caught.value)


def config_of(folder: Path, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "config.json").write_text(text)


def change(folder: Path, edit: Callable[[dict[str, torch.Tensor]], object]) -> None:
    state = load_file(folder / "model.safetensors")
    edit(state)
    save_file(state, folder / "model.safetensors")


@pytest.mark.parametrize("backbone", DEEPEST_SLOW)
def test_what_is_saved_reads_back(backbone: str, tmp_path: Path) -> None:
    with torch.device("meta"):
        shapes = MattingNetwork(backbone).state_dict()
    generator = torch.Generator().manual_seed(0)
    state = {
        key: torch.rand(value.shape, generator=generator)
        if value.is_floating_point()
        else torch.full_like(value, 7, device="cpu")
        for key, value in shapes.items()
    }
    network = MattingBase.from_state(state, backbone, working_size=1024)
    network.save_pretrained(tmp_path / "out")
    again = MattingBase.from_pretrained(tmp_path / "out")
    # What code hosts take in a file.
    assert all(path.stat().st_size < 100e6 for path in (tmp_path / "out").iterdir())
    assert again.config == {"backbone": backbone, "working_size": 1024}
    assert list(again.state_dict()) == list(state)
    for key, value in again.state_dict().items():
        assert torch.equal(value, state[key]), key


def test_a_loaded_network_is_ready_to_use(folder: Path, network: MattingBase) -> None:
    loaded = MattingBase.from_pretrained(folder)
    assert not any(part.training for part in loaded.modules())
    assert all(value.requires_grad for value in loaded.parameters())
    src, bgr = torch.rand(2, 1, 3, 40, 50).unbind(0)
    with torch.no_grad():
        for ours, expected in zip(loaded(src, bgr), network(src, bgr), strict=True):
            assert torch.equal(ours, expected)


def test_loading_leaves_the_random_state_alone(folder: Path) -> None:
    before = torch.get_rng_state()
    MattingBase.from_pretrained(folder)
    assert torch.equal(torch.get_rng_state(), before)


def test_loading_and_saving_print_nothing(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    MattingBase.from_pretrained(folder).save_pretrained(tmp_path / "out")
    assert capfd.readouterr() == ("", "")


def test_the_weights_are_copies_of_the_file(folder: Path) -> None:
    """Replacing the file under a loaded network must not reach into it."""
    network = MattingBase.from_pretrained(folder)
    before = network.decoder.conv4.weight.detach().clone()
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1_000_000, os.SEEK_END)
        file.write(b"\0" * 1_000_000)
    assert torch.equal(network.decoder.conv4.weight, before)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_files(folder: Path, network: MattingBase, dtype: torch.dtype) -> None:
    network.save_pretrained(folder, dtype=dtype)
    stored = load_file(folder / "model.safetensors")
    assert {value.dtype for value in stored.values()} == {dtype, torch.int64}
    loaded = MattingBase.from_pretrained(folder)
    for key, value in network.state_dict().items():
        expected = value.to(dtype).float() if value.is_floating_point() else value
        assert torch.equal(loaded.state_dict()[key], expected), key
    kept = MattingBase.from_pretrained(folder, dtype=dtype)
    assert {value.dtype for value in kept.parameters()} == {dtype}


def test_saving_does_not_change_the_network(network: MattingBase, tmp_path: Path) -> None:
    network.save_pretrained(tmp_path, dtype=torch.float16)
    assert {value.dtype for value in network.parameters()} == {torch.float32}


def test_channels_last_weights_can_be_saved(folder: Path, tmp_path: Path) -> None:
    network = MattingBase.from_pretrained(folder).to(memory_format=torch.channels_last)
    network.save_pretrained(tmp_path / "out")
    again = MattingBase.from_pretrained(tmp_path / "out")
    assert torch.equal(again.decoder.conv4.weight, network.decoder.conv4.weight)


def test_a_value_too_large_for_half_precision(folder: Path, tmp_path: Path) -> None:
    network = MattingBase.from_pretrained(folder)
    with torch.no_grad():
        network.decoder.conv4.bias[0] = 1e6
    with pytest.raises(WeightsError, match=r"decoder\.conv4\.bias"):
        network.save_pretrained(tmp_path / "out", dtype=torch.float16)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("dtype", [torch.int8, torch.float64, "float16"])
def test_number_formats_that_are_not_stored(network: MattingBase, tmp_path: Path, dtype) -> None:
    with pytest.raises(InputError, match="dtype"):
        network.save_pretrained(tmp_path, dtype=dtype)
    with pytest.raises(InputError, match="dtype"):
        MattingBase.from_pretrained(tmp_path, dtype=dtype)


def test_a_folded_network_is_not_saved(network: MattingBase, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        fold_batch_norm(network).save_pretrained(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_copy_keeps_its_config(network: MattingBase) -> None:
    assert copy.deepcopy(network).config == network.config


@pytest.mark.parametrize("size", [63, 4097, 0, -1, 512.0, "512", None, True])
def test_working_sizes_out_of_range(size) -> None:
    with pytest.raises(InputError, match="working_size"):
        MattingBase("mobilenetv2", working_size=size)


def test_the_working_size_can_be_set(folder: Path) -> None:
    network = MattingBase.from_pretrained(folder)
    network.working_size = 640
    network.save_pretrained(folder)
    assert MattingBase.from_pretrained(folder).working_size == 640
    with pytest.raises(InputError, match="working_size"):
        network.working_size = 1


def test_unknown_backbone() -> None:
    with pytest.raises(InputError, match="mobilenetv2, resnet50, resnet101"):
        MattingBase("resnet18")


def test_saving_keeps_a_hand_written_card_and_other_files(
    folder: Path, network: MattingBase
) -> None:
    (folder / "README.md").write_text("My own words.\n")
    (folder / "notes.txt").write_text("keep")
    network.save_pretrained(folder)
    assert (folder / "README.md").read_text() == "My own words.\n"
    assert (folder / "notes.txt").read_text() == "keep"
    assert not list(folder.glob(".*"))


def test_a_save_that_fails_leaves_the_good_folder(
    folder: Path, network: MattingBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def half(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OutputError, match="No space left"):
        network.save_pretrained(folder)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_saving_where_a_file_is(network: MattingBase, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        network.save_pretrained(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_saved_files_are_readable_by_others(folder: Path, network: MattingBase) -> None:
    network.save_pretrained(folder)
    modes = {path.stat().st_mode & 0o777 for path in folder.iterdir()}
    (folder / "plain").write_text("")
    assert modes == {(folder / "plain").stat().st_mode & 0o777}


def test_a_mistyped_folder(tmp_path: Path) -> None:
    assert "and it is not a repo id" in refusal(tmp_path / "nothing")


def test_a_folder_without_the_files(tmp_path: Path) -> None:
    assert "has no config.json and no model.safetensors" in refusal(tmp_path)
    config_of(tmp_path, {"backbone": "mobilenetv2"})
    assert "has no model.safetensors" in refusal(tmp_path)


def test_the_folder_of_a_training_run_is_told_from_the_weights_in_it(tmp_path):
    MattingBase("mobilenetv2").save_pretrained(tmp_path / "weights")
    assert f"are in {tmp_path / 'weights'}" in refusal(tmp_path)


def test_a_pickle_is_never_loaded(folder: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    class Harmful:
        def __reduce__(self):
            return (Path.touch, (ran,))

    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Harmful()))
    MattingBase.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    said = refusal(folder)
    assert "pytorch_model.bin" in said
    assert "never loaded" in said
    assert not ran.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "expected a JSON object"),
        ("null", "expected a JSON object"),
        ({}, "names no backbone"),
        ({"backbone": "resnet18"}, "choose one of mobilenetv2, resnet50, resnet101"),
        ({"backbone": ["resnet50"]}, "unknown backbone"),
        ({"backbone": None}, "unknown backbone"),
        ({"backbone": "mobilenetv2", "working_size": "big"}, "working_size is 'big'"),
        ({"backbone": "mobilenetv2", "working_size": 1e9}, "working_size"),
        ({"backbone": "mobilenetv2", "working_size": 5}, "64 to 4096"),
    ],
)
def test_configs_that_do_not_fit(folder: Path, content: object, words: str) -> None:
    config_of(folder, content)
    said = refusal(folder)
    assert words in said
    assert str(folder / "config.json") in said


def test_a_config_that_is_not_text(folder: Path) -> None:
    (folder / "config.json").write_bytes(b"\xff\xfe\x00")
    assert "config.json is not a text in UTF-8" in refusal(folder)


def test_unknown_entries_of_the_config_are_ignored(folder: Path) -> None:
    config_of(folder, {"backbone": "mobilenetv2", "trained_on": "photos", "version": 3})
    assert MattingBase.from_pretrained(folder).working_size == files.DEFAULT_WORKING_SIZE


def test_weights_of_another_backbone(folder: Path) -> None:
    config_of(folder, {"backbone": "resnet50"})
    said = refusal(folder)
    assert "missing: backbone.conv1.weight" in said
    assert "unexpected: backbone.features" in said


def test_missing_unexpected_and_misshapen_entries_are_named(folder: Path) -> None:
    def edit(state: dict[str, torch.Tensor]) -> None:
        for key in ("decoder.bn1.weight", "decoder.bn1.bias", "decoder.bn2.weight", "aspp.x"):
            state.pop(key, None)
        del state["decoder.bn2.bias"]
        state["refiner.conv1.weight"] = torch.zeros(1)
        state["decoder.conv4.bias"] = torch.zeros(36)
        state["decoder.bn3.num_batches_tracked"] = torch.tensor(1.0)

    change(folder, edit)
    said = refusal(folder)
    assert str(folder / "model.safetensors") in said
    assert "4 missing: " in said
    assert said.count("decoder.bn") <= 5
    assert "..." in said
    assert "1 unexpected: refiner.conv1.weight" in said
    assert "2 misshapen: " in said
    assert "decoder.conv4.bias 36 float32 (expected 37 float32)" in said


def test_one_missing_entry_is_enough(folder: Path) -> None:
    change(folder, lambda state: state.pop("decoder.bn3.running_var"))
    assert "1 missing: decoder.bn3.running_var" in refusal(folder)


@pytest.mark.parametrize("length", [0, 4, 1000, -1])
def test_truncated_weights(folder: Path, length: int) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:length])
    said = refusal(folder)
    assert str(path) in said
    assert "damaged, truncated or not a safetensors file" in said


def test_weights_in_another_format(folder: Path) -> None:
    (folder / "model.safetensors").write_text("<html>Not found</html>")
    assert "not a safetensors file" in refusal(folder)


def test_a_pointer_in_place_of_weights(folder: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (folder / "model.safetensors").write_text(pointer)
    assert "git lfs pull" in refusal(folder)


def test_an_argument_that_is_not_known(folder: Path) -> None:
    with pytest.raises(InputError, match=r"no argument 'size'; .*backbone, working_size"):
        MattingBase.from_pretrained(folder, size=640)


def test_a_revision_of_a_folder(folder: Path) -> None:
    with pytest.raises(InputError, match="leave revision out"):
        MattingBase.from_pretrained(folder, revision="v1")
