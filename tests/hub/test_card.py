"""Model cards: what they say, and whose words are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from bgmatting.errors import InputError
from bgmatting.hub.card import render_card, write_card
from bgmatting.hub.card_metrics import NOT_MEASURED
from bgmatting.model import BACKBONES
from bgmatting.weights.data_parts import Part
from bgmatting.weights.lineage import FINETUNE, Run
from bgmatting.weights.matting_base import MattingBase

BOXES, CIRCLES = Part("boxes", "CC0-1.0"), Part("circles", None, "alice/shapes")
FIRST = Run("mobilenetv2", 5, "random weights", (BOXES, CIRCLES))
TAUGHT = Run("resnet50", 6, "an encoder fitted to them", (BOXES,), base="mobilenetv2")
TUNED = Run("resnet50", 7, "the weights `alice/x`", (BOXES,), base="alice/x", relation=FINETUNE)
GONE_ON = Run("resnet50", 8, "the weights of the run before", "Whatever there was.")


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_hub_can_read_its_metadata(backbone: str) -> None:
    data = ModelCard(render_card(backbone)).data
    assert data.library_name == "bgmatting"
    assert data.license == "mit"
    assert data.pipeline_tag == "image-segmentation"
    assert {"background-matting", "image-matting", "alpha-matting"} <= set(data.tags)
    assert "arxiv:2012.07810" in data.tags
    assert data.base_model is None
    assert "https://arxiv.org/abs/2012.07810" in render_card(backbone)  # the Hub looks for links


def test_it_says_what_a_reader_must_know() -> None:
    card = render_card("resnet50", name="alice/cutter", working_size=640, data="Rendered people.")
    assert 'Matter.from_pretrained("alice/cutter")("source.jpg", "background.jpg")' in card
    assert "640 pixels" in card
    assert "Rendered people." in card
    assert "the same scene, empty" in card
    assert NOT_MEASURED in card
    assert "means nothing" in card
    assert "{{" not in card


def test_hidden_features_that_were_trained() -> None:
    assert "means nothing" not in render_card("resnet50", hidden_trained=True)


def test_code_in_a_card_is_what_the_package_has() -> None:
    """The three lines of use name things that are there."""
    card = render_card("mobilenetv2")
    assert "from bgmatting import MattingBase" in card
    assert "bgmatting cutout source.jpg background.jpg --weights mobilenetv2" in card
    compile(card.split("```python")[1].split("```")[0], "card", "exec")
    compile(card.split("```python")[2].split("```")[0], "card", "exec")


@pytest.mark.parametrize("licence", ["", "MIT\ntags: x", "my licence"])
def test_licences_that_are_no_identifier(licence: str) -> None:
    with pytest.raises(InputError, match="licence"):
        render_card("resnet50", licence=licence)


def test_another_licence() -> None:
    card = render_card("resnet50", licence="cc-by-4.0")
    assert ModelCard(card).data.license == "cc-by-4.0"
    assert "MIT." not in card


def test_writing_updates_ours_and_keeps_theirs(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((saved / "config.json").read_bytes())
    path = write_card(tmp_path)
    assert path == tmp_path / "README.md"
    assert f'from_pretrained("{tmp_path.name}")' in path.read_text()
    assert "512 pixels" in path.read_text()
    (tmp_path / "metrics.json").write_text(json.dumps([{"set": "clean", "MAD": 9.5}]))
    assert write_card(tmp_path) == path
    assert "| clean | 9.5 |" in path.read_text()
    path.write_text("My own words.\n")
    assert write_card(tmp_path, metrics=[{"MAD": 1}]) is None
    assert path.read_text() == "My own words.\n"


def test_the_mixins_card_is_ours(network: MattingBase) -> None:
    card = network.generate_model_card(name="alice/cutter")
    assert str(card) == render_card("mobilenetv2", working_size=512, name="alice/cutter")


def test_the_mixins_card_is_ours_with_all_that_the_hub_reads(network: MattingBase) -> None:
    rows = [{"set": "boxes", "method": "mobilenetv2", "condition": "clean", "MAD": "7.10"}]
    facts = {"lineage": (FIRST, TUNED), "metrics": rows, "name": "alice/cutter"}
    card = network.generate_model_card(**facts)
    assert str(card) == render_card("mobilenetv2", working_size=512, **facts)


def test_weights_that_grew_out_of_others_name_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BGMATTING_REPO", raising=False)

    def base(*runs: Run) -> tuple[object, object]:
        data = ModelCard(render_card("resnet50", lineage=runs)).data
        return data.base_model, data.get("base_model_relation")

    assert base() == base(FIRST) == (None, None)
    assert base(FIRST, TAUGHT) == ("bgmatting/bgmatting-mobilenetv2", None)
    assert base(FIRST, TAUGHT, GONE_ON) == ("bgmatting/bgmatting-mobilenetv2", None)
    assert base(FIRST, TAUGHT, TUNED) == ("alice/x", "finetune")
    elsewhere = Run("resnet50", 1, "a folder", "Boxes.", base="here", relation=FINETUNE)
    assert base(elsewhere) == (None, None)
    monkeypatch.setenv("BGMATTING_REPO", "carol/mine-{backbone}")
    assert base(TAUGHT) == ("carol/mine-mobilenetv2", None)


def test_every_part_of_the_data_has_its_licence() -> None:
    card = render_card("resnet50", lineage=[FIRST, TAUGHT])
    assert ModelCard(card).data.training_data == [
        {"name": "boxes", "license": "CC0-1.0"},
        {"name": "circles (alice/shapes)", "license": None},
    ]
    said = card.split("## Licence")[1].split("## Metrics")[0]
    assert "- CC0-1.0: boxes\n- no licence stated: circles (alice/shapes)\n" in said
    assert "- boxes: CC0-1.0\n\n" in card.split("## Data")[1]  # of the last run
    assert "circles" in card.split("## Lineage")[1].split("## Licence")[0]  # of the first
    assert "as far as it has been stated" not in said
    with_words = render_card("resnet50", lineage=[FIRST, GONE_ON])
    assert "no licence stated: circles" in with_words
    assert "as far as it has been stated" in with_words


def test_data_may_come_as_parts() -> None:
    parts = '[{"what": "boxes", "licence": "CC0-1.0"}, {"what": "circles", "licence": null}]'
    card = render_card("resnet50", data=parts)
    assert "- boxes: CC0-1.0\n- circles: no licence stated" in card
    assert "[boxes](https://x)" in render_card("resnet50", data="[boxes](https://x)")
    with pytest.raises(InputError, match="data is a list of another form"):
        render_card("resnet50", data='[{"what": "boxes"}]')


def test_nothing_in_words_of_others_is_filled_in_or_ends_the_comment() -> None:
    card = render_card("resnet50", source="{{ name }} --> <b>{% raw %}", data="{{ data }} -->")
    assert "- {{ name }} --> <b>{% raw %}\n" in card
    assert card.count("-->\n") == 3  # in data's text, and after the two comments
