"""Files written whole or not at all: under a name of their own beside the place, then renamed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import OutputError

try:
    import fcntl
except ImportError:  # not on Windows, where nothing is cleared then
    fcntl = None  # type: ignore[assignment]

_PARTIAL = ".partial"


LONGEST_NAME = 255  # bytes, of nearly all file systems


def partial_path(path: Path) -> Path:
    """A name beside `path` that nothing else has, for what is not finished yet."""
    return path.with_name(f"{_partial_of(path)}{secrets.token_hex(4)}{_PARTIAL}")


def _partial_of(path: Path) -> str:
    """How the names of what may become `path` begin; short, whatever the name."""
    return f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]}-"


def name_fits(path: Path) -> bool:
    """Whether a name is short enough for a file system; bytes count there, not letters."""
    return len(os.fsencode(path.name)) <= LONGEST_NAME


@contextlib.contextmanager
def whole(path: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """A file to fill beside `path`; it takes that name when the block ends without an error.

    Args:
        path: in a folder that is there.
        overwrite: whether a file of that name may be replaced.

    Raises:
        OutputError: without `overwrite`, something is there by then.
        OSError: as the file system has it.
    """
    clear_left_behind(path)
    partial = partial_path(path)
    try:
        with partial.open("wb") as file:
            _lock(file, wait=True)  # so that nobody takes it for left behind
            yield partial
        put(partial, path, overwrite=overwrite)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def clear_left_behind(path: Path) -> None:
    """Remove what was to become `path` and is no process's any more, for that was killed."""
    for partial in path.parent.glob(f"{_partial_of(path)}*{_PARTIAL}"):
        with contextlib.suppress(OSError), partial.open("rb") as file:
            if _lock(file, wait=False):
                partial.unlink()


def _lock(file: BinaryIO, *, wait: bool) -> bool:
    """Hold a file until it is closed, by its process's end at the latest; False: it can't be."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # held by another, or a file system without locks
        return False
    return True


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Hold a folder, which must be there, as long as the block runs; False: another holds it.

    Its process's end lets it go, however that comes. On file systems without locks, and on
    Windows, all may hold it.
    """
    if fcntl is None:
        yield True
        return
    held = os.open(folder, os.O_RDONLY)
    _held.add(held)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:  # no locks here
            pass
        yield True
    finally:
        if held in _held:  # else this is a process forked meanwhile
            _held.remove(held)
            with contextlib.suppress(OSError):
                fcntl.flock(held, fcntl.LOCK_UN)  # for those, too, who were forked with it
            os.close(held)


_held: set[int] = set()


def _let_go() -> None:
    """In a process that was forked: what its parent holds must not outlive that."""
    for held in _held:
        os.close(held)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def write_whole(path: Path, write: Callable[[Path], object], *, overwrite: bool = True) -> Path:
    """Let `write` fill a file beside `path`, then rename it: `path` is never half a file.

    Raises:
        OutputError: it cannot be written; what was at `path` is as it was.
    """
    try:
        with whole(path, overwrite=overwrite) as partial:
            write(partial)
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path} cannot be written ({reason}): choose another place") from error
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text file, UTF-8, whole or not at all; see `write_whole`."""
    return write_whole(
        path, lambda partial: partial.write_text(text, encoding="utf-8", newline="\n")
    )


def put(partial: Path, path: Path, *, overwrite: bool) -> None:
    """Give a finished file its name; without `overwrite`, only if that is still free.

    Raises:
        OutputError: it is not.
    """
    if overwrite:
        partial.replace(path)
        return
    try:
        os.link(partial, path)  # unlike a rename, fails if something came to be there
    except FileExistsError:
        raise exists_already(path) from None
    except (OSError, NotImplementedError):  # a file system without hard links
        if path.exists():
            raise exists_already(path) from None
        partial.replace(path)


def exists_already(path: Path) -> OutputError:
    """What to raise where something would be overwritten unasked."""
    return OutputError(f"{path} exists already: choose another name, or allow overwriting it")


def make_folder(folder: str | os.PathLike[str]) -> Path:
    """`folder`, made with its parents where it isn't there.

    Raises:
        OutputError: it cannot be made, or is a file.
    """
    path = Path(folder).expanduser()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OutputError(f"{path} is a file; a folder is expected") from error
    except OSError as error:
        raise OutputError(f"cannot make the folder {path}: {error.strerror or error}") from error
    return path


def sha256_of(path: Path) -> str:
    """The file's sha256, hexadecimal; OSError where it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
