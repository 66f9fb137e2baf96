"""`MattingBase` is what users of huggingface_hub's `PyTorchModelHubMixin` expect."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import ModelCard, PyTorchModelHubMixin
from safetensors.torch import load_file, save_file
from torch import nn

from bgmatting.errors import InputError, WeightsError
from bgmatting.model import MattingNetwork, fold_batch_norm
from bgmatting.weights.matting_base import MattingBase


class WithHead(MattingBase, tags=["hair"]):
    """A subclass with an argument and modules of its own."""

    def __init__(self, backbone: str, working_size: int = 768, width: int = 2) -> None:
        super().__init__(backbone, working_size)
        self.width = width
        self.own = nn.Linear(width, 3)
        self.register_buffer("steps", torch.arange(width).float(), persistent=False)


class Fixed(MattingBase):
    """A subclass that says itself what backbone it has, passes on the rest, and ties weights."""

    def __init__(self, width: int = 2, **options: Any) -> None:
        super().__init__("mobilenetv2", **options)
        self.one, self.other = nn.Linear(width, width), nn.Linear(width, width)
        self.other.weight = self.one.weight


@pytest.fixture(scope="module")
def with_head() -> WithHead:
    return WithHead("mobilenetv2", width=5)


@pytest.fixture(scope="module")
def head_folder(with_head: WithHead, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("head") / "weights"
    with_head.save_pretrained(folder)
    return folder


def same(one: nn.Module, other: nn.Module) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return list(ours) == list(theirs) and all(torch.equal(ours[key], theirs[key]) for key in ours)


@pytest.mark.parametrize(
    "name", ["from_pretrained", "_from_pretrained", "save_pretrained", "push_to_hub"]
)
def test_every_argument_of_the_installed_mixin_is_known(name: str) -> None:
    theirs = inspect.signature(getattr(PyTorchModelHubMixin, name)).parameters
    ours = inspect.signature(getattr(MattingBase, name)).parameters
    assert set(theirs) <= set(ours)


def test_what_the_mixin_saves_alone_loads(tmp_path: Path) -> None:
    class Plain(MattingNetwork, PyTorchModelHubMixin):
        pass

    plain = Plain("mobilenetv2").eval()
    plain.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text()) == {"backbone": "mobilenetv2"}
    assert same(MattingBase.from_pretrained(tmp_path), plain)


def test_the_mixin_alone_loads_what_we_save(saved: Path, network: MattingBase) -> None:
    class Plain(MattingNetwork, PyTorchModelHubMixin):
        pass

    assert same(Plain.from_pretrained(saved, strict=True), network)


def test_a_subclass_loads_whole(with_head: WithHead, head_folder: Path) -> None:
    before = torch.get_rng_state()
    again = WithHead.from_pretrained(head_folder)
    assert torch.equal(torch.get_rng_state(), before)
    assert type(again) is WithHead
    assert again.width == 5
    assert again.config == {"backbone": "mobilenetv2", "working_size": 768, "width": 5}
    assert torch.equal(again.steps, torch.arange(5).float())
    assert same(again, with_head)
    assert not again.training


def test_a_subclass_is_loaded_strictly(head_folder: Path, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"2 unexpected: own\.bias, own\.weight"):
        MattingBase.from_pretrained(head_folder)
    with pytest.raises(WeightsError, match=r"2 missing: own\.weight, own\.bias"):
        WithHead.from_pretrained(saved)
    folder = Path(shutil.copytree(head_folder, tmp_path / "copy"))
    state = load_file(folder / "model.safetensors")
    save_file({**state, "own.bias": torch.zeros(4)}, folder / "model.safetensors")
    with pytest.raises(WeightsError, match=r"own\.bias 4 float32 \(expected 3 float32\)"):
        WithHead.from_pretrained(folder)


def test_a_changed_subclass_is_not_saved(with_head: WithHead, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="changed since it was built"):
        fold_batch_norm(with_head).save_pretrained(tmp_path / "out")
    changed = copy.deepcopy(with_head)
    changed.more = nn.Linear(2, 2)
    with pytest.raises(WeightsError, match="2 unexpected: more"):
        changed.save_pretrained(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_subclass_with_what_it_passes_on(tmp_path: Path) -> None:
    network = Fixed(3, working_size=512)
    network.working_size = 600
    network.save_pretrained(tmp_path)
    again = Fixed.from_pretrained(tmp_path)
    assert again.config == network.config
    assert again.working_size == 600
    assert same(again, network)
    assert again.one.weight is again.other.weight
    assert Fixed.from_pretrained(tmp_path, working_size=700).working_size == 700


def test_a_subclass_extends_the_hooks(saved: Path, tmp_path: Path) -> None:
    class Noted(MattingBase):
        note = ""

        @classmethod
        def _from_pretrained(cls, *, model_id: str, loudly: bool = False, **rest: Any) -> Noted:
            network = super()._from_pretrained(model_id=model_id, **rest)
            text = (Path(model_id) / "notes" / "note.txt").read_text()
            network.note = text.upper() if loudly else text
            return network

        def _save_pretrained(self, save_directory: Path) -> None:
            super()._save_pretrained(save_directory)
            (save_directory / "notes").mkdir()
            (save_directory / "notes" / "note.txt").write_text("mine")

        def generate_model_card(self, *args: Any, **kwargs: Any) -> ModelCard:
            return ModelCard("---\nlicense: mit\n---\nMy own words.\n")

    network = Noted("mobilenetv2")
    network.save_pretrained(tmp_path, dtype=torch.float16)
    assert Noted.from_pretrained(tmp_path).note == "mine"
    assert Noted.from_pretrained(tmp_path, loudly=True).note == "MINE"
    assert "My own words." in (tmp_path / "README.md").read_text()
    stored = load_file(tmp_path / "model.safetensors")
    assert stored["decoder.conv4.bias"].dtype is torch.float16
    with pytest.raises(InputError, match="backbone, working_size, loudly"):
        Noted.from_pretrained(tmp_path, aloud=True)


def test_a_subclass_has_its_own_metadata_or_template(with_head: WithHead) -> None:
    class Other(MattingBase, model_card_template="---\n{{ card_data }}\n---\nBy {{ author }}."):
        pass

    assert "hair" in with_head.generate_model_card().data.tags
    card = Other("mobilenetv2").generate_model_card(author="Anna")
    assert card.text.strip() == "By Anna."
    assert card.data.library_name == "bgmatting"


def test_arguments_as_keywords(saved: Path) -> None:
    assert MattingBase.from_pretrained(saved, working_size=640).working_size == 640
    with pytest.raises(InputError, match="working_size is 5"):
        MattingBase.from_pretrained(saved, working_size=5)
    with pytest.raises(InputError, match=r"no argument 'workingsize'; .* backbone, working_size"):
        MattingBase.from_pretrained(saved, workingsize=640)
    with pytest.raises(WeightsError, match="does not fit the network"):
        MattingBase.from_pretrained(saved, backbone="resnet50")


def test_an_argument_that_neither_config_nor_caller_gives(saved: Path) -> None:
    class Demanding(MattingBase):
        def __init__(self, backbone: str, width: int) -> None:
            super().__init__(backbone)

    with pytest.raises(InputError, match=r"Demanding cannot be built .* 'width'"):
        Demanding.from_pretrained(saved)
    assert Demanding.from_pretrained(saved, width=3).config["width"] == 3


def test_what_fits_is_loaded_if_not_strict(head_folder: Path, with_head: WithHead) -> None:
    plain = MattingBase.from_pretrained(head_folder, strict=False)
    assert torch.equal(plain.decoder.conv4.weight, with_head.decoder.conv4.weight)
    torch.manual_seed(1)
    other = WithHead.from_pretrained(head_folder, strict=False, width=7)
    torch.manual_seed(1)
    fresh = WithHead("mobilenetv2", width=7)
    assert torch.equal(other.decoder.conv4.weight, with_head.decoder.conv4.weight)
    assert torch.equal(other.own.weight, fresh.own.weight)  # of another shape: as initialised
    assert torch.equal(other.own.bias, with_head.own.bias)
    assert not any(value.is_meta for value in other.state_dict().values())


def test_nothing_that_fits(saved: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "copy"))
    save_file({"x": torch.zeros(1)}, folder / "model.safetensors")
    with pytest.raises(WeightsError, match="no entry that fits"):
        MattingBase.from_pretrained(folder, strict=False)


@pytest.mark.parametrize("device", ["cpu", "cpu:0", torch.device("cpu")])
def test_devices(saved: Path, device: Any) -> None:
    network = MattingBase.from_pretrained(saved, map_location=device)
    assert {value.device.type for value in network.state_dict().values()} == {"cpu"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("cls", [MattingBase, WithHead])
def test_onto_a_gpu(saved: Path, head_folder: Path, cls: type[MattingBase]) -> None:
    folder = saved if cls is MattingBase else head_folder
    network = cls.from_pretrained(folder, map_location="cuda", dtype=torch.float16)
    tensors = [*network.parameters(), *network.buffers()]
    assert {value.device.type for value in tensors} == {"cuda"}
    assert {value.dtype for value in tensors if value.is_floating_point()} == {torch.float16}


@pytest.mark.parametrize(
    ("device", "words"),
    [
        *(
            ("meta", "without values"),
            ("gpu", "expected a device"),
            ("cuda:99", "not on this machine"),
        ),
        *((None, "expected a device"), ({"cuda:0": "cpu"}, "expected a device")),
    ],
)
def test_devices_that_cannot_be_meant(saved: Path, device: Any, words: str) -> None:
    with pytest.raises(InputError, match="map_location") as caught:
        MattingBase.from_pretrained(saved, map_location=device)
    assert words in str(caught.value)


def test_two_names_of_the_dtype(saved: Path, head_folder: Path) -> None:
    network = MattingBase.from_pretrained(saved, torch_dtype=torch.bfloat16)
    assert network.decoder.conv4.weight.dtype is torch.bfloat16
    network = WithHead.from_pretrained(head_folder, torch_dtype=torch.bfloat16)
    assert network.steps.dtype is torch.bfloat16
    with pytest.raises(InputError, match="give one of them"):
        MattingBase.from_pretrained(saved, dtype=torch.float16, torch_dtype=torch.bfloat16)


def test_subfolders(saved: Path, tmp_path: Path, network: MattingBase) -> None:
    shutil.copytree(saved, tmp_path / "runs" / "last")
    for name in ("runs/last", "runs/last/"):
        assert same(MattingBase.from_pretrained(tmp_path, subfolder=name), network)
    with pytest.raises(WeightsError, match=r"has no config\.json"):
        MattingBase.from_pretrained(tmp_path, subfolder="runs")


@pytest.mark.parametrize("name", ["..", "../x", "a/../b", "/a", "a//b", ".", 3, "a\\b"])
def test_subfolders_that_are_elsewhere(saved: Path, name: Any) -> None:
    with pytest.raises(InputError, match="subfolder"):
        MattingBase.from_pretrained(saved, subfolder=name)


def test_more_in_the_config(network: MattingBase, tmp_path: Path) -> None:
    @dataclass
    class Facts:
        camera: str = "phone"

    for more in (Facts(), {"camera": "phone"}):
        network.save_pretrained(tmp_path, config=more)
        config = json.loads((tmp_path / "config.json").read_text())
        assert config == {**network.config, "camera": "phone"}
    assert MattingBase.from_pretrained(tmp_path).config == network.config


@pytest.mark.parametrize(
    "config", [{"working_size": 640}, {"backbone": "resnet50"}, {"lineage": []}, "x", {"a": {1}}]
)
def test_configs_of_another_network(saved: Path, tmp_path: Path, config: Any) -> None:
    network = MattingBase.from_pretrained(saved)
    with pytest.raises(InputError, match="config"):
        network.save_pretrained(tmp_path / "out", config=config)
    assert not (tmp_path / "out").exists()


def test_unknown_arguments_are_not_swallowed(network: MattingBase, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no argument 'safe_serialisation'"):
        network.save_pretrained(tmp_path / "out", safe_serialisation=True)
    with pytest.raises(TypeError, match="safe_serialisation"):
        network.push_to_hub("alice/cutter", safe_serialisation=True)
    with pytest.raises(InputError, match="model card knows no argument 'colour'"):
        network.save_pretrained(tmp_path / "out", model_card_kwargs={"colour": "red"})
    assert not (tmp_path / "out").exists()
    network.save_pretrained(tmp_path / "out", push_to_hub=False, private=True)


def test_copies_and_pickles(with_head: WithHead, tmp_path: Path) -> None:
    original = copy.deepcopy(with_head)
    original.working_size = 640
    for clone in (copy.deepcopy(original), pickle.loads(pickle.dumps(original))):
        assert clone.config == original.config
        assert same(clone, original)
        clone.save_pretrained(tmp_path)
        assert same(WithHead.from_pretrained(tmp_path), original)
        assert WithHead.from_pretrained(tmp_path).working_size == 640


@pytest.mark.filterwarnings("ignore")
def test_wrapped_networks_save(saved: Path, tmp_path: Path) -> None:
    network = MattingBase.from_pretrained(saved)
    store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        distributed = nn.parallel.DistributedDataParallel(network).module
        distributed.save_pretrained(tmp_path / "distributed")
    finally:
        torch.distributed.destroy_process_group()
    nn.DataParallel(network).module.save_pretrained(tmp_path / "parallel")
    compiled = torch.compile(network)
    compiled._orig_mod.save_pretrained(tmp_path / "compiled")
    compiled.save_pretrained(tmp_path / "forwarded")
    for name in ("distributed", "parallel", "compiled", "forwarded"):
        assert same(MattingBase.from_pretrained(tmp_path / name), network), name
