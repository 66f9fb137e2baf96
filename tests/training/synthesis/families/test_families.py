"""What every family of soft subjects has in common."""

from __future__ import annotations

from functools import cache
from itertools import repeat

import numpy as np
import pytest
from numpy.typing import NDArray

from bgmatting.training.synthesis.families import FAMILIES

SIDE, SMALL = 160, 64  # pixels; small is enough to tell pictures apart
STRANDS = ("hair", "people", "fur", "feathers", "foliage")  # subjects that many thin things make


def draw(name: str, seed: int, person: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    family = FAMILIES[name]
    rng = np.random.default_rng(seed)
    return family.draw(rng, side, repeat(person)) if family.on_people else family.draw(rng, side)


@pytest.fixture(scope="module")
def drawn(person):
    """drawn(name, seed) -> a family's picture; each is drawn once."""
    return cache(lambda name, seed: draw(name, seed, person))


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_draw_gives_the_same_picture_and_another_another(name, person):
    one, again, other = (draw(name, seed, person, SMALL) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", STRANDS)
def test_pictures_are_straight_rgba_with_much_between_clear_and_solid(name, drawn):
    pictures = [drawn(name, seed) for seed in range(3)]
    assert all(p.shape == (SIDE, SIDE, 4) and p.dtype == np.uint8 for p in pictures)
    alpha = np.stack([p[..., 3] for p in pictures])
    subject = alpha > 5
    partly = subject & (alpha < 250)
    assert 0.02 < subject.mean() < 0.98
    assert partly.sum() > 0.08 * subject.sum()
    # All shares of a pixel occur, as they do where many strands cross, not only a few.
    values = np.histogram(alpha[partly], bins=8, range=(5, 250))[0]
    assert values.min() > 0.01 * partly.sum()


@pytest.mark.parametrize("name", FAMILIES)
def test_colour_where_alpha_is_low_is_the_subjects_own(name, drawn):
    # Premultiplied by mistake, thin pixels would be dark in proportion to their alpha.
    picture = drawn(name, 1).astype(float)
    alpha, light = picture[..., 3], picture[..., :3].max(axis=2)
    thin, thick = (alpha > 10) & (alpha < 60), alpha > 120
    assert light[thin].mean() > 0.35 * light[thick].mean()
