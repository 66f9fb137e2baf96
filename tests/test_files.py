"""Files are whole or not there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bgmatting.errors import OutputError
from bgmatting.files import make_folder, sha256_of, whole, write_text, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_fails_halfway_leaves_what_was_there(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.txt", "before")

    def half(partial: Path) -> None:
        partial.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"a\.txt cannot be written \(No space left on device\)"):
        write_whole(path, half)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["a.txt"]


def test_the_name_is_taken_at_the_end_only(tmp_path: Path) -> None:
    with whole(tmp_path / "a.txt") as partial:
        partial.write_text("all of it")
        assert not (tmp_path / "a.txt").exists()
        assert partial.suffix == ".partial"
    assert names(tmp_path) == ["a.txt"]


def test_without_leave_nothing_is_replaced(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.txt", "before")
    with pytest.raises(OutputError, match="exists already"):
        write_whole(path, lambda partial: partial.write_text("after"), overwrite=False)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["a.txt"]


def test_other_errors_pass_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole(tmp_path / "a.txt"):
        (tmp_path / "gone").read_bytes()

    def interrupted(partial: Path) -> None:
        partial.touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.txt", interrupted)
    assert names(tmp_path) == []


def test_long_names_get_a_name_meanwhile_too(tmp_path: Path) -> None:
    name = "a" * 250 + ".txt"
    assert write_text(tmp_path / name, "x").name == name


def test_folders_are_made_and_files_are_none(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        make_folder(tmp_path / "file")
    with pytest.raises(OutputError, match="cannot make the folder"):
        make_folder(tmp_path / "file" / "a")


def test_digests(tmp_path: Path) -> None:
    content = bytes(range(256)) * 9000
    (tmp_path / "a").write_bytes(content)
    assert sha256_of(tmp_path / "a") == hashlib.sha256(content).hexdigest()
