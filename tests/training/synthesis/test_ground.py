"""The shadow at a subject's feet and its image in the floor."""

from __future__ import annotations

import pytest
import torch

from bgmatting.training.synthesis.batch_random import BatchRandom
from bgmatting.training.synthesis.ground import contact_shadow, floor_reflection

FOOT, LEFT, RIGHT = 60, 40, 56  # of a post, in rows and columns of 96


@pytest.fixture
def random():
    return BatchRandom(4, torch.device("cpu"), torch.Generator().manual_seed(0))


@pytest.fixture
def post():
    """Alpha of a post before a floor, four times: the last of nobody, the third cut below."""
    pha = torch.zeros(4, 1, 96, 96)
    pha[:3, :, 20:FOOT, LEFT:RIGHT] = 1
    pha[2, :, FOOT:, LEFT:RIGHT] = 1
    return pha


def test_a_shadow_lies_at_the_feet_and_nowhere_else(post, random):
    here, mask = torch.full((4, 3, 96, 96), 0.8), torch.tensor([1.0, 0, 1, 1]).view(4, 1, 1, 1)
    darker = here - contact_shadow(here, post, mask, random)
    assert darker[0, :, FOOT : FOOT + 4, LEFT:RIGHT].mean() > 0.02
    assert darker[0, :, :30].max() < 1e-3  # nothing around the head
    assert darker.min() >= 0
    assert darker[1].max() == 0
    assert darker[3].max() == 0


def test_a_reflection_is_the_subject_upside_down_from_its_feet_on(post, random):
    fgr = torch.zeros(4, 3, 96, 96)
    fgr[:, 0] = 1
    fgr[:, 1, FOOT - 8 : FOOT] = 1  # yellow shoes
    here, mask = torch.zeros(4, 3, 96, 96), torch.ones(4, 1, 1, 1)
    seen = floor_reflection(here, fgr, post, mask, random)
    assert seen[0, 0, FOOT + 2 : FOOT + 6, LEFT + 4 : RIGHT - 4].min() > 0.01
    assert seen[0, :, : FOOT - 16].max() < 1e-4
    shoes, legs = seen[0, 1, FOOT + 2].max(), seen[0, 1, FOOT + 24].max()
    assert shoes > 10 * legs
    assert seen[2:].max() < 0.01  # cut by the frame's edge, or nobody there
