from __future__ import annotations

import dataclasses
import json

import pytest

from bgmatting.demo import backbones, texts
from bgmatting.model import BACKBONES
from bgmatting.weights import catalogue


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
    assert sorted([*offered, *backbones.untrained()]) == sorted(BACKBONES)
    assert backbones.untrained()["resnet101"] == "ResNet-101"


def test_of_the_untrained_is_told_how_to_offer_them():
    said = texts.untrained({"resnet101": "ResNet-101", "mine": "Mine & yours"})
    assert "ResNet-101 and Mine &amp; yours have" in said
    assert "BGMATTING_REPO" in said
    assert "<code>resnet101</code> or <code>mine</code>" in said


def test_a_repository_offers_all(shipped, monkeypatch):
    monkeypatch.setenv("BGMATTING_REPO", "alice/bgmatting-{backbone}")
    assert backbones.untrained() == {}
    assert dict(map(reversed, backbones.choices()))["resnet101"] == (
        "ResNet-101\n59 M parameters, 6 times the work, 119 MB"
    )


def test_published_weights_are_offered(shipped, monkeypatch):
    published = dataclasses.replace(catalogue.backbone_info("resnet50"), revision="v1")
    monkeypatch.setitem(catalogue._TABLE, "resnet50", published)
    assert [name for _, name in backbones.choices()] == ["resnet50"]


def test_a_repository_that_is_none_does_not_keep_the_page_from_opening(shipped, monkeypatch):
    monkeypatch.setenv("BGMATTING_REPO", "alice")
    assert backbones.untrained() == {}


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
