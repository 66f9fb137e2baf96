from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bgmatting import Matter
from bgmatting.demo import backdrops, results
from bgmatting.demo.backdrops import Choice
from bgmatting.demo.results import write_all
from bgmatting.errors import InputError, PhotoError
from bgmatting.imaging.result.backdrop import parse_colour


@pytest.fixture(scope="module")
def matte(pair):
    return Matter.from_pretrained("mobilenetv2")(*pair)


@pytest.fixture
def result(matte, tmp_path):
    return write_all(matte, tmp_path, "disc")


@pytest.fixture
def beach(tmp_path):
    path = tmp_path / "beach.jpg"
    y, x = np.mgrid[:300, :500]
    Image.fromarray(np.stack([x // 2, y // 2, 255 - y // 2], axis=2).astype(np.uint8)).save(path)
    return path


def _off(path, image):
    """How far off a file is from a picture, at most."""
    with Image.open(path) as got:
        return np.abs(np.asarray(got).astype(int) - np.asarray(image)).max()


def test_as_python_composes(matte, result, beach):
    # Within what 8 bits of alpha and of colour lose.
    for choice, backdrop in (
        (Choice("colour", "#00b140"), "#00b140"),
        (Choice("photo", photo=beach), beach),
        (Choice("blur"), "blur"),
    ):
        expected = matte.composite(backdrop)
        assert _off(backdrops.full(result, choice), expected) <= 2
        assert _off(backdrops.preview(result, choice), expected) <= 2


def test_large_ones_are_full_size_to_download_and_smaller_to_look_at(
    matte, tmp_path, beach, monkeypatch
):
    monkeypatch.setattr(results, "PREVIEW_SIDE", 100)
    result = write_all(matte, tmp_path, "disc")
    for choice, backdrop in ((Choice("blur"), "blur"), (Choice("photo", photo=beach), beach)):
        full, preview = backdrops.full(result, choice), backdrops.preview(result, choice)
        assert full.name == "disc-composite.png"
        # Blurred from the smaller plate, which blurring forgives.
        assert _off(full, matte.composite(backdrop)) <= 6
        with Image.open(preview) as image:
            assert image.size == (100, 75)


def test_transparent_is_the_cutout_itself(result):
    assert backdrops.full(result, Choice()) == result.file("cutout")


def test_every_composite_has_an_address_of_its_own(result):
    one, other = (backdrops.preview(result, Choice("colour", c)) for c in ("#fff", "#000"))
    assert one != other


@pytest.mark.parametrize("choice", [Choice("photo"), Choice("sky"), Choice("colour", "greenish")])
def test_what_is_no_backdrop(result, choice):
    with pytest.raises(InputError):
        backdrops.preview(result, choice)


def test_a_backdrop_that_is_no_photo(result, tmp_path):
    path = tmp_path / "notes.jpg"
    path.write_text("no photo")
    with pytest.raises(PhotoError, match=r"notes\.jpg"):
        backdrops.full(result, Choice("photo", photo=path))


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_colours_as_browsers_write_them(colour):
    r, g, b = colour
    assert parse_colour(f"#{r:02x}{g:02x}{b:02x}") == colour
    assert parse_colour(f"rgb({r}, {g}, {b})") == colour
    assert parse_colour(f"rgba({r + 0.2}, {g + 0.4}, {b}.1, 1)") == colour
    assert parse_colour(f" rgb({r} {g} {b} / 1) ") == colour
