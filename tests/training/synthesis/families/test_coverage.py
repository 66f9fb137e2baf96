"""The canvas: alpha is the share of a pixel that is covered."""

from __future__ import annotations

import numpy as np
import pytest

from bgmatting.training.synthesis.families.coverage import Canvas


def square(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


@pytest.mark.parametrize("length", [4, 12])
def test_a_quarter_pixel_strand_covers_a_quarter(length):
    canvas = Canvas(16)
    canvas.polyline(np.array([(8.1, 2.1), (8.1, 2.1 + length)]), np.array([1.0, 0, 0]), 0.25)
    alpha = canvas.picture()[..., 3]
    assert set(np.unique(alpha[4 : 1 + length, 8])) == {64}  # a quarter of 255
    assert alpha[:, :8].max() == 0


def test_what_is_painted_in_a_mask_stays_in_it_and_has_its_own_colour():
    canvas = Canvas(16)
    picture = np.zeros((16, 16, 3))
    picture[..., 1] = 0.5
    canvas.paint(canvas.mask(square(4, 4, 11.75, 11.75)), picture)
    drawn = canvas.picture()
    assert set(drawn[4:11, 4:11, 3].ravel()) == {255}
    assert drawn[:3, :, 3].max() == 0
    assert set(drawn[..., 1].ravel()) == {128}  # also where nothing is seen: see `picture`


def test_two_half_transparent_layers_mix_as_light_does():
    canvas = Canvas(8)
    canvas.over((1.0, 0, 0), 0.5)
    canvas.over((0, 1.0, 0), 0.5)
    red, green, blue, alpha = canvas.picture()[4, 4].astype(int)
    assert abs(alpha - 191) <= 1
    assert abs(red - 85) <= 2
    assert abs(green - 170) <= 2
    assert blue == 0
