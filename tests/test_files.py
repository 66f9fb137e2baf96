"""Files are whole or not there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bgmatting.errors import OutputError
from bgmatting.files import (
    alone_in,
    make_folder,
    name_fits,
    sha256_of,
    whole,
    write_text,
    write_whole,
)


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


@pytest.mark.parametrize("name", ["a" * 251 + ".txt", "\u7532" * 83 + ".txt"])
def test_long_names_get_a_name_meanwhile_too(tmp_path: Path, name: str) -> None:
    assert name_fits(tmp_path / name)
    assert write_text(tmp_path / name, "x").name == name
    assert not name_fits(tmp_path / f"{name}xxxx")


KILLED = """
import os, signal, sys
from pathlib import Path
from bgmatting.files import whole
with whole(Path(sys.argv[1])) as partial:
    partial.write_bytes(b"half")
    print("half", flush=True)
    os.kill(os.getpid(), getattr(signal, sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_what_was_killed_is_cleared_by_the_next_and_what_lives_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    run = [sys.executable, "-c", KILLED, str(path)]
    assert subprocess.run([*run, "SIGKILL"], stdout=subprocess.DEVNULL).returncode == -9
    stopped = subprocess.Popen([*run, "SIGSTOP"], stdout=subprocess.PIPE)
    try:
        assert stopped.stdout is not None
        assert stopped.stdout.readline() == b"half\n"
        assert len(names(tmp_path)) == 1  # the second has cleared what the first left
        write_text(path, "whole")
        write_text(tmp_path / "b.txt", "whole")
        left = [name for name in names(tmp_path) if name.endswith(".partial")]
        assert len(left) == 1
        assert (tmp_path / left[0]).read_bytes() == b"half"
    finally:
        stopped.kill()
        stopped.wait()
    write_text(path, "whole")
    assert names(tmp_path) == ["a.txt", "b.txt"]


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


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_a_folder_is_held_by_one_process_until_it_ends(tmp_path: Path) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from bgmatting.files import alone_in\n"
        "with alone_in(Path(sys.argv[1])) as alone: print(alone, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with alone_in(tmp_path) as alone:
            assert not alone
        other.kill()
    with alone_in(tmp_path) as alone:
        assert alone
        with alone_in(tmp_path) as again:
            assert not again
    with alone_in(tmp_path) as alone:
        assert alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_does_not_keep_its_parents_folder(tmp_path: Path) -> None:
    read, write = os.pipe()
    with alone_in(tmp_path) as alone:
        assert alone
        child = os.fork()
        if child == 0:  # as workers that draw, which may outlive a parent that was killed
            os.close(write)
            os.read(read, 1)
            os._exit(0)
    with alone_in(tmp_path) as alone:
        assert alone
    os.close(write)
    os.close(read)
    os.waitpid(child, 0)
