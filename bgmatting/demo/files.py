"""Where results lie while their user may fetch them: folders with names nobody can guess."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from gradio.utils import get_upload_folder

CLEAN_EVERY, KEEP = 600, 3600  # seconds, for uploads and results


class Deletable(set[str]):
    """Paths for Gradio to delete when they are old, or when it ends; see `Blocks.temp_file_sets`.

    May grow while Gradio goes through it.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().__iter__()))


class Store:
    """Folders for results, inside the one that Gradio serves files from."""

    def __init__(self) -> None:
        self.files = Deletable()

    def new_folder(self) -> Path:
        """An empty folder. What was left of old ones goes."""
        root = Path(get_upload_folder()) / "results"
        root.mkdir(parents=True, exist_ok=True)
        for old in root.iterdir():
            if old.stat().st_mtime < time.time() - KEEP - CLEAN_EVERY:
                shutil.rmtree(old, ignore_errors=True)
        folder = root / secrets.token_hex(16)
        folder.mkdir()
        return folder

    def register(self, folder: Path) -> None:
        """Have Gradio delete a folder's files in time."""
        self.files.update(str(path) for path in folder.rglob("*") if path.is_file())


def safe_stem(path: str | Path) -> str:
    """What results are called after: the photo's name, without anything a file system minds."""
    stem = re.sub(r"[^\w.-]+", "-", Path(path).stem).strip("-.")
    return stem[:60] or "photo"
