from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bgmatting.errors import InputError
from bgmatting.evaluation import regions

alphas = arrays(np.float32, (12, 15), elements=st.integers(0, 255).map(lambda v: v / 255))


def zeros(height: int = 24, width: int = 24) -> np.ndarray:
    return np.zeros((height, width), dtype=np.float32)


def test_fractional_pixels_are_neither_certain_nor_nearly_so():
    true = np.array([[0, 5 / 255, 0.02, 6 / 255, 0.5, 249 / 255, 0.98, 251 / 255, 1]], np.float32)
    assert regions.fractional(true).tolist() == [[False] * 2 + [True] * 5 + [False] * 2]


def test_half_transparent_pixels_show_both_subject_and_background():
    true = np.array([[0.02, 0.09, 0.1, 0.5, 0.9, 0.91, 1]], np.float32)
    assert regions.half_transparent(true).tolist() == [[False] * 2 + [True] * 3 + [False] * 2]


@pytest.mark.parametrize("true", [np.zeros((2, 2, 1), np.float32), np.zeros((2, 2), np.uint8)])
@pytest.mark.parametrize("region", [regions.fractional, regions.unknown_region])
def test_what_is_no_alpha_is_refused(region, true):
    with pytest.raises(InputError, match=r"\(H, W\)"):
        region(true)


def test_unknown_region_is_a_band_along_a_hard_edge():
    true = zeros(20, 30)
    true[:, 15:] = 1
    region = regions.unknown_region(true, radius=3)
    assert region[:, 12:18].all()
    assert region.sum() == 20 * 6


def test_unknown_region_holds_fractional_pixels_and_a_disc_around_them():
    true = zeros(21, 21)
    true[10, 10] = 0.5
    region = regions.unknown_region(true, radius=2)
    assert region.sum() == 13  # pixels at most 2 from one: 1 + 4 + 4 + 4
    assert region[10, 8]
    assert not region[9, 8]


@pytest.mark.parametrize("value", [0, 1, 1 / 255, 254 / 255])
def test_nothing_is_unknown_where_all_is_certain(value):
    true = zeros() + np.float32(value)
    assert not regions.unknown_region(true).any()


@pytest.mark.parametrize(("side", "radius"), [(1000, 10), (400, 4), (50, 2)])
def test_unknown_band_grows_with_the_image(side, radius):
    true = zeros(8, side)
    true[:, side // 2 :] = 1
    assert regions.unknown_region(true).sum() == 8 * 2 * radius


@settings(max_examples=30, deadline=None)
@given(alphas)
def test_unknown_region_holds_every_uncertain_pixel(a):
    assert regions.unknown_region(a)[(a > 2 / 255) & (a < 253 / 255)].all()
