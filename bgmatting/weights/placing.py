"""A finished save put into its folder, so that old and new are never loaded as one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..errors import BgmattingError, OutputError
from ..files import make_folder, partial_path
from .names import INDEX_NAME, WEIGHTS_NAME, is_weights_name

_HEADS = {WEIGHTS_NAME, INDEX_NAME}  # what readers begin with


@contextlib.contextmanager
def staged(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A new folder to write a save into; all of it goes into `folder` when the block ends well.

    Args:
        folder: made where it isn't there.

    Raises:
        OutputError: it cannot be written; it is as it was.
    """
    new = not Path(folder).expanduser().exists()
    folder = make_folder(folder)
    part = partial_path(folder / "save")
    try:
        part.mkdir()
        yield part
        put_in_place(part, folder)
    except BgmattingError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write {folder}: {reason}; choose another place") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if new:
            with contextlib.suppress(OSError):
                folder.rmdir()  # empty if nothing was saved


def put_in_place(part: Path, folder: Path) -> None:
    """Move all files of one folder into another, over what it has of those names.

    Weights of another form that the folder has (shards where there are none now, more of them, or
    one file in place of shards) are taken away. While shards change, the folder can't be loaded at
    all rather than as a mixture.

    Args:
        part: what was written, complete; on the same file system.
        folder: one that is there.

    Raises:
        OutputError: a file cannot be put in place; the folder is as it was.
    """
    new = sorted(
        (path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file()),
        key=_heads_last,
    )
    aside = partial_path(folder / "before")
    try:
        old = [path.name for path in folder.iterdir() if is_weights_name(path.name)]
        changes = {*old, *filter(is_weights_name, new)} - {WEIGHTS_NAME}  # of shards
        kept = [name for name in new if (folder / name).exists()]
        stale = [name for name in old if name not in new] if set(new) & _HEADS else []
        for name in sorted((*kept, *stale), key=_heads_last, reverse=True):
            away = name in stale or (bool(changes) and is_weights_name(name))
            _set_aside(folder / name, aside / name, away=away)
        for name in new:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).replace(folder / name)
    except OSError as error:
        _put_back(aside, folder, placed=[name for name in new if not (part / name).exists()])
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write {folder}: {reason}; choose another place") from error
    shutil.rmtree(aside, ignore_errors=True)


def _heads_last(name: str) -> tuple[bool, str]:
    return name in _HEADS, name


def _set_aside(path: Path, aside: Path, *, away: bool) -> None:
    """Keep a file under another name; it stays where it is too unless told otherwise."""
    aside.parent.mkdir(parents=True, exist_ok=True)
    if not away:
        try:
            aside.hardlink_to(path)
            return
        except (OSError, NotImplementedError):  # a file system without hard links
            pass
    path.replace(aside)


def _put_back(aside: Path, folder: Path, placed: list[str]) -> None:
    """Undo what `put_in_place` did, as far as the file system lets it."""
    with contextlib.suppress(OSError):
        for name in placed:
            if not (aside / name).exists():
                (folder / name).unlink()
        files = [path for path in aside.rglob("*") if path.is_file()]
        for path in sorted(files, key=lambda path: _heads_last(path.name)):
            target = folder / path.relative_to(aside)
            path.replace(target)
            if path.exists() and path.samefile(target):  # two names of one file
                path.unlink()
        shutil.rmtree(aside)
