from __future__ import annotations

import pytest

from bgmatting.demo.service import Service
from bgmatting.errors import InputError, WeightsError


def test_unknown_backbone():
    with pytest.raises(InputError, match="mobilenetv2, resnet50, resnet101"):
        Service().matter("vgg")


def test_no_weights(monkeypatch):
    monkeypatch.setattr("bgmatting.demo.service.has_weights", lambda _: False)
    with pytest.raises(WeightsError, match="no trained weights"):
        Service().matter("resnet50")


def test_weights_are_loaded_once(monkeypatch):
    import bgmatting.imaging

    loaded = []

    def load(name):
        loaded.append(name)
        return object()

    monkeypatch.setattr("bgmatting.demo.service.has_weights", lambda _: True)
    monkeypatch.setattr(bgmatting.imaging.Matter, "from_pretrained", load)
    service = Service()
    assert service.matter("resnet50") is service.matter("resnet50")
    assert loaded == ["resnet50"]


def test_warming_up_loads_the_default_and_survives_what_goes_wrong(monkeypatch, caplog):
    import bgmatting.imaging

    asked = []

    def load(name):
        asked.append(name)
        raise RuntimeError("no memory left")

    monkeypatch.setattr(bgmatting.imaging.Matter, "from_pretrained", load)
    Service().warm_up()
    assert asked == ["mobilenetv2"]
    assert "no memory left" in caplog.text
