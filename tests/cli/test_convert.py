"""`bgmatting convert`: published checkpoints in, folders out; anything else refused, unrun."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import pickletools
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from support.backbones import DEEPEST_SLOW
from torch import Tensor

from bgmatting.cli.convert import convert as command
from bgmatting.errors import BgmattingError, InputError, OutputError, WeightsError
from bgmatting.weights.convert import convert
from bgmatting.weights.matting_base import MattingBase
from bgmatting.weights.tensor_files import weights_names

ROOT = Path(__file__).resolve().parents[2]
REFINER_ENTRIES = 20


def published(reference: Path, backbone: str) -> dict[str, Tensor]:
    """A made-up checkpoint with every entry of the published one, the refiner's too."""
    generator = torch.Generator().manual_seed(0)
    state: dict[str, Tensor] = {}
    for line in (reference / f"{backbone}.keys.txt").read_text().splitlines():
        key, dtype, shape = line.split()
        sizes = () if shape == "scalar" else tuple(map(int, shape.split("x")))
        if dtype == "int64":
            state[key] = torch.tensor(1234).expand(sizes).clone()
        else:
            state[key] = torch.rand(sizes, generator=generator)
    return state


@pytest.fixture(scope="module")
def state(request: pytest.FixtureRequest) -> dict[str, Tensor]:
    """A made-up MobileNetV2 checkpoint; shared, so copy it to change it."""
    return published(Path(__file__).parents[1] / "fixtures" / "reference", "mobilenetv2")


