"""What every drawn family promises, and what makes each the one it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from bgmatting.training.synthesis.families import (
    film,
    fine,
    foliage,
    glass,
    moving,
    sheer,
    soap,
    spectacles,
    vapour,
)
from bgmatting.training.synthesis.families.translucent import Sheet

SIDE = 96
SEEDS = range(6)


class Promise(NamedTuple):
    """Over all seeds: share of the covered pixels with alpha below 0.3, and fractional ones."""

    draw: Callable
    faint: float
    fractional: float


Drawn = tuple[Promise, list[np.ndarray]]  # a family, and a picture of each seed

PROMISES = {
    "glass": Promise(glass.draw, 0.2, 0.6),
    "spectacles": Promise(spectacles.draw, 0.05, 0.1),
    "film": Promise(film.draw, 0.5, 0.6),
    "sheer": Promise(sheer.draw, 0.1, 0.7),
    "vapour": Promise(vapour.draw, 0.2, 0.5),
    "moving": Promise(moving.draw, 0.1, 0.6),
    "soap": Promise(soap.draw, 0.5, 0.6),
    "foliage": Promise(foliage.draw, 0.02, 0.15),
    "fine": Promise(fine.draw, 0.02, 0.15),
}


@pytest.fixture(params=list(PROMISES), scope="module")
def family(request: pytest.FixtureRequest) -> Drawn:
    promise = PROMISES[request.param]
    return promise, [promise.draw(np.random.default_rng(seed), SIDE) for seed in SEEDS]


def test_pictures_are_straight_rgba_of_the_size_asked_for(family: Drawn) -> None:
    for picture in family[1]:
        assert picture.shape == (SIDE, SIDE, 4)
        assert picture.dtype == np.uint8
        assert (picture[..., 3] > 0).mean() > 0.005


def test_alpha_is_as_soft_as_the_thing(family: Drawn) -> None:
    promise, pictures = family
    alphas = np.concatenate([p[..., 3][p[..., 3] > 0] for p in pictures]) / 255
    assert (alphas < 0.3).mean() > promise.faint
    assert ((alphas > 0.02) & (alphas < 0.98)).mean() > promise.fractional


def test_most_pictures_hold_the_whole_subject(family: Drawn) -> None:
    cut = [
        np.concatenate([a[0], a[:, 0], a[:, -1]]).max() > 20
        for a in (picture[..., 3] for picture in family[1])
    ]
    assert np.mean(cut) <= 0.5


def test_clear_glass_leaves_most_of_the_scene_to_be_seen() -> None:
    """Bottles that come out solid are what these pictures are for."""
    inside = []
    for seed in range(16):
        alpha = glass.draw(np.random.default_rng(seed), SIDE)[..., 3]
        inside.append(np.median(alpha[alpha > 0]) / 255)
    assert np.median(inside) < 0.5
    assert np.mean(np.array(inside) < 0.3) > 0.25


def test_a_sheet_keeps_the_colour_of_what_is_nearly_nothing() -> None:
    """In eight bits, premultiplied, alpha of a hundredth would leave three levels of colour."""
    sheet = Sheet(8)
    sheet.over([0.2, 0.5, 0.9], 0.012)
    red, green, blue, alpha = sheet.picture()[4, 4]
    assert alpha == 3
    assert np.allclose([red, green, blue], np.array([0.2, 0.5, 0.9]) * 255, atol=1)


def test_layers_of_a_sheet_add_up_as_films_do() -> None:
    sheet = Sheet(8)
    sheet.over([1, 0, 0], 0.5)
    sheet.over([0, 0, 1], 0.5)
    red, _, blue, alpha = sheet.picture()[4, 4].astype(int)
    assert abs(alpha - 0.75 * 255) <= 1
    assert abs(red - 255 / 3) <= 1
    assert abs(blue - 510 / 3) <= 1
