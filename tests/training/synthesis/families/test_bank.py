"""Banks: seeded, resumed, never overwritten."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import InputError, OutputError
from bgmatting.training.synthesis.families import FAMILIES, bank
from bgmatting.training.synthesis.families.bank import draw_all, plan

DRAWN_ALONE = sorted(name for name, family in FAMILIES.items() if not family.on_people)


def test_shares_are_kept_and_families_take_turns(tmp_path):
    pictures, there = plan(tmp_path, 400)
    assert there == 0
    assert {p.family for p in pictures} == set(DRAWN_ALONE)
    assert {p.family for p in pictures[:80]} == set(DRAWN_ALONE)
    hair = sum(p.family == "hair" for p in pictures) / len(pictures)
    shares = sum(FAMILIES[name].share for name in DRAWN_ALONE)
    assert abs(hair - FAMILIES["hair"].share / shares) < 0.02
    assert len({p.path for p in pictures}) == len(pictures)


def test_a_larger_bank_is_the_smaller_one_and_more(tmp_path):
    small, large = ({(p.family, p.number, p.seed) for p in plan(tmp_path, n)[0]} for n in (30, 70))
    assert small < large


def test_a_picture_depends_on_seed_family_and_number_alone(tmp_path):
    (one, *_), _ = plan(tmp_path, 1, side=64, families=["feathers"])
    others, _ = plan(tmp_path / "elsewhere", 9, side=64, families=["feathers", "fur"])
    again = next(p for p in others if p.family == "feathers" and p.number == 0)
    assert np.array_equal(one.draw(), again.draw())
    (seeded, *_), _ = plan(tmp_path, 1, side=64, families=["feathers"], seed=1)
    assert not np.array_equal(one.draw(), seeded.draw())


def test_what_is_there_is_left_alone_and_the_rest_is_drawn(tmp_path):
    pictures, _ = plan(tmp_path, 3, side=48, families=["feathers"])
    kept = pictures[1].path
    kept.parent.mkdir()
    kept.write_bytes(b"mine")
    missing, there = plan(tmp_path, 3, side=48, families=["feathers"])
    assert there == 1
    assert len(missing) == 2
    written = list(draw_all(missing, 2))
    assert sorted(written) == sorted(p.path for p in missing)
    assert kept.read_bytes() == b"mine"
    assert plan(tmp_path, 3, side=48, families=["feathers"]) == ([], 3)
    for path in written:
        with Image.open(path) as drawn:
            assert drawn.mode == "RGBA"
            assert drawn.size == (48, 48)
    assert not list(tmp_path.rglob(".*"))  # nothing half written


def test_a_picture_that_another_process_wrote_meanwhile_is_not_an_error(tmp_path):
    (picture,), _ = plan(tmp_path, 1, side=48, families=["feathers"])
    picture.path.parent.mkdir()
    picture.path.write_bytes(b"theirs")
    assert bank._draw(picture) == picture.path
    assert picture.path.read_bytes() == b"theirs"


def test_people_are_grown_on_where_there_are_some(tmp_path, people_folder):
    pictures, _ = plan(tmp_path / "bank", 30, side=64, people=[people_folder])
    grown = [p for p in pictures if p.family == "people"]
    assert grown
    assert grown[0].draw().shape == (64, 64, 4)


def test_a_damaged_person_is_named(tmp_path, people_folder):
    (picture, *_), _ = plan(tmp_path, 1, side=64, families=["people"], people=[people_folder])
    file = people_folder / "one.png"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(InputError, match=r"one\.png cannot be read"):
        picture.draw()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"families": ["wig"]}, "no family 'wig': expected some of hair"),
        ({"families": ["people"]}, "people grows on people: give a folder"),
        ({"side": 8}, "a side of 8 pixels is too small"),
        ({"people": [Path("nowhere")]}, "no folder nowhere"),
    ],
)
def test_mistakes_are_told(tmp_path, changes, said):
    with pytest.raises(InputError, match=said):
        plan(tmp_path, 5, **changes)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "bank").write_text("mine")
    with pytest.raises(OutputError, match="is not a folder"):
        plan(tmp_path / "bank", 5)
