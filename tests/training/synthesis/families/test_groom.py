"""Guides and strands in space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgmatting.training.synthesis.families.groom import Ellipsoid, Style, grow, unit
from bgmatting.training.synthesis.families.styles import KINDS

BALL = Ellipsoid((0, 0, 0), (0.4, 0.5, 0.45))
CALM = Style(drift=0, frizz=0, stray=(0, 0), ragged=0, clump=0)


def grown(style: Style, seed: int = 0, count: int = 300):
    rng = np.random.default_rng(seed)
    sphere = unit(rng.normal(size=(count, 3)))
    roots, normals = sphere * BALL.radii, unit(sphere / np.array(BALL.radii))
    course = np.cross(normals, (0, 0, 1.0))
    return grow(rng, style, roots, normals, course, [BALL]), roots


@settings(max_examples=25, deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), seed=st.integers(0, 1000))
def test_strands_of_every_kind_start_at_their_roots_and_are_about_as_long_as_asked(kind, seed):
    style = KINDS[kind][0](np.random.default_rng(seed))
    strands, roots = grown(style, seed)
    assert np.isfinite(strands.paths).all()
    assert np.abs(strands.paths[:, 0] - roots).max() < 0.2
    ends = np.linalg.norm(strands.paths[:, -1] - strands.paths[:, 0], axis=1)
    assert np.median(ends) < 1.6 * style.length + 0.1


def test_guides_do_not_pass_through_what_they_lie_on():
    style = replace(CALM, length=2.0, gravity=8.0, guides=300)
    strands, _ = grown(style)
    inside = ((strands.paths / np.array(BALL.radii)) ** 2).sum(axis=2) < 0.97
    assert inside.mean() < 0.02


def test_gravity_pulls_down_and_wind_to_the_side():
    up = grown(replace(CALM, gravity=0, wind=(0, -6, 0)))[0].paths[:, -1, 1].mean()
    down = grown(replace(CALM, gravity=6))[0].paths[:, -1, 1].mean()
    right = grown(replace(CALM, gravity=0, wind=(6, 0, 0)))[0].paths[:, -1, 0].mean()
    assert up < -0.3 < 0.3 < down
    assert right > 0.3


def test_clumped_strands_come_together_at_their_tips():
    def apart(clump: float) -> float:
        strands, _ = grown(replace(CALM, clump=clump, guides=10, lift=1.0, gravity=0))
        mine = strands.guide == np.bincount(strands.guide).argmax()
        return float(strands.paths[mine, -1].std(axis=0).sum())

    assert apart(0.9) < 0.4 * apart(0.0)


@pytest.mark.parametrize("turns", [4, 8])
def test_curls_wind_about_their_guide(turns):
    straight, _ = grown(replace(CALM, lift=1.0, gravity=0), count=50)
    curled, _ = grown(replace(CALM, lift=1.0, gravity=0, curl=0.05, turns=turns), count=50)

    def length(strands) -> float:
        return np.linalg.norm(np.diff(strands.paths, axis=1), axis=2).sum(axis=1).mean()

    assert length(curled) > 1.2 * length(straight)
