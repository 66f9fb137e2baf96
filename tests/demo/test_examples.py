"""The example pairs: there, small, of the kind they say, and drawn by what is said to draw them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing.camera import Shot, develop, look, out_of_focus, with_margin
from drawing.fields import colour, to_linear, to_srgb
from drawing.pairs import RECIPES, draw
from drawing.subject import compose
from PIL import Image

from bgmatting.demo.examples import EXAMPLES, PHOTOS

ALL = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.source.stem)


def _grey(path):
    return np.asarray(Image.open(path).convert("L")).astype(np.float32)


@ALL
def test_a_pair_is_two_photos_of_one_shape(example):
    with Image.open(example.source) as source, Image.open(example.background) as plate:
        assert source.size == plate.size
        assert source.mode == plate.mode == "RGB"
        assert 1200 <= max(source.size) <= 1600


@ALL
def test_the_place_is_the_same_and_the_subject_is_in_one_only(example):
    """The upper rim agrees, but for light and a few pixels; a chest and what it hides do not."""
    source, plate = _grey(example.source), _grey(example.background)
    gain = np.median(source / np.maximum(plate, 1))
    apart = np.abs(cv2.GaussianBlur(source - gain * plate, (0, 0), 4))
    height, width = source.shape
    assert np.median(apart[: height // 12]) < 8  # the upper rim is all place
    assert np.median(apart[-height // 6 :, width // 3 : width // 2]) > 20  # a chest


def test_four_titles_four_pairs():
    assert len({example.title for example in EXAMPLES}) == len(EXAMPLES) == 4
    assert [example.source.stem for example in EXAMPLES] == [recipe.name for recipe in RECIPES]


def test_they_are_light_to_carry():
    assert sum(path.stat().st_size for path in PHOTOS.iterdir()) <= 3_000_000


def test_only_the_hand_held_pair_moved():
    """By phase correlation of a corner that shows the place alone in both photos."""
    moved = {}
    for example in EXAMPLES:
        corners = [_grey(path)[:320, -320:] for path in (example.source, example.background)]
        corners = [corner - corner.mean() for corner in corners]
        window = cv2.createHanningWindow((320, 320), cv2.CV_32F)
        (dx, dy), _ = cv2.phaseCorrelate(*corners, window)
        moved[example.source.stem] = float(np.hypot(dx, dy))
    assert moved.pop("hand-held") > 3
    assert max(moved.values()) < 1.5


def test_drawing_is_repeatable(shared, tmp_path):
    """One recipe, at a third of its size, twice."""
    from dataclasses import replace

    recipe = replace(RECIPES[0], frame=(450, 340))
    drawn = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        paths = draw(recipe, shared / "examples", tmp_path / name)
        drawn.append([path.read_bytes() for path in paths])
    assert drawn[0] == drawn[1]


def test_light_and_srgb_are_inverse():
    values = np.linspace(0, 1, 1001, dtype=np.float32)
    np.testing.assert_allclose(to_srgb(to_linear(values)), values, atol=1e-5)
    np.testing.assert_allclose(
        to_srgb(colour("#4080ff")), np.array([64, 128, 255]) / 255, atol=1e-5
    )


def test_a_lens_keeps_the_light():
    scene = np.zeros((81, 81, 3), np.float32)
    scene[40, 40] = 5
    blurred = out_of_focus(scene, 9)
    assert blurred.sum() == pytest.approx(scene.sum(), rel=1e-3)
    assert 0 < blurred.max() < 0.1


def test_a_shift_moves_what_is_seen():
    frame = (60, 80)
    rng = np.random.default_rng(0)
    scene = cv2.GaussianBlur(rng.random((*with_margin(frame), 3)).astype(np.float32), (0, 0), 2)
    still, moved = (look(scene, frame, Shot(shift=shift)) for shift in ((0, 0), (3, -2)))
    np.testing.assert_allclose(moved[5:-5, 8:-5], still[7:-3, 5:-8], atol=1e-4)


def test_exposure_is_in_stops():
    grey = np.full((64, 64, 3), 0.1, np.float32)
    rng = np.random.default_rng
    once, twice = (develop(grey, Shot(exposure=stops, noise=0), rng(0)) for stops in (0, 1))
    light = [
        to_linear(photo[28:36, 28:36].astype(np.float32) / 255).mean() for photo in (once, twice)
    ]
    assert light[1] / light[0] == pytest.approx(2, rel=0.02)


def test_alpha_mixes_light():
    white, black = np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32)
    half = np.full((8, 8, 1), 0.5, np.float32)
    assert compose(white, half, black, wrap=0).mean() == pytest.approx(0.5)
    solid = np.ones((8, 8, 1), np.float32)
    np.testing.assert_array_equal(compose(white, solid, black, wrap=0.3), white)


def test_the_page_shows_all_of_them():
    import gradio as gr

    from bgmatting.demo.sections import examples

    with gr.Blocks() as page:
        buttons = examples()
    assert [pair for _, pair in buttons] == [
        (str(example.source), str(example.background)) for example in EXAMPLES
    ]
    assert "examples" in {block.elem_id for block in page.blocks.values()}


def test_where_none_are_the_page_has_no_place_for_them(monkeypatch, tmp_path):
    import gradio as gr

    from bgmatting.demo import examples
    from bgmatting.demo.sections import examples as section

    gone = tuple(example._replace(source=tmp_path / example.source.name) for example in EXAMPLES)
    monkeypatch.setattr(examples, "EXAMPLES", gone)
    with gr.Blocks() as page:
        assert section() == []
    assert not [block for block in page.blocks.values() if block is not page]
    assert examples.example_photos() == ()
