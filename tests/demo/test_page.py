"""The page in a real browser."""

from __future__ import annotations

import io
import re
import urllib.request

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from bgmatting.demo.page import BACKGROUND_LABEL, SOURCE_LABEL, VIEWS

pytestmark = pytest.mark.browser

SLOW = 60_000  # milliseconds; the first run loads the weights


def _upload(page, name, path):
    page.locator(f"#{name} input[type=file]").set_input_files(path)
    expect(page.locator(f"#{name} img")).to_be_visible()


def _run(page):
    page.get_by_role("button", name="Cut out", exact=True).click()


def test_the_inputs_are_named(page):
    for label in (SOURCE_LABEL, BACKGROUND_LABEL):
        expect(page.get_by_text(label, exact=True).first).to_be_visible()


def test_backbones_without_weights_say_so(page):
    from bgmatting.demo.service import Service

    for label, _ in Service().choices():
        expect(page.get_by_label(label, exact=True)).to_be_visible()


def test_a_pair_to_every_view(page, pair, expected):
    _upload(page, "source", pair[0])
    _upload(page, "background", pair[1])
    _run(page)
    for kind, title in VIEWS.items():
        page.get_by_role("tab", name=title, exact=True).click()
        shown = page.locator(f"#{kind} img")
        expect(shown).to_be_visible(timeout=SLOW)
        address = shown.get_attribute("src")
        assert re.search(rf"/disc-{kind}\.png$", address)
        with urllib.request.urlopen(address) as answer:
            picture = Image.open(io.BytesIO(answer.read()))
        assert picture.format == "PNG"
        np.testing.assert_array_equal(np.asarray(picture), expected[kind], err_msg=kind)


def test_one_photo_is_not_enough(page, pair):
    _upload(page, "source", pair[0])
    _run(page)
    expect(page.get_by_text(f'please add "{BACKGROUND_LABEL}"')).to_be_visible()


def test_photos_of_different_shape(page, pair, tmp_path):
    narrow = tmp_path / "narrow.png"
    Image.new("RGB", (100, 180)).save(narrow)
    _upload(page, "source", pair[0])
    _upload(page, "background", narrow)
    _run(page)
    expect(page.get_by_text(re.compile("240.*100|100.*240")).first).to_be_visible(timeout=SLOW)


def test_nothing_is_asked_of_other_servers(browser, server):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server)
    page.get_by_role("button", name="Cut out", exact=True).wait_for()
    page.close()
    assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []
