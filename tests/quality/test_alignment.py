"""Alignment leaves no more of known motions and lights than it did."""

from __future__ import annotations

import pytest
from quality import alignments
from quality.figures import check, stored, worse

from bgmatting.imaging.alignment.align import Alignment, align

GROUP = "alignment"


@pytest.fixture(scope="module")
def find():
    """`align`, which remembers what it found."""
    known = {}

    def once(source, plate):
        key = source.tobytes() + plate.tobytes()
        if key not in known:
            known[key] = align(source, plate)
        return known[key]

    return once


def test_what_is_left_of_motion_and_light(find):
    check(GROUP, alignments.figures(find))


def test_the_figures_are_worth_holding():
    """Far below what there is without alignment, so that a loss of it must show."""
    undone = alignments.figures(lambda source, plate: Alignment())
    told = worse(GROUP, undone, stored(GROUP))
    for name, case in alignments.CASES.items():
        assert stored(GROUP)[name]["levels"] < 0.5 * undone[name]["levels"]
        assert any(f"{name}: levels" in line for line in told)
        assert any(f"{name}: pixels" in line for line in told) == case.moves


@pytest.mark.parametrize("part", ["registration", "light"])
def test_without_a_part_of_alignment_the_gate_fails(find, part):
    def half(source, plate):
        found = find(source, plate)
        return Alignment(**{part: getattr(found, part)})

    told = worse(GROUP, alignments.figures(half), stored(GROUP))
    lost = "pixels" if part == "light" else "exposure: levels"
    assert any(lost in line for line in told)
