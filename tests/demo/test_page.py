"""The page in a real browser."""

from __future__ import annotations

import io
import re
import urllib.request
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from bgmatting.demo import texts
from bgmatting.demo.backbones import choices, untrained
from bgmatting.demo.texts import BACKDROPS, DOWNLOADS, VIEWS

pytestmark = pytest.mark.browser

SLOW = 120_000  # milliseconds; the first run loads the weights
PHONE = {"width": 390, "height": 844}


def _upload(page, name, path):
    page.locator(f"#{name} input[type=file]").set_input_files(path)
    expect(page.locator(f"#{name} img")).to_be_visible()


def _run(page):
    page.locator("#run").click()


def _run_pair(page, pair):
    _upload(page, "source", pair[0])
    _upload(page, "background", pair[1])
    _run(page)
    expect(page.locator("#results")).to_be_visible(timeout=SLOW)


def _show(page, kind):
    page.get_by_role("tab", name=VIEWS[kind], exact=True).click()


def _fetch(picture):
    """What an <img> shows, as the server sends it."""
    with urllib.request.urlopen(picture.get_attribute("src")) as answer:
        image = Image.open(io.BytesIO(answer.read()))
    assert image.format == "PNG"
    return np.asarray(image)


def _download(page, button, timeout=30_000):
    with page.expect_download(timeout=timeout) as download:
        page.locator(button).click()
    return download.value


@pytest.fixture(scope="module")
def done(open_page, pair):
    """A page with a result."""
    with open_page() as page:
        _run_pair(page, pair)
        yield page


def test_before_anything_the_page_is_calm(page):
    for label in (texts.SOURCE_LABEL, texts.BACKGROUND_LABEL, texts.GUIDE):
        expect(page.get_by_role("heading", name=label)).to_be_visible()
    expect(page.locator("#results")).to_be_hidden()
    expect(page.locator("#status")).to_be_hidden()
    expect(page.get_by_text("not kept")).to_be_visible()


def test_only_backbones_that_can_be_used_can_be_chosen(page):
    for label, _ in choices():
        page.locator("#backbone").get_by_label(label).check()
    assert page.locator("#backbone input").count() == len(choices())
    if untrained():
        expect(page.locator("#untrained")).to_contain_text("BGMATTING_REPO")


@pytest.mark.parametrize("kind", ["cutout", "alpha", "foreground"])
def test_views_show_the_exact_pixels(done, expected, kind):
    _show(done, kind)
    shown = done.locator(f"#{kind} img")
    expect(shown).to_be_visible()
    np.testing.assert_array_equal(_fetch(shown), expected[kind])


def test_the_error_is_shown_as_heat_with_a_legend(done):
    _show(done, "error")
    expect(done.locator("#error img")).to_be_visible()
    expect(done.locator(".legend")).to_be_visible()
    assert _fetch(done.locator("#error img")).shape == (180, 240, 3)


def test_before_and_after_are_compared(done, pair, expected):
    _show(done, "compare")
    before, after = (done.locator("#compare img").nth(i) for i in (0, 1))
    np.testing.assert_array_equal(_fetch(before), np.asarray(Image.open(pair[0])))
    expect(after).to_be_visible()


@pytest.mark.parametrize("kind", DOWNLOADS)
def test_downloads_are_what_python_gives(done, pair, kind):
    from bgmatting import Matter

    download = _download(done, f"#download-{kind}")
    assert download.suggested_filename == f"disc-{kind}.png"
    matte = Matter.from_pretrained("mobilenetv2")(*pair)
    name, _, deep = kind.partition("-")
    image = matte.image(name, bits=16 if deep else 8)
    np.testing.assert_array_equal(np.asarray(Image.open(download.path())), np.asarray(image))


def test_all_downloads_as_one(done):
    download = _download(done, "#download-all")
    assert download.suggested_filename == "disc-matte.zip"
    with zipfile.ZipFile(download.path()) as archive:
        assert set(archive.namelist()) == {f"disc-{kind}.png" for kind in DOWNLOADS}