@pytest.fixture(scope="module")
def good(state: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("published") / "published.pth"
    torch.save(state, path)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "made" / "weights"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def refused(checkpoint: Path, out: Path) -> str:
    """The refusal of a checkpoint, nothing having been written."""
    with pytest.raises(WeightsError) as caught:
        convert(checkpoint, out)
    assert str(checkpoint) in str(caught.value)
    assert not out.exists()
    assert not out.parent.exists()
    return str(caught.value)


@pytest.mark.parametrize("backbone", DEEPEST_SLOW)
def test_a_published_checkpoint(backbone: str, reference: Path, tmp_path: Path, out: Path) -> None:
    entries = published(reference, backbone)
    path = tmp_path / f"pytorch_{backbone}.pth"
    torch.save(entries, path)
    result = convert(path, out)
    assert result.backbone == backbone
    assert result.left_out == REFINER_ENTRIES
    assert result.entries == len(entries) - REFINER_ENTRIES
    names = {file.name for file in out.iterdir()}
    assert names == {"config.json", "README.md", *weights_names(out)}
    assert [file.name for file in out.parent.iterdir()] == [out.name]
    network = MattingBase.from_pretrained(out)
    assert network.backbone_name == backbone
    for key, value in network.state_dict().items():
        assert torch.equal(value, entries[key]), key
    card = (out / "README.md").read_text()
    assert path.name in card
    assert hashlib.sha256(path.read_bytes()).hexdigest() == result.sha256
    assert result.sha256 in card
    assert "20 entries" in card


def test_the_command(good: Path, out: Path) -> None:
    result = run(good, out, "--half")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}\n"
    assert "mobilenetv2: 362 entries converted, 20 of the refiner left out" in result.stderr
    stored = load_file(out / "model.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16, torch.int64}
    assert MattingBase.from_pretrained(out).backbone_name == "mobilenetv2"


def test_as_a_process(good: Path, tmp_path: Path, out: Path) -> None:
    """A harmful file in a real process: one sentence, no traceback, nothing run."""
    ran = tmp_path / "ran"
    path = tmp_path / "harmful.pth"
    path.write_bytes(harmful(ran))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bgmatting", "convert", str(path), str(out)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "could run code" in done.stderr
    assert "Traceback" not in done.stderr
    assert not ran.exists()
    assert not out.exists()


@pytest.mark.parametrize("wrap", ["state_dict", "model_state_dict", "model"])
def test_trainers_dicts(wrap: str, state: dict[str, Tensor], tmp_path: Path, out: Path) -> None:
    prefixed = {f"module.{key}": value for key, value in state.items()}
    torch.save({wrap: prefixed, "epoch": 3, "best": 0.5}, tmp_path / "a.pth")
    result = convert(tmp_path / "a.pth", out)
    assert (result.backbone, result.left_out) == ("mobilenetv2", REFINER_ENTRIES)


@pytest.mark.parametrize(
    "prefix",
    ["_orig_mod.", "_orig_mod.module.", "module._orig_mod.", "module.module._orig_mod.module."],
)
def test_wrappers_in_any_order(
    prefix: str, state: dict[str, Tensor], tmp_path: Path, out: Path
) -> None:
    torch.save({prefix + key: value for key, value in state.items()}, tmp_path / "a.pth")
    result = convert(tmp_path / "a.pth", out)
    assert (result.backbone, result.left_out) == ("mobilenetv2", REFINER_ENTRIES)


def test_a_checkpoint_without_refiner(state: dict[str, Tensor], tmp_path: Path, out: Path) -> None:
    base = {key: value for key, value in state.items() if not key.startswith("refiner.")}
    torch.save(base, tmp_path / "a.pth")
    assert convert(tmp_path / "a.pth", out).left_out == 0
    assert "means nothing" in (out / "README.md").read_text()


def test_the_format_before_zip(state: dict[str, Tensor], tmp_path: Path, out: Path) -> None:
    path = tmp_path / "old.pth"
    torch.save(state, path, _use_new_zipfile_serialization=False)
    assert convert(path, out).backbone == "mobilenetv2"


def test_half_precision_checkpoints(state: dict[str, Tensor], tmp_path: Path, out: Path) -> None:
    half = {
        key: value.half() if value.is_floating_point() else value for key, value in state.items()
    }
    torch.save(half, tmp_path / "a.pth")
    convert(tmp_path / "a.pth", out)
    stored = load_file(out / "model.safetensors")
    assert torch.equal(stored["decoder.conv4.bias"], half["decoder.conv4.bias"].float())


def test_an_existing_folder_is_not_touched(good: Path, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "config.json").write_text("mine")
    with pytest.raises(OutputError, match="--overwrite"):
        convert(good, out)
    assert [(file.name, file.read_text()) for file in out.iterdir()] == [("config.json", "mine")]
    assert run(good, out).exit_code == 1


def test_overwriting_replaces_weights_and_keeps_the_rest(good: Path, out: Path) -> None:
    convert(good, out)
    first = (out / "README.md").read_text()
    (out / "config.json").write_text("spoilt")
    (out / "notes.txt").write_text("keep")
    assert convert(good, out, overwrite=True).card_kept is False
    assert MattingBase.from_pretrained(out).backbone_name == "mobilenetv2"
    assert (out / "README.md").read_text() == first
    assert (out / "notes.txt").read_text() == "keep"
    (out / "README.md").write_text("My own words.\n")
    result = run(good, out, "--overwrite")
    assert result.exit_code == 0
    assert "kept the hand-written" in result.stderr
    assert (out / "README.md").read_text() == "My own words.\n"
    assert [file.name for file in out.parent.iterdir()] == [out.name]


def test_a_refused_checkpoint_leaves_the_folder_it_should_overwrite(
    good: Path, tmp_path: Path, out: Path
) -> None:
    convert(good, out)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    (tmp_path / "bad.pth").write_bytes(good.read_bytes()[:-100])
    with pytest.raises(WeightsError):
        convert(tmp_path / "bad.pth", out, overwrite=True)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_a_file_where_the_folder_should_be(good: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        convert(good, tmp_path / "file", overwrite=True)
    with pytest.raises(OutputError, match="is a file"):
        convert(good, tmp_path / "file" / "below")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_result_that_reads_back_differently_is_not_put_in_place(
    good: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = MattingBase.save_pretrained

    def spoilt(network: MattingBase, folder: Path, **options: object) -> None:
        honest(network, folder, **options)
        stored = load_file(folder / "model.safetensors")
        stored["decoder.conv4.bias"][0] += 1e-3
        save_file(stored, folder / "model.safetensors")

    monkeypatch.setattr(MattingBase, "save_pretrained", spoilt)
    with pytest.raises(OutputError, match=r"decoder\.conv4\.bias"):
        convert(good, out)
    assert list(out.parent.iterdir()) == []


def harmful(creates: Path) -> bytes:
    """A pickle that makes a file when it is loaded without care."""

    class Harmful:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[str, ...]]:
            return os.mkdir, (str(creates),)

    return pickle.dumps({"state_dict": Harmful()}, protocol=2)


def test_a_harmful_pickle_is_not_run(tmp_path: Path, out: Path) -> None:
    ran = tmp_path / "ran"
    path = tmp_path / "harmful.pth"
    path.write_bytes(harmful(ran))
    pickle.loads(path.read_bytes())
    assert ran.exists()  # it does harm where it is let
    ran.rmdir()
    said = refused(path, out)
    assert "mkdir" in said
    assert "could run code" in said
    assert not ran.exists()


def test_a_harmful_pickle_inside_a_checkpoint_is_not_run(
    good: Path, tmp_path: Path, out: Path
) -> None:
    ran = tmp_path / "ran"
    path = tmp_path / "harmful.pth"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            pickled = name.endswith("/data.pkl")
            target.writestr(name, harmful(ran) if pickled else source.read(name))
    assert "mkdir" in refused(path, out)
    assert not ran.exists()


def test_a_pickled_network_is_not_run(tmp_path: Path, out: Path) -> None:
    torch.save(torch.nn.Conv2d(3, 3, 1), tmp_path / "a.pth")
    said = refused(tmp_path / "a.pth", out)
    assert "torch.nn.modules.conv.Conv2d" in said
    assert "state dict" in said


class Doubled(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + x


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_torchscript_archive(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "torchscript_mobilenetv2.pth"
    torch.jit.trace(Doubled(), torch.ones(1)).save(str(path))
    assert "TorchScript" in refused(path, out)


@pytest.mark.parametrize("keep", [0, 1, 10, 1000, 100_000, -1, -100, -100_000])
def test_truncated_checkpoints(keep: int, good: Path, tmp_path: Path, out: Path) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(good.read_bytes()[:keep])
    said = refused(path, out)
    assert "damaged" in said or "empty" in said


@pytest.mark.parametrize("keep", [1, 100, 5000, 1_000_000, -1])
def test_truncated_checkpoints_of_the_format_before_zip(
    keep: int, state: dict[str, Tensor], tmp_path: Path, out: Path
) -> None:
    content = io.BytesIO()
    torch.save(state, content, _use_new_zipfile_serialization=False)
    path = tmp_path / "cut.pth"
    path.write_bytes(content.getvalue()[:keep])
    assert "damaged" in refused(path, out)


def legacy(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def test_the_format_before_zip_without_some_numbers(tmp_path: Path, out: Path) -> None:
    """Its list of what follows is cut off with what follows: torch leaves memory as it was."""
    content = legacy({"a": torch.zeros(30), "b": torch.ones(4)})
    file = io.BytesIO(content)
    for _ in range(4):
        begin = (list(pickletools.genops(file)), file.tell())[1]
    keys = pickle.load(file)
    rest = content[file.tell() :]
    path = tmp_path / "cut.pth"
    path.write_bytes(content[:begin] + pickle.dumps(keys[:1], protocol=2) + rest[: 8 + 120])
    assert torch.load(path, weights_only=True)["a"].shape == (30,)
    assert "damaged or cut off: its tensors take 152 bytes" in refused(path, out)
    path.write_bytes(content + b"\0")
    assert "damaged or cut off" in refused(path, out)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(tmp_path: Path, out: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    assert "pipe or device" in refused(tmp_path / "pipe.pth", out)


def test_sizes_are_looked_at_first(tmp_path: Path, out: Path) -> None:
    """What is a hole, or claims more than it has, takes no memory and no time."""
    path = tmp_path / "a.pth"
    with path.open("wb") as sparse:
        sparse.truncate(20_000_000_000)
    assert "has 20,000,000,000 bytes" in refused(path, out)

    torch.save({"a": torch.zeros(3)}, path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        name = archive.namelist()[0].partition("/")[0]
        with archive.open(f"{name}/data/9", "w", force_zip64=True) as file:
            for _ in range(20):
                file.write(bytes(100_000_000))
    assert path.stat().st_size < 10_000_000
    assert "claims to hold 2,000,000," in refused(path, out)


@pytest.mark.parametrize("opcode", [b"\x8e", b"\x8d", b"\x96"])  # bytes, text, bytearray
@pytest.mark.parametrize("where", ["legacy", "zip"])
def test_pickles_that_claim_more_than_they_have(
    opcode: bytes, where: str, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = b"\x80\x05" + opcode + (4_000_000_000).to_bytes(8, "little") + b"x" * 1000 + b"."
    path = tmp_path / "a.pth"
    if where == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a/data.pkl", claims)
    else:
        content = legacy({"a": torch.zeros(3)})
        file = io.BytesIO(content)
        for _ in range(3):
            begin = (list(pickletools.genops(file)), file.tell())[1]
        path.write_bytes(content[:begin] + claims)
    given: list[object] = []
    load = torch.load
    monkeypatch.setattr(torch, "load", lambda file, **how: (given.append(file), load(file, **how)))
    assert "damaged" in refused(path, out)
    assert not any(isinstance(file, Path) for file in given)  # nothing but what is in memory


@settings(max_examples=60, deadline=None)
@given(content=st.binary(min_size=1, max_size=200))
def test_any_bytes_are_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "any.pth"
    path.write_bytes(content)
    refused(path, path.parent / "made" / "weights")


def test_wrong_files(tmp_path: Path, out: Path, state: dict[str, Tensor]) -> None:
    path = tmp_path / "wrong.pth"
    path.write_text("<!DOCTYPE html><html>Not found</html>")
    assert "not a PyTorch checkpoint" in refused(path, out)
    path.write_text("hello, these are no weights\n" * 100)
    assert "not a PyTorch checkpoint" in refused(path, out)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.txt", "x")
    assert "not one of PyTorch" in refused(path, out)
    save_file({"a": torch.zeros(3)}, path)
    assert "safetensors already" in refused(path, out)
    assert "no file" in refused(tmp_path / "nothing.pth", out)
    assert "is a folder" in refused(tmp_path, out)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (torch.zeros(3), "a Tensor"),
        ([torch.zeros(3)], "a list"),
        ({}, "nothing"),
        ({"epoch": 3}, "'epoch': int"),
        ({1: torch.zeros(3)}, "1: Tensor"),
        ({"a": torch.zeros(3), "b": torch.zeros(1)}, "another network (2 entries, such as a)"),
        ({"decoder.conv4.bias": torch.zeros(37)}, "another network"),
        ({"a": torch.zeros(3).to_sparse()}, "other than plain numbers"),
    ],
)
def test_checkpoints_of_something_else(
    content: object, words: str, tmp_path: Path, out: Path
) -> None:
    torch.save(content, tmp_path / "a.pth")
    assert words in refused(tmp_path / "a.pth", out)


def test_an_incomplete_checkpoint_names_what_is_missing(
    state: dict[str, Tensor], tmp_path: Path, out: Path
) -> None:
    cut = {key: value for key, value in state.items() if not key.startswith("decoder.conv")}
    cut["decoder.extra"] = torch.zeros(1)
    torch.save(cut, tmp_path / "a.pth")
    said = refused(tmp_path / "a.pth", out)
    assert "recognised as mobilenetv2" in said
    assert "5 missing: decoder.conv1.weight" in said
    assert "1 unexpected: decoder.extra" in said


def test_a_resnet101_that_lacks_a_layer_is_not_taken_for_a_resnet50(
    reference: Path, tmp_path: Path, out: Path
) -> None:
    entries = {
        key: value.half() if value.is_floating_point() else value
        for key, value in published(reference, "resnet101").items()
        if not key.startswith("backbone.layer3.22.")
    }
    torch.save(entries, tmp_path / "a.pth")
    said = refused(tmp_path / "a.pth", out)
    assert "recognised as resnet101" in said
    assert "missing: backbone.layer3.22." in said


def test_values_that_are_not_finite(state: dict[str, Tensor], tmp_path: Path, out: Path) -> None:
    broken = {**state, "decoder.bn1.weight": torch.full((128,), float("nan"))}
    torch.save(broken, tmp_path / "a.pth")
    assert "decoder.bn1.weight" in refused(tmp_path / "a.pth", out)


def test_values_too_large_for_half_precision(
    state: dict[str, Tensor], tmp_path: Path, out: Path
) -> None:
    torch.save({**state, "decoder.bn1.running_var": torch.full((128,), 1e6)}, tmp_path / "a.pth")
    with pytest.raises(WeightsError, match=r"decoder\.bn1\.running_var"):
        convert(tmp_path / "a.pth", out, dtype=torch.float16)
    assert not out.exists()
    with pytest.raises(InputError, match="dtype"):
        convert(tmp_path / "a.pth", out, dtype=torch.int8)


def test_wrong_usage(good: Path) -> None:
    assert run(good).exit_code == 2
    assert run().exit_code == 2


def test_errors_of_the_command_are_ours(tmp_path: Path, out: Path) -> None:
    assert isinstance(run(tmp_path / "nothing.pth", out).exception, BgmattingError)
