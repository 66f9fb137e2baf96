"""The server's own folder: what visitors upload and what is made of it, in unguessable places.

One function, `permitted`, says whether a path that came from outside may be used at all.
"""

from __future__ import annotations

import atexit
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from .gradio_names import get_upload_folder, use_upload_folder

CLEAN_EVERY, KEEP = 600, 3600  # seconds, for uploads and results
PREFIX = "bgmatting-"  # of a server's own folder
TOOLS = "tools"  # in it: what assistants send as data
LOCK = ".lock"  # in it, held as long as the server lives


class NotPermitted(Exception):
    """A path that is not one of ours to read; whether there is such a file was not asked."""


def permitted(path: object, folders: Iterable[Path], files: Collection[Path] = ()) -> Path:
    """A path from outside, if it is a file in one of `folders` or one of `files`.

    Until the path itself, as written, lies there, the file system is not asked; then symbolic links
    are followed and must end there too.

    Args:
        path: as it came; anything.
        folders: resolved.
        files: resolved.

    Returns:
        The path, resolved, of a regular file.

    Raises:
        NotPermitted: it is not, or there is no such file.
    """
    if not isinstance(path, str) or "\0" in path or not Path(path).is_absolute():
        raise NotPermitted
    written = Path(os.path.normpath(path))
    if ".." in Path(path).parts:
        raise NotPermitted
    within = [folder for folder in folders if folder in written.parents]
    if not within and written not in files:
        raise NotPermitted
    try:
        real = written.resolve(strict=True)
        regular = real.is_file()
    except (OSError, ValueError, RuntimeError):  # gone; a name too long; links in a circle
        raise NotPermitted from None
    if not regular or not (real in files or any(folder in real.parents for folder in within)):
        raise NotPermitted
    return real


class Deletable(set[str]):
    """Paths for Gradio to delete when they are old, or when it ends; see `Blocks.temp_file_sets`.

    May grow while Gradio goes through it.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().__iter__()))


class Store:
    """Folders for results, inside the one that Gradio serves files from.

    Attributes:
        root: the folder they lie in, resolved.
        files: what Gradio is to delete in time.
    """

    def __init__(self, root: Path | None = None) -> None:
        """`root`: default a folder of this server's."""
        self.root = (root or server_folder() / "results").resolve()
        self.files = Deletable()

    def new_folder(self) -> Path:
        """An empty folder whose name nobody can guess. What was left of old ones goes."""
        self.root.mkdir(parents=True, exist_ok=True)
        for old in self.root.iterdir():
            with suppress(FileNotFoundError):  # another request was faster
                if old.stat().st_mtime < time.time() - KEEP - CLEAN_EVERY:
                    shutil.rmtree(old, ignore_errors=True)
        folder = self.root / secrets.token_hex(16)
        folder.mkdir()
        return folder

    def register(self, folder: Path) -> None:
        """Have Gradio delete a folder's files in time."""
        self.files.update(str(path) for path in folder.rglob("*") if path.is_file())


@cache
def server_folder() -> Path:
    """The folder of this process's server, made when first asked for; Gradio serves from it.

    What servers left that ended without cleaning up is deleted: their locks are free.
    """
    parent = Path(get_upload_folder()).resolve()
    parent.mkdir(parents=True, exist_ok=True)
    for other in parent.glob(f"{PREFIX}*"):
        _delete_if_left(other)
    # Locked before it has a name that others look for.
    new = Path(tempfile.mkdtemp(prefix="new-", dir=parent))
    lock = FileLock(new / LOCK)
    lock.acquire(timeout=0)
    folder = new.rename(parent / f"{PREFIX}{secrets.token_hex(8)}")
    use_upload_folder(folder, folder / TOOLS)
    atexit.register(_delete_own, folder, lock, os.getpid())  # which keeps the lock, too
    return folder


def _delete_if_left(folder: Path) -> None:
    with suppress(OSError, Timeout), FileLock(folder / LOCK).acquire(timeout=0):
        shutil.rmtree(folder, ignore_errors=True)


def _delete_own(folder: Path, lock: FileLock, process: int) -> None:
    if os.getpid() == process:  # not a fork of it
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def safe_stem(path: str | Path) -> str:
    """What results are called after: the photo's name, without anything a file system minds."""
    stem = re.sub(r"[^\w.-]+", "-", Path(path).stem).strip("-.")
    return stem[:60] or "photo"
