"""A backbone of the user's own is one like the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from support.small_network import SmallEncoder
from torch import Tensor, nn

import bgmatting
from bgmatting import Matter, MattingBase, register_backbone
from bgmatting.errors import InputError, WeightsError
from bgmatting.model import BACKBONES, MattingNetwork, fold_batch_norm
from bgmatting.weights import catalogue
from bgmatting.weights.repositories import NamedWeights, list_weights


class Small(nn.Module):
    """Five maps by strided convolutions; the norm before each, although declared after it."""

    def __init__(self) -> None:
        super().__init__()
        widths = (6, 8, 8, 8, 8)
        for i in range(4):
            setattr(self, f"conv{i}", nn.Conv2d(widths[i], 8, 3, 2, 1))
            setattr(self, f"norm{i}", nn.BatchNorm2d(widths[i]))

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = [x]
        for i in range(4):
            norm, conv = getattr(self, f"norm{i}"), getattr(self, f"conv{i}")
            maps.append(conv(norm(maps[-1])).relu())
        return maps


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is registered is forgotten again."""
    monkeypatch.setattr(catalogue, "_TABLE", dict(catalogue._TABLE))
    before = dict(BACKBONES)
    yield
    BACKBONES.clear()
    BACKBONES.update(before)


@pytest.fixture
def small(tables: None) -> str:
    register_backbone("small", Small, 8, (8, 8, 8, 6), title="Small one", note="hardly any")
    return "small"


def test_it_is_built_saved_and_loaded(small: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = MattingBase(small, working_size=64).eval()
    network.save_pretrained(tmp_path / "out")
    again = MattingBase.from_pretrained(tmp_path / "out")
    assert again.config == {"backbone": small, "working_size": 64}
    src, bgr = torch.rand(2, 1, 3, 45, 67).unbind(0)
    with torch.no_grad():
        assert torch.equal(again(src, bgr).pha, network(src, bgr).pha)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_it_mattes(small: str, dtype: str) -> None:
    """Nothing is taken for granted of its encoder: neither the order of use nor the precision."""
    torch.manual_seed(0)
    network = MattingBase(small, working_size=64)
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean, -0.5, 0.5)
            nn.init.uniform_(part.running_var, 0.5, 2)
    source, plate = np.random.default_rng(0).integers(0, 255, (2, 48, 64, 3), dtype=np.uint8)
    matter = Matter(network, device="cpu", dtype=dtype)
    assert matter.backbone == small
    got, _, _ = matter._engine(source, plate)
    src, bgr = (torch.from_numpy(x).permute(2, 0, 1)[None] / 255 for x in (source, plate))
    with torch.no_grad():
        expected = network.eval()(src, bgr).pha[0, 0].numpy()
    assert expected.std() > 0
    assert np.abs(got - expected).max() < (1e-4 if dtype == "float32" else 0.02)


def test_an_encoder_that_says_so_is_folded(tables: None) -> None:
    register_backbone("in_order", SmallEncoder, 8, (8, 8, 8, 6))
    folded = fold_batch_norm(MattingNetwork("in_order"))
    assert not [part for part in folded.modules() if isinstance(part, nn.BatchNorm2d)]


def test_it_is_listed(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BGMATTING_REPO", raising=False)
    info = bgmatting.list_backbones()[small]
    assert (info.title, info.note, info.repository, info.size) == (
        "Small one", "hardly any", None, None,
    )  # fmt: skip
    assert small not in list_weights()
    with pytest.raises(WeightsError, match="no repository is known of small"):
        MattingBase.from_pretrained(small)
    register_backbone("published", Small, 8, (8, 8, 8, 6), repository="alice/mine")
    assert list_weights()["published"] == NamedWeights(repository="alice/mine", revision="main")


def test_the_command_line_and_the_page_know_it(
    small: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from bgmatting.cli import main
    from bgmatting.demo import backbones

    with pytest.raises(SystemExit):
        main(["cutout", "--help"])
    assert f"|{small}]" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main(["cutout", "a.jpg", "b.jpg", "--backbone", small])
    assert stop.value.code == 1  # not 2: the name was right, only there is no such photo
    assert "there is no photo a.jpg" in capsys.readouterr().err
    assert backbones.untrained()[small] == "Small one"


def test_who_did_not_register_it_is_told_of_it(small: str, tmp_path: Path) -> None:
    MattingBase(small).save_pretrained(tmp_path)
    del BACKBONES[small]
    with pytest.raises(WeightsError, match=r"unknown backbone 'small'.*register_backbone"):
        MattingBase.from_pretrained(tmp_path)


@pytest.mark.parametrize("name", ["mobilenetv2", "ResNet50", "small"])
def test_a_name_that_is_taken(small: str, name: str) -> None:
    with pytest.raises(InputError, match="is taken"):
        register_backbone(name, Small, 8, (8, 8, 8, 6))


@pytest.mark.parametrize("name", ["", "my net", "../up", "a/b", "2nd", "n\u00e4he", None, 5])
def test_what_is_no_name(tables: None, name: object) -> None:
    with pytest.raises(InputError, match="the name is"):
        register_backbone(name, Small, 8, (8, 8, 8, 6))  # type: ignore[arg-type]
    assert name not in BACKBONES


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"encoder": Small()}, r"encoder is Small\("),  # calling it would be a forward pass
        ({"encoder": "small"}, "encoder is 'small'"),
        ({"features": 0}, "features are 0"),
        ({"features": 8.0}, "features are 8.0"),
        ({"features": True}, "features are True"),
        ({"shortcuts": (8, 8, 8)}, "the four at 1/8"),
        ({"shortcuts": (8, 8, 8, -6)}, "the four at 1/8"),
        ({"repository": "mine"}, "expected owner/name"),
    ],
)
def test_arguments_that_do_not_fit(tables: None, change: dict, words: str) -> None:
    arguments = {"encoder": Small, "features": 8, "shortcuts": (8, 8, 8, 6), **change}
    with pytest.raises(InputError, match=words):
        register_backbone("other", **arguments)
    assert "other" not in BACKBONES
    assert "other" not in catalogue.list_backbones()
