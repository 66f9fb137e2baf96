from __future__ import annotations

import json

import pytest

from bgmatting.demo import backbones, texts
from bgmatting.model import BACKBONES


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """A folder in place of the checkout's weights."""
    monkeypatch.setattr("bgmatting.weights.repositories.SHIPPED", tmp_path)
    monkeypatch.delenv("BGMATTING_REPO", raising=False)
    return tmp_path


def _put(folder, metrics=None):
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(bytes(3_000_000))
    if metrics is not None:
        (folder / "metrics.json").write_text(json.dumps(metrics))


def test_each_backbone_is_either_offered_or_named_as_untrained(shipped):
    _put(shipped / "resnet50")
    offered = [name for _, name in backbones.choices()]
    assert offered == ["resnet50"]
    assert sorted(offered + backbones.untrained()) == sorted(BACKBONES)


def test_the_untrained_are_told_where_published_weights_go():
    said = texts.untrained({"resnet101": "ResNet-101"})
    assert "ResNet-101 has" in said
    assert "weights/resnet101" in said
    assert "weights/resnet50" not in said


def test_a_repository_offers_all(shipped, monkeypatch):
    monkeypatch.setenv("BGMATTING_REPO", "alice/bgmatting-{backbone}")
    assert backbones.untrained() == []


def test_quality_is_what_was_measured(shipped):
    rows = [
        {"set": "A", "method": method, "condition": condition, "MAD": mad}
        for method, condition, mad in (
            ("keyer", "clean", "99"),
            ("resnet50", "clean", "12.34"),
            ("resnet50", "handheld", "56.78"),
        )
    ]
    _put(shipped / "resnet50", [*rows, {**rows[1], "set": "B", "MAD": "77"}])
    assert "3 MB, alpha 1.2 % off on average (5.7 % hand-held)" in backbones.describe("resnet50")


@pytest.mark.parametrize("metrics", [None, [], {"MAD": 1}, [{"set": "A"}]])
def test_weights_that_were_not_measured(shipped, metrics):
    _put(shipped / "resnet50", metrics)
    assert backbones.describe("resnet50").endswith("3 MB")
