"""A plate made to fit: moved, relit, in two passes, and not trusted where it says nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from support.drawn_scenes import full_of_things

from bgmatting.imaging.alignment.align import (
    Alignment,
    align,
    align_again,
    confine,
    surely_background,
)
from bgmatting.imaging.alignment.geometry.registration import Registration
from bgmatting.imaging.photos.pair import PhotoPair
from bgmatting.imaging.result import plate_mismatch
from bgmatting.imaging.result.plate_mismatch import measure_mismatch

HEIGHT, WIDTH = 240, 320


@pytest.fixture(scope="module")
def scene():
    """Larger than the frame by 40 pixels all around."""
    return full_of_things(5, (WIDTH + 80, HEIGHT + 80), things=150).round().astype(np.uint8)


def seen(scene, dx, dy):
    """The frame as a camera sees it that is off by (dx, dy) pixels, whole ones."""
    return scene[40 + dy : 40 + dy + HEIGHT, 40 + dx : 40 + dx + WIDTH].copy()


@pytest.fixture
def subject(disk):
    """Something round in the middle: its alpha."""
    return disk(HEIGHT, WIDTH, 160, 130, 60)


@pytest.fixture
def source(scene, subject, laid_over):
    return laid_over((235, 40, 60), seen(scene, 0, 0), subject)


def off(source, plate, alpha):
    """How far source and plate are apart on the background, 0..255."""
    return cv2.absdiff(source, plate)[alpha == 0].mean()


def test_an_exact_plate_is_left_as_it_is(scene, source):
    plate = seen(scene, 0, 0)
    found = align(source, plate)
    assert found.idle
    fitted, covered = found.apply(plate)
    assert fitted is plate
    assert covered is None


@pytest.mark.parametrize(("dx", "dy"), [(6, 0), (-4, 7)])
def test_a_camera_that_moved_is_followed(scene, source, subject, dx, dy):
    plate = seen(scene, dx, dy)
    fitted, covered = align(source, plate).apply(plate)
    assert covered is not None
    inside = np.where(covered == 255, subject, 1)
    assert off(source, fitted, inside) < 0.15 * off(source, plate, inside)
    # What came into the frame is marked, and about as wide as the move.
    assert 0.5 * abs(dx) * HEIGHT < (covered < 255).sum() < 1.5 * 13 * WIDTH


def test_light_that_changed_is_followed(scene, source, subject):
    plate = np.clip(seen(scene, 0, 0) * np.float32(0.75), 0, 255).astype(np.uint8)
    fitted, _ = align(source, plate).apply(plate)
    assert off(source, fitted, subject) < 0.3 * off(source, plate, subject)


def test_the_same_alignment_serves_every_size(scene, source):
    plate = seen(scene, 6, 3)
    found = align(source, plate)
    large = cv2.resize(plate, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_CUBIC)
    fitted, _ = found.apply(large)
    small, covered = found.shrunk(large, (WIDTH, HEIGHT))
    assert fitted.shape == large.shape
    assert small.shape == plate.shape
    assert covered.shape == (HEIGHT, WIDTH)
    reference, _ = found.apply(plate)
    assert cv2.absdiff(small, reference)[20:-20, 20:-20].mean() < 3


def test_a_second_pass_mends_what_the_first_missed(scene, source, subject):
    plate = seen(scene, 5, 2)
    nothing = Alignment(Registration(agreement=0.2, failed=True))
    better = align_again(source, plate, nothing, subject)
    assert better is not None
    assert better.registration.aligned


def test_a_second_pass_leaves_well_alone(scene, source, subject):
    plate = seen(scene, 0, 0)
    assert align_again(source, plate, align(source, plate), subject) is None
    # Nor is one taken where next to nothing is known to be background.
    assert align_again(source, plate, align(source, plate), np.ones_like(subject)) is None


def test_surely_background_stays_away_from_the_subject(subject):
    known = surely_background(subject) > 0
    near = cv2.dilate((subject > 0.02).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert known.any()
    assert not (known & near).any()


def test_a_subject_that_goes_on_beyond_the_plate_survives():
    alpha = np.zeros((60, 80), np.float32)
    alpha[20:40] = 1  # across the whole frame
    alpha[:, 70:] = 1  # what the network says where it was given no plate
    covered = np.full(alpha.shape, 255, np.uint8)
    covered[:, 70:] = 0
    confined = confine(alpha, covered)
    assert (confined[20:40] == 1).all()
    assert (confined[:, :70] == alpha[:, :70]).all()
    assert (confined[:8] == 0).all()
    assert (confined[52:] == 0).all()


@settings(max_examples=40, deadline=None)
@given(
    alpha=arrays.arrays(np.float32, (12, 17), elements=st.floats(0, 1, width=32)),
    covered=arrays.arrays(np.uint8, (12, 17), elements=st.sampled_from([0, 128, 255])),
)
def test_confining_only_ever_takes_away_beyond_the_plate(alpha, covered):
    confined = confine(alpha, covered)
    assert confined.shape == alpha.shape
    assert (confined <= alpha).all()
    assert (confined >= 0).all()
    assert (confined[covered == 255] == alpha[covered == 255]).all()
    assert confine(alpha, None) is alpha


def test_the_plate_has_no_say_beyond_itself(rng, subject):
    photo = rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    covered = np.full((HEIGHT, WIDTH), 255, np.uint8)
    covered[:, :30] = 0
    plate = measure_mismatch(PhotoPair(photo, photo), PhotoPair(photo, photo, covered), subject)
    assert (plate.variance[:, :30] == plate_mismatch.SETTINGS.untrusted).all()
    assert plate.variance[:, 60:].max() < 0.01


def test_matting_a_pair_whose_camera_moved(scene, source, subject, oracle):
    plate = seen(scene, 6, 0)
    matte = oracle(subject)(source, plate)
    assert "align" in matte.timings
    assert off(source, matte.background, np.maximum(subject, np.arange(WIDTH) > WIDTH - 10)) < 3
    assert np.abs(matte.alpha - subject).mean() < 0.02
    assert "background" in " ".join(matte.report.notes)


def test_aligning_can_be_turned_off(scene, source, subject, oracle):
    plate = seen(scene, 6, 0)
    matte = oracle(subject)(source, plate, align=False)
    assert "align" not in matte.timings
    assert (matte.background == plate).all()
    assert not matte.report.aligned
