"""The capture guide as a piece of HTML; how it looks is the page's tests' matter."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from bgmatting.demo.guide import GUIDE_HTML, LINES


def _parsed():
    return ElementTree.fromstring(GUIDE_HTML.strip())  # fails where a tag is not closed


def test_three_lines_and_two_pairs():
    guide = _parsed()
    assert len(guide.findall(".//li")) == len(LINES) == 3
    assert len(guide.findall(".//figure")) == 2
    assert len(guide.findall(".//clipPath")) == 4  # a photo each


def test_a_screen_reader_is_told_what_is_drawn():
    guide = _parsed()
    names = {element.get("id"): element.text for element in guide.iter() if element.get("id")}
    drawings = guide.findall(".//svg")
    assert all(drawing.get("role") == "img" for drawing in drawings)
    told = [names[drawing.get("aria-labelledby")] for drawing in drawings]
    assert all(told)
    assert len(set(told)) == 2
    captions = ["".join(caption.itertext()) for caption in guide.findall(".//figcaption")]
    assert captions[0].startswith("Right.")
    assert captions[1].startswith("Wrong.")


def test_names_are_used_once_and_all_lead_somewhere():
    guide = _parsed()
    ids = [element.get("id") for element in guide.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    clips = [element.get("clip-path") for element in guide.iter() if element.get("clip-path")]
    assert {clip.removeprefix("url(#").removesuffix(")") for clip in clips} <= set(ids)


def test_nothing_is_fetched_from_elsewhere():
    for element in _parsed().iter():
        for name in ("href", "src", "style"):
            assert "//" not in element.get(name, "")