def test_a_new_backdrop_needs_no_new_run(done, pair):
    from bgmatting import Matter

    matte = Matter.from_pretrained("mobilenetv2")(*pair)
    _show(done, "composite")
    earlier = done.locator("#composite img").get_attribute("src")
    for kind, backdrop in (("blur", "blur"), ("colour", "#ffffff")):
        done.locator("#backdrop").get_by_label(BACKDROPS[kind], exact=True).check()
        shown = done.locator("#composite img")
        expect(shown).not_to_have_attribute("src", earlier)
        expect(shown).to_be_visible()
        earlier = shown.get_attribute("src")
        wanted = np.asarray(matte.composite(backdrop)).astype(int)
        assert np.abs(_fetch(shown) - wanted).max() <= 2
        download = _download(done, "#download-composite")
        assert download.suggested_filename == "disc-composite.png"
        assert np.abs(np.asarray(Image.open(download.path())) - wanted).max() <= 2
    with zipfile.ZipFile(_download(done, "#download-all").path()) as archive:
        assert "disc-composite.png" in archive.namelist()
    # A colour that is typed counts as soon as it is entered.
    done.locator("#colour button").first.click()
    typed = done.locator("#colour input[type=text]").first
    typed.fill("#00b140")
    typed.press("Enter")
    expect(done.locator("#composite img")).not_to_have_attribute("src", earlier)
    np.testing.assert_array_equal(_fetch(done.locator("#composite img"))[2, 2], (0, 177, 64))


def test_a_photo_for_a_backdrop(done, pair, tmp_path):
    done.locator("#backdrop").get_by_label(BACKDROPS["photo"], exact=True).check()
    expect(done.locator("#note")).to_contain_text(texts.NEEDS_BACKDROP)
    earlier = done.locator("#composite img").get_attribute("src")
    _upload(done, "backdrop-photo", pair[1])
    expect(done.locator("#composite img")).not_to_have_attribute("src", earlier)
    expect(done.locator("#note")).to_be_hidden()
    shown = _fetch(done.locator("#composite img"))
    plate = np.asarray(Image.open(pair[1]))
    np.testing.assert_array_equal(shown[:20, :20], plate[:20, :20])
    notes = tmp_path / "notes.png"
    notes.write_text("no photo")
    done.locator("#backdrop-photo").get_by_role("button", name="Remove Image").click()
    done.locator("#backdrop-photo input[type=file]").set_input_files(notes)
    expect(done.locator("#note")).to_contain_text("notes.png is not a photo")


def test_what_was_found_out_is_told(done):
    expect(done.locator(".facts")).to_be_hidden()
    done.get_by_role("button", name=texts.ADVANCED).click()
    expect(done.locator(".facts")).to_contain_text("240 x 180")
    expect(done.locator(".facts")).to_contain_text("Time for the network")


def test_what_fails_leaves_the_last_result(done, tmp_path, expected):
    notes = tmp_path / "notes.png"
    notes.write_text("no photo")
    done.locator("#source").get_by_role("button", name="Remove Image").click()
    done.locator("#source input[type=file]").set_input_files(notes)
    done.wait_for_timeout(500)
    _run(done)
    alert = done.locator("#status [role=alert]")
    expect(alert).to_contain_text("notes.png is not a photo", timeout=SLOW)
    expect(alert).to_contain_text(texts.STILL_SHOWN)
    expect(alert).to_be_visible()
    _show(done, "alpha")
    np.testing.assert_array_equal(_fetch(done.locator("#alpha img")), expected["alpha"])


def test_missing_photos_are_all_named(page, pair):
    _run(page)
    alert = page.locator("#status [role=alert]")
    for label in (texts.SOURCE_LABEL, texts.BACKGROUND_LABEL):
        expect(alert).to_contain_text(label, timeout=SLOW)
    expect(alert).to_be_visible()
    _upload(page, "source", pair[0])
    _run(page)
    expect(alert).not_to_contain_text(texts.SOURCE_LABEL, timeout=SLOW)
    expect(alert).to_contain_text(texts.BACKGROUND_LABEL)
    expect(page.locator("#results")).to_be_hidden()


