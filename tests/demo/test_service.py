from __future__ import annotations

import gradio as gr
import pytest

from bgmatting.demo.page import answer
from bgmatting.demo.service import Service
from bgmatting.errors import InputError, PairError, WeightsError
from bgmatting.model import BACKBONES


class Failing(Service):
    """A service that cannot."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def matte(self, *_):
        raise self.error


def test_every_backbone_is_offered():
    assert [name for _, name in Service().choices()] == list(BACKBONES)


def test_our_errors_are_the_message():
    with pytest.raises(gr.Error) as shown:
        answer(Failing(PairError("a <b> is not c")), "a.png", "b.png", "mobilenetv2")
    assert shown.value.message == "a &lt;b&gt; is not c"


def test_other_errors_are_one_neutral_sentence_and_logged(caplog):
    secret = RuntimeError("/srv/secret/path is on fire")
    with pytest.raises(gr.Error) as shown:
        answer(Failing(secret), "a.png", "b.png", "mobilenetv2")
    assert "secret" not in shown.value.message
    assert "secret" in caplog.text


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
