"""Which pictures of a folder are kept for validation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from .settings import SETTINGS

Entry = TypeVar("Entry", Path, tuple[Path, Path])  # a picture, or a foreground and its alpha


def held_out(entries: Sequence[Entry]) -> set[Entry]:
    """Which pictures of each folder no training draws.

    A picture is held out by its name alone, so that it is in every run, wherever its folder lies
    and whatever else is in it; pictures of the same name but for the ending go together. Where that
    leaves a folder without any, the one whose name comes nearest is held out. Of folders with fewer
    than `least_pictures` of the settings none is: training needs them.
    """
    folders: dict[Path, list[tuple[int, Entry]]] = {}
    for entry in entries:
        file = entry if isinstance(entry, Path) else entry[0]
        digest = hashlib.sha256(file.stem.encode("utf-8", "surrogateescape")).digest()
        folders.setdefault(file.parent, []).append((int.from_bytes(digest[:8], "big"), entry))
    held: set[Entry] = set()
    for ranked in folders.values():
        if len(ranked) >= SETTINGS.least_pictures:
            chosen = {entry for rank, entry in ranked if rank < 2**64 // SETTINGS.held_out}
            held |= chosen or {min(ranked)[1]}
    return held
