"""Which background goes with which source, by file names."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from pathlib import Path

from ..errors import InputError
from ..imaging.photos.names import PHOTO_SUFFIXES, is_photo, same_name
from .results import KINDS, plan

SOURCE_MARK = "-src"
BACKGROUND_MARK = "-bgr"
SHOWN_ENDINGS = 4  # of files left out; more are only counted


def photos_in(folder: Path) -> list[Path]:
    """The photos directly in `folder`, by their suffixes, in natural order; hidden files not."""
    found = (path for path in folder.iterdir() if is_photo(path) and path.is_file())
    return sorted(found, key=natural)


def natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """Sort key: as people count, photo2 before photo10."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p], path.name


def check_folder(folder: Path) -> None:
    """Raises InputError where there is no such folder of sources."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise InputError(f"{folder} {what}: give the folder with the photos of the subject")


def sources_in(folder: Path, background: Path) -> list[Path]:
    """The sources among the photos in `folder`, in natural order.

    Not a source: the background itself, a name that ends in -bgr, and a result of another photo
    there (photo-cutout.png beside photo.jpg).
    """
    photos = photos_in(folder)
    made = {name for photo in photos for name in _result_names(photo)}
    return [
        path
        for path in photos
        if path.name not in made and not _is_background(path) and not _same(path, background)
    ]


def find_sources(folder: Path, background: Path) -> list[Path]:
    """`sources_in`, if there are any.

    Raises:
        InputError: there is none.
    """
    sources = sources_in(folder, background)
    if not sources:
        suffixes = " ".join(PHOTO_SUFFIXES)
        raise InputError(
            f"there are no photos to cut out in {folder}: looked for names ending in {suffixes}"
        )
    return sources


def left_out(folder: Path, results: Path) -> str | None:
    """A sentence on what in `folder` is no photo, or out of reach; None: nothing is.

    The folder of results, if it is there, is not meant to be found.
    """
    others: Counter[str] = Counter()
    below = 0
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not (results.exists() and path.samefile(results)):
                with contextlib.suppress(OSError):  # one that is locked
                    below += any(is_photo(inside) for inside in path.iterdir())
        elif not is_photo(path):
            others[path.suffix.lower() or "no ending"] += 1
    parts = []
    if below:
        folders = "folder" if below == 1 else "folders"
        parts.append(f"{below} {folders} with photos below it (give each by itself)")
    if others:
        kinds = ", ".join(kind for kind, _ in others.most_common(SHOWN_ENDINGS))
        more = ", ..." if len(others) > SHOWN_ENDINGS else ""
        files = "file that is no photo" if others.total() == 1 else "files that are no photos"
        parts.append(f"{others.total()} {files} ({kinds}{more})")
    return f"left out of {folder}: {' and '.join(parts)}" if parts else None


class Backgrounds:
    """The background for each source.

    One photo serves every source. Of a folder, the photo of the source's name does, whatever the
    suffixes (wall.jpg with wall.png), or that name with -bgr (wall-bgr.jpg), which goes first.
    A -src at the end of the source's name doesn't count (wall-src.jpg with wall-bgr.jpg). Where
    sources and backgrounds share a folder, backgrounds must have the -bgr.

    Args:
        place: a photo or a folder of photos.
        sources: the folder of the sources.

    Attributes:
        for_all: the one photo that serves every source, if so.
    """

    def __init__(self, place: Path, sources: Path) -> None:
        self.place = place
        self.for_all = None if place.is_dir() else place
        self._table: dict[str, list[Path]] = {}
        if self.for_all is not None:
            return
        shared = place.samefile(sources)
        for photo in photos_in(place):
            if _is_background(photo) or not (shared or _is_source(photo)):
                self._table.setdefault(_name(photo), []).append(photo)

    def of(self, source: Path) -> Path:
        """The background for `source`.

        Raises:
            InputError: none in the folder has its name, or several have.
        """
        if self.for_all is not None:
            return self.for_all
        found = self._table.get(_name(source), [])
        found = [path for path in found if _is_background(path)] or found
        if not found:
            name = source.stem[: -len(SOURCE_MARK)] if _is_source(source) else source.stem
            raise InputError(
                f"there is no background for it in {self.place}: expected a photo named {name} "
                f"or {name}{BACKGROUND_MARK}"
            )
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise InputError(f"{names} in {self.place} could both be its background: keep one")
        return found[0]


def _same(photo: Path, background: Path) -> bool:
    try:
        return photo.samefile(background)
    except FileNotFoundError:  # gone since it was listed
        return False


def _is_background(path: Path) -> bool:
    return same_name(path.stem).endswith(BACKGROUND_MARK)


def _is_source(path: Path) -> bool:
    return same_name(path.stem).endswith(SOURCE_MARK)


def _name(path: Path) -> str:
    """What source and background have in common."""
    return same_name(path.stem).removesuffix(SOURCE_MARK).removesuffix(BACKGROUND_MARK)


def _result_names(photo: Path) -> list[str]:
    return [path.name for path in plan(photo, photo.parent, KINDS).values()]
