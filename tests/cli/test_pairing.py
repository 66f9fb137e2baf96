from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgmatting.cli.pairing import Backgrounds, find_sources, left_out, natural, photos_in
from bgmatting.errors import InputError


def _make(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def test_natural_order(tmp_path):
    folder = _make(
        tmp_path / "f", "img10.jpg", "IMG2.jpg", "img1.jpg", ".hid.jpg", "a.txt", "b.HEIC"
    )
    assert [p.name for p in photos_in(folder)] == ["b.HEIC", "img1.jpg", "IMG2.jpg", "img10.jpg"]


@given(
    st.lists(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1)),
    st.randoms(),
)
def test_natural_order_does_not_depend_on_the_order_before(names, random):
    paths = [Path(f"x{name}") for name in names]
    shuffled = random.sample(paths, len(paths))
    assert sorted(shuffled, key=natural) == sorted(paths, key=natural)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_are_counted(a, b):
    assert (natural(Path(f"p{a}.jpg")) < natural(Path(f"p{b}.jpg"))) == (a < b)


def test_results_and_backgrounds_are_no_sources(tmp_path):
    folder = _make(
        tmp_path / "f",
        *("a.jpg", "a-cutout.png", "a-alpha.png", "b-bgr.jpg", "plate.jpg"),
        *("papercut-cutout.jpg", "my-cutout.png"),
    )
    found = find_sources(folder, folder / "plate.jpg")
    assert [p.name for p in found] == ["a.jpg", "my-cutout.png", "papercut-cutout.jpg"]


@pytest.mark.parametrize(
    ("source", "plates", "expected"),
    [
        ("wall.jpg", ["wall.jpg", "hall.jpg"], "wall.jpg"),
        ("wall.jpg", ["wall.png"], "wall.png"),
        ("wall.jpg", ["Wall.HEIC"], "Wall.HEIC"),
        ("wall.jpg", ["wall-bgr.jpg", "wall.jpg"], "wall-bgr.jpg"),
        ("wall-src.jpg", ["wall-bgr.jpg"], "wall-bgr.jpg"),
        ("wall-src.jpg", ["wall.jpg"], "wall.jpg"),
        ("Caf\u00e9.jpg", ["cafe\u0301.jpg"], "cafe\u0301.jpg"),  # as a Mac's copy has it
        ("A.HIF", ["a-bgr.mpo"], "a-bgr.mpo"),
    ],
)
def test_background_by_name(tmp_path, source, plates, expected):
    sources = _make(tmp_path / "s", source)
    place = _make(tmp_path / "b", *plates)
    assert Backgrounds(place, sources).of(sources / source) == place / expected


def test_in_one_folder_a_background_must_be_marked(tmp_path):
    folder = _make(tmp_path / "f", "wall.jpg", "wall.png")
    with pytest.raises(InputError, match="wall-bgr"):
        Backgrounds(folder, folder).of(folder / "wall.jpg")


def test_two_backgrounds_of_one_name(tmp_path):
    sources = _make(tmp_path / "s", "wall.jpg")
    place = _make(tmp_path / "b", "wall.jpg", "wall.png")
    with pytest.raises(InputError, match=r"wall\.jpg and wall\.png"):
        Backgrounds(place, sources).of(sources / "wall.jpg")


def test_one_background_for_all(tmp_path):
    sources = _make(tmp_path / "s", "wall.jpg")
    plate = _make(tmp_path / "b", "plate.jpg") / "plate.jpg"
    assert Backgrounds(plate, sources).of(sources / "wall.jpg") == plate


def test_what_is_left_out_is_told(tmp_path):
    folder = _make(tmp_path / "f", "a.jpg", ".DS_Store", "b.txt", "c.cr3", "d", "e.TXT", "B.HEIC")
    assert left_out(folder, tmp_path / "out") == (
        f"left out of {folder}: 4 files that are no photos (.txt, .cr3, no ending)"
    )
    _make(folder / "more", "a.jpg")
    _make(folder / "papers", "a.pdf")
    _make(folder / "out", "a-cutout.png")
    said = left_out(folder, folder / "out")
    assert f"left out of {folder}: 1 folder with photos below it (give each by itself) and" in said
    assert left_out(_make(tmp_path / "g", "a.jpg"), tmp_path / "out") is None
