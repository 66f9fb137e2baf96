"""What is one's own to give, and how much of it is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgmatting.demo import uploads as module
from bgmatting.demo.files import NotPermitted, permitted
from bgmatting.demo.uploads import Uploads


def _upload(uploads: Uploads, client: str = "a", size: int = 1, name: str = "photo.png") -> Path:
    folder = uploads.new_folder()
    (folder / name).write_bytes(b"x" * size)
    uploads.keep(folder, client)
    return folder / name


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", max_bytes=100, max_files=10)


def test_an_upload_is_its_visitor_s_from_its_first_use(uploads):
    photo = _upload(uploads)
    for _ in range(2):
        assert uploads.take(str(photo), "anna") == photo
    for other in ("berta", ""):
        with pytest.raises(NotPermitted):
            uploads.take(str(photo), other)


def test_examples_are_everybody_s(tmp_path):
    example = tmp_path / "example.jpg"
    example.write_bytes(b"x")
    uploads = Uploads(tmp_path / "uploads", [example])
    for visitor in ("anna", "berta"):
        assert uploads.take(str(example), visitor) == example
    with pytest.raises(NotPermitted):
        uploads.take(str(tmp_path / "other.jpg"), "anna")


def test_the_oldest_go_first(uploads):
    photos = [_upload(uploads, client, 20) for client in "aabbccdd"]
    assert [photo.exists() for photo in photos] == [False] * 3 + [True] * 5
    with pytest.raises(NotPermitted):
        uploads.take(str(photos[0]), "anna")


def test_one_client_has_half_of_it(uploads):
    other = _upload(uploads, "b", 20)
    photos = [_upload(uploads, "a", 20) for _ in range(5)]
    assert other.exists()
    assert [photo.exists() for photo in photos] == [False] * 3 + [True] * 2


def test_many_small_ones_count_too(uploads):
    photos = [_upload(uploads, str(number % 4)) for number in range(15)]
    assert sum(photo.exists() for photo in photos) == 10


def test_one_that_is_larger_than_all_there_is_stays_alone(uploads):
    small = _upload(uploads)
    large = _upload(uploads, size=1000)
    assert large.exists()
    assert not small.exists()


def test_old_ones_go(uploads, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    old = _upload(uploads)
    clock[0] = module.KEEP + 1.0
    new = _upload(uploads)
    assert not old.exists()
    assert new.exists()


def test_a_file_that_is_claimed_keeps_path_and_name_only(uploads):
    photo = str(_upload(uploads))
    sent = {"path": photo, "url": "http://127.0.0.1/a", "orig_name": "me.png", "is_stream": True}
    assert uploads.claimed(sent, "anna", files_only=True) == {
        "path": photo,
        "orig_name": "me.png",
        "meta": {"_type": "gradio.FileData"},
    }
    assert uploads.claimed([sent, None], "anna", files_only=True)[1] is None
    nested = {"a": [{"b": sent}], "colour": "#ffffff"}
    assert uploads.claimed(nested, "anna", files_only=False)["a"][0]["b"].keys() == {
        "path", "orig_name", "meta",
    }  # fmt: skip
    with pytest.raises(NotPermitted):
        uploads.claimed(photo, "anna", files_only=True)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder to serve from with a file in it, and another beside it."""
    root = tmp_path_factory.mktemp("places").resolve()
    inside, outside = root / "in", root / "out"
    for folder in (inside, inside / "deep", outside):
        folder.mkdir()
        (folder / "a.png").write_bytes(b"x")
    (inside / "link.png").symlink_to(outside / "a.png")
    (inside / "linked").symlink_to(outside)
    (outside / "back.png").symlink_to(inside / "a.png")
    return inside, outside


PARTS = st.sampled_from(
    ["a.png", "deep", "link.png", "linked", "back.png", "in", "out", "..", ".", "", "%2e%2e", "~"]
)


@given(start=st.sampled_from(["in", "out", "", "/", "."]), parts=st.lists(PARTS, max_size=6))
def test_whatever_is_permitted_lies_within(places, start, parts):
    inside, outside = places
    first = {"in": str(inside), "out": str(outside)}.get(start, start)
    path = "/".join([first, *parts])
    try:
        real = permitted(path, [inside])
    except NotPermitted:
        return
    assert real in {inside / "a.png", inside / "deep" / "a.png"}
    assert os.path.realpath(path) == str(real)


def test_what_lies_elsewhere_is_not_even_looked_for(places, monkeypatch):
    inside, outside = places

    def asked(*_: object, **__: object) -> None:
        raise AssertionError("the file system was asked")

    for name in ("stat", "lstat", "readlink", "open", "scandir"):
        monkeypatch.setattr(os, name, asked)
    monkeypatch.setattr("builtins.open", asked)
    with pytest.raises(NotPermitted):
        permitted(str(outside / "a.png"), [inside])
    monkeypatch.undo()
    assert permitted(str(inside / "a.png"), [inside])


def test_what_this_page_uses_of_gradio_is_there():
    from bgmatting.demo import gradio_names

    for name in gradio_names.__all__:
        assert getattr(gradio_names, name) is not None