def test_photos_of_different_shape(page, pair, tmp_path):
    narrow = tmp_path / "narrow.png"
    Image.new("RGB", (100, 180)).save(narrow)
    _upload(page, "source", pair[0])
    _upload(page, "background", narrow)
    _run(page)
    expect(page.get_by_role("alert")).to_contain_text(re.compile("240.*100|100.*240"), timeout=SLOW)


def test_what_is_wrong_with_a_pair_is_said_beside_its_result(open_page):
    """Pairs whose like everyone makes sooner or later, out of one example."""
    from bgmatting.demo.examples import EXAMPLES

    subject, empty, _ = EXAMPLES[0]
    other = EXAMPLES[1].background
    wrong = {"same": (subject, subject), "swapped": (empty, subject), "other": (subject, other)}
    said = {}
    with open_page() as page:
        for name, pair in wrong.items():
            page.reload()
            page.locator("#run").wait_for()
            _upload(page, "source", pair[0])
            _upload(page, "background", pair[1])
            _run(page)
            remark = page.locator("#remarks .remark, #status .remark").first
            expect(remark).to_be_visible(timeout=SLOW)
            said[name] = remark.inner_text()
    assert len(set(said.values())) == len(wrong)
    assert "same" in said["same"]
    assert re.search("swap|changed places|other way", said["swapped"])


def test_an_example_runs_on_click(page):
    from bgmatting.demo.examples import EXAMPLES

    assert page.locator(".example").count() == len(EXAMPLES) == 4
    page.get_by_role("button", name=EXAMPLES[0].title).click()
    expect(page.locator("#results")).to_be_visible(timeout=SLOW)
    expect(page.locator("#source img")).to_be_visible()
    before = page.locator("#compare img").first
    assert f"/{EXAMPLES[0].source.stem}-" in before.get_attribute("src")
    # A second result brings nothing to light that was hidden.
    page.get_by_role("button", name=EXAMPLES[2].title).click()
    expect(before).to_have_attribute(
        "src", re.compile(f"/{EXAMPLES[2].source.stem}-"), timeout=SLOW
    )
    expect(page.get_by_role("button", name="Download", exact=True)).to_have_count(0)


def test_on_a_phone(open_page, pair):
    with open_page(viewport=PHONE, is_mobile=True, has_touch=True) as page:
        _run_pair(page, pair)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for title in VIEWS.values():
            tab = page.get_by_role("tab", name=title, exact=True)
            expect(tab).to_be_visible()
            box = tab.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
        # What one waited for comes into view by itself.
        expect(page.locator("#compare")).to_be_in_viewport()


def test_with_the_keyboard_alone(page, pair):
    def go_to(what):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches('{what}')"):
                return
        pytest.fail(f"the keyboard does not get to {what}")

    # Else Playwright stops listening between the two, and may be late for the second.
    page.on("filechooser", lambda _: None)
    for name, path in (("source", pair[0]), ("background", pair[1])):
        go_to(f"#{name} button.upload-container, #{name} button[aria-dropeffect]")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(path)
        expect(page.locator(f"#{name} img")).to_be_visible()
    go_to("#run")
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_be_visible(timeout=SLOW)
    go_to("[data-tab-id=alpha]")
    page.keyboard.press("Enter")
    expect(page.locator("#alpha img")).to_be_visible()
    go_to("#backdrop input[value=blur]")
    page.keyboard.press("Space")
    expect(page.locator("#composite img")).to_be_visible()
    go_to("#download-composite")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "disc-composite.png"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(open_page, pair, scheme):
    from axe_playwright_python.sync_playwright import Axe

    def serious():
        found = Axe().run(page).response["violations"]
        return [v["help"] for v in found if v["impact"] in ("serious", "critical")]

    with open_page(color_scheme=scheme) as page:
        assert serious() == []
        _run_pair(page, pair)
        page.get_by_role("button", name=texts.ADVANCED).click()
        page.locator("#backdrop").get_by_label(BACKDROPS["colour"], exact=True).check()
        expect(page.locator("#composite img")).to_be_visible()
        assert serious() == []


def test_nothing_is_asked_of_other_servers(open_page, server):
    with open_page(go=False) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server)
        page.locator("#run").wait_for()
    assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []
