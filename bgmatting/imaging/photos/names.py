"""Which files are photos, by their names, and which names are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp"),
    *(".heic", ".heif", ".hif", ".avif", ".tif", ".tiff", ".bmp", ".gif"),
)


def is_photo(path: Path) -> bool:
    """Whether a file's name is a photo's; hidden ones, as a Mac's copies leave them, are none."""
    return path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")


def photos_below(folder: Path) -> Iterator[Path]:
    """Every photo in a folder and those in it, in no order; hidden folders are left out."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and is_photo(path) and path.is_file():
            yield path


def same_name(name: str) -> str:
    """What is equal of names that people take for the same.

    Letters with accents are one character on most systems, and two in what a Mac copies; case does
    not count.

    >>> same_name("Caf\\u00e9") == same_name("cafe\\u0301")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
