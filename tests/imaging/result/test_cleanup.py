from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgmatting.imaging.result.cleanup import SETTINGS, clean

SIZE = (150, 200)


@pytest.fixture
def subject(disk):
    return disk(*SIZE, 90, 75, 40)


@st.composite
def mattes(draw):
    """Blobs of all sizes, with soft edges and holes, haze and noise."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    height, width = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    alpha = np.zeros((height, width), dtype=np.float32)
    for _ in range(draw(st.integers(0, 8))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        colour = float(rng.choice([1, 1, 0, rng.random()]))
        cv2.circle(alpha, centre, int(2 ** rng.uniform(0, 5)), colour, -1)
    if draw(st.booleans()):
        alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.3, 2))
    if draw(st.booleans()):
        alpha = np.clip(alpha + rng.normal(0, 0.03, alpha.shape), 0, 1)
    return alpha.astype(np.float32).reshape(height, width)


@settings(max_examples=80, deadline=None)
@given(mattes())
def test_cleaning_twice_changes_no_more_and_gives_only_zeros_and_ones(alpha):
    once = clean(alpha)
    assert once.dtype == np.float32
    assert once.shape == alpha.shape
    np.testing.assert_array_equal(clean(once), once)
    assert set(np.unique(once[once != alpha])) <= {0.0, 1.0}


@settings(max_examples=80, deadline=None)
@given(mattes())
def test_nothing_changes_near_what_stays(alpha):
    once = clean(alpha)
    dropped, filled = once < alpha, once > alpha
    kept = (once > 0.1).astype(np.uint8)
    away = cv2.distanceTransform(1 - kept, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Islands were apart from all that stays, but for the haze around them.
    assert not (away[dropped & (alpha > 0.1)] <= SETTINGS.apart * max(alpha.shape)).any()
    outside = (once < 0.95).astype(np.uint8)
    if outside.any():
        deep = cv2.distanceTransform(1 - outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        assert not (deep[filled] <= SETTINGS.deep * max(alpha.shape)).any()


def test_a_crumb_far_away_goes_with_its_haze(subject, disk):
    alpha = np.maximum(subject, 0.8 * disk(*SIZE, 180, 20, 4))
    np.testing.assert_array_equal(clean(alpha), subject)


def test_a_crumb_close_by_stays(subject, disk):
    alpha = np.maximum(subject, disk(*SIZE, 134, 75, 2))
    assert clean(alpha) is alpha


def test_a_second_person_stays(subject, disk):
    alpha = np.maximum(subject, disk(*SIZE, 170, 30, 20))
    assert clean(alpha) is alpha


def test_a_pinhole_inside_is_filled(subject, disk):
    alpha = subject - 0.7 * disk(*SIZE, 90, 75, 1)
    np.testing.assert_array_equal(clean(alpha), subject)


@pytest.mark.parametrize(("x", "radius"), [(90, 8), (128, 1)], ids=["gap", "near the outline"])
def test_other_holes_stay(subject, disk, x, radius):
    alpha = subject - disk(*SIZE, x, 75, radius) * subject
    assert clean(alpha) is alpha


def test_hair_stays_to_the_last_bit(strands):
    alpha = strands(150, 200)
    crumb = alpha.copy()
    crumb[5, 5] = 1
    cleaned = clean(crumb)
    assert cleaned[5, 5] == 0
    np.testing.assert_array_equal(cleaned, alpha)


@pytest.mark.parametrize("value", [0.0, 0.05, 0.5, 1.0])
def test_flat_mattes_stay(value):
    alpha = np.full((20, 30), value, dtype=np.float32)
    assert clean(alpha) is alpha
