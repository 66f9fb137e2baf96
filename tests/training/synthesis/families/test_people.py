"""Hair on pictures of people."""

from __future__ import annotations

from itertools import repeat

import numpy as np
import pytest

from bgmatting.errors import InputError
from bgmatting.training.synthesis.families.people import draw, find_head


def test_the_head_is_found_where_it_is(person, head):
    assert np.allclose(find_head(person[..., 3] / 255), head, atol=3)


@pytest.mark.parametrize("scale", [2, 3])
def test_a_larger_picture_has_a_larger_head(person, head, scale):
    large = person[..., 3].repeat(scale, axis=0).repeat(scale, axis=1) / 255
    assert np.allclose(find_head(large), scale * np.array(head), atol=3 * scale)


def test_raised_hands_are_not_taken_for_a_head(person, head):
    alpha = person[..., 3] / 255
    alpha[5:110, 20:26] = 1
    alpha[2:14, 18:28] = 1
    assert np.allclose(find_head(alpha), head, atol=3)


def test_a_head_cut_by_the_frame_or_none_at_all_is_none(person):
    alpha = person[..., 3] / 255
    assert find_head(alpha[45:]) is None
    assert find_head(np.zeros((50, 50))) is None
    assert find_head(np.ones((50, 50))) is None


def test_hair_is_added_above_the_head_and_the_person_stays(person):
    picture = draw(np.random.default_rng(2), 200, repeat(person))
    assert (picture[..., :3] == (40, 60, 140)).all(axis=2).sum() > 300  # their shirt
    soft = (picture[..., 3] > 5) & (picture[..., 3] < 250)
    assert soft.sum() > 300


def test_people_without_a_head_are_a_plain_error():
    with pytest.raises(InputError, match="none shows a head"):
        draw(np.random.default_rng(0), 64, repeat(np.zeros((50, 50, 4), np.uint8)))
