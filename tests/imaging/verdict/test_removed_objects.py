from __future__ import annotations

import cv2
import numpy as np
import pytest

from bgmatting.imaging.photos.pair import PhotoPair
from bgmatting.imaging.verdict import removed_objects

HEIGHT, WIDTH = 240, 320
BLUE, BROWN = (30, 60, 200), (110, 70, 30)


def drop_removed_objects(alpha, source, plate):
    return removed_objects.drop_removed_objects(alpha, PhotoPair(source, plate))


@pytest.fixture
def scene(rng):
    """A place: light falling off over a wall, and some texture."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    grain = cv2.GaussianBlur(rng.normal(0, 25, (HEIGHT, WIDTH)), (0, 0), 4)
    grey = 120 + 40 * columns / WIDTH + 30 * np.sin(rows / 40) + grain
    return np.repeat(grey[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)


@pytest.fixture
def subject(disk):
    return disk(HEIGHT, WIDTH, 110, 130, 55)


@pytest.fixture
def other(disk):
    return disk(HEIGHT, WIDTH, 260, 80, 20)


def test_a_thing_of_the_plate_goes_with_its_haze(scene, subject, other, laid_over):
    source, plate = laid_over(BLUE, scene, subject), laid_over(BROWN, scene, other)
    haze = 0.08 * cv2.dilate(other, np.ones((9, 9), dtype=np.uint8))
    alpha = np.maximum(subject, np.maximum(other, haze))
    left, removed = drop_removed_objects(alpha, source, plate)
    np.testing.assert_array_equal(left, subject)
    assert removed is not None
    assert removed[80, 260]
    assert not removed[130, 110]


@pytest.mark.parametrize("size", [(HEIGHT, WIDTH), (3 * HEIGHT, 3 * WIDTH), (120, 160)])
def test_at_any_size(scene, subject, other, laid_over, size):
    def scaled(values):
        return cv2.resize(values, size[::-1], interpolation=cv2.INTER_AREA)

    source, plate = laid_over(BLUE, scene, subject), laid_over(BROWN, scene, other)
    alpha = scaled(np.maximum(subject, other))
    left, _ = drop_removed_objects(alpha, scaled(source), scaled(plate))
    assert left.shape == alpha.shape
    assert left.dtype == np.float32
    np.testing.assert_allclose(left, scaled(subject), atol=1e-6)


def test_light_that_changed_goes(scene, subject, other, laid_over):
    lit = 0.15 * cv2.GaussianBlur(other, (0, 0), 12)
    source = laid_over(BLUE, laid_over((255, 255, 255), scene, lit), subject)
    left, removed = drop_removed_objects(np.maximum(subject, other), source, scene)
    np.testing.assert_array_equal(left, subject)
    assert removed is not None


def test_a_second_subject_stays(scene, subject, other, laid_over):
    alpha = np.maximum(subject, other)
    assert drop_removed_objects(alpha, laid_over(BLUE, scene, alpha), scene) == (alpha, None)


def test_one_that_covers_a_thing_of_the_plate_stays(scene, subject, other, disk, laid_over):
    plate = laid_over(BROWN, scene, disk(HEIGHT, WIDTH, 260, 80, 12))
    alpha = np.maximum(subject, other)
    assert drop_removed_objects(alpha, laid_over(BLUE, scene, alpha), plate) == (alpha, None)


def test_the_largest_thing_stays_even_if_the_photos_are_swapped(scene, subject, laid_over):
    assert drop_removed_objects(subject, scene, laid_over(BLUE, scene, subject)) == (subject, None)


def test_where_the_subject_has_no_outline_nothing_is_taken(scene, subject, other, laid_over):
    alpha = np.maximum(subject, other)
    plate = laid_over(BROWN, scene, other)
    assert drop_removed_objects(alpha, scene, plate) == (alpha, None)


def test_specks_and_empty_mattes_are_left_alone(scene, subject, disk, laid_over):
    speck = disk(HEIGHT, WIDTH, 260, 80, 3)
    alpha = np.maximum(subject, speck)
    source, plate = laid_over(BLUE, scene, subject), laid_over(BROWN, scene, speck)
    assert drop_removed_objects(alpha, source, plate) == (alpha, None)
    for level in (0, 1):
        flat = np.full((HEIGHT, WIDTH), level, dtype=np.float32)
        assert drop_removed_objects(flat, source, plate) == (flat, None)


def test_the_report_tells_where_and_the_error_how_much(scene, subject, other, oracle, laid_over):
    source, plate = laid_over(BLUE, scene, subject), laid_over(BROWN, scene, other)
    matte = oracle(np.maximum(subject, other))(source, plate, size=None)
    assert matte.alpha[60:100, 240:280].max() < 0.02
    assert matte.alpha[130, 110] > 0.98
    assert matte.error[80, 260] > 0.9
    assert any("on the right" in note and "left out" in note for note in matte.report.notes)
    assert not [finding for finding in matte.report.findings if finding.kind == "changed"]
