"""Sequences: folders of pictures, or names with a number in them, read and written as clips."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError, OutputError, PhotoError
from ..files import make_folder
from ..imaging.arrays import Map, size_of
from ..imaging.photos.names import is_photo
from ..imaging.photos.reading import read_photo
from ..imaging.photos.writing import save_png
from .frames import Facts, Frame
from .pictures import Picture

RATE = Fraction(25)  # frames a second, of pictures that say nothing of it
FIRST = 1  # the number of the first picture that is written
DIGITS = 5

_PATTERN = re.compile(r"%0?(\d*)d")
_NUMBER = re.compile(r"(\d+)(?!.*\d)")


def is_pattern(name: str | os.PathLike[str]) -> bool:
    """Whether a name stands for many: one %d or %05d in it."""
    return len(_PATTERN.findall(Path(name).name)) == 1


class Sequence:
    """Pictures that follow one another, by the numbers in their names.

    Args:
        path: a folder, or a pattern such as frames/%05d.png.
        rate: frames a second.

    Attributes:
        path: likewise.
        facts: by the first picture.
        pictures: in order.

    Raises:
        ClipError: there are none.
        PhotoError: the first cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str], rate: Fraction = RATE) -> None:
        self.path = Path(path)
        self.pictures = _by_pattern(self.path) if is_pattern(path) else _in_folder(self.path)
        first = read_photo(self.pictures[0])
        self.facts = Facts(size_of(first), rate, 1 / rate, count=len(self.pictures))

    def frames(self, start: Fraction = Fraction(0), end: Fraction | None = None) -> Iterator[Frame]:
        """Frames from `start` to before `end`; what cannot be read comes as the one before it.

        Raises:
            ClipError: a picture is of another size than the first.
        """
        last: Frame | None = None
        for index, path in enumerate(self.pictures):
            time = index / self.facts.rate
            if time < start:
                continue
            if end is not None and time >= end:
                return
            try:
                pixels = read_photo(path)
            except PhotoError:
                if last is None:
                    raise
                last = Frame(last.pixels, time, index, damaged=True)
                yield last
                continue
            if size_of(pixels) != self.facts.size:
                (width, height), (w, h) = self.facts.size, size_of(pixels)
                raise ClipError(
                    f"{path.name} is {w} x {h} pixels, those before it {width} x {height}: "
                    "all of a sequence must have one size"
                )
            last = Frame(pixels, time, index)
            yield last


def _in_folder(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if is_photo(path) and path.is_file()]
    if not found:
        raise ClipError(f"there are no pictures in {folder}: give a folder of frames, or a film")
    return sorted(found, key=_numbered)


def _by_pattern(pattern: Path) -> list[Path]:
    digits = _PATTERN.search(pattern.name)
    width = int(digits[1] or 1) if digits else 1
    before, after = (re.escape(part) for part in re.split(_PATTERN, pattern.name)[::2])
    name = re.compile(f"{before}(\\d{{{width},}}){after}")
    folder = pattern.parent
    found = [
        (int(match[1]), path)
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := name.fullmatch(path.name))
    ]
    if not found:
        raise ClipError(f"there are no pictures called {pattern}: check the name and the folder")
    return [path for _, path in sorted(found)]


def _numbered(path: Path) -> tuple[str, int, str]:
    """By the last number in the name, as people count."""
    found = _NUMBER.search(path.stem)
    if found is None:
        return path.stem, -1, path.name
    return path.stem[: found.start()], int(found[1]), path.name


class SequenceWriter:
    """A folder of PNG files, one a frame, each whole or not there.

    Args:
        folder: made where it isn't there.
        deep: 16 bits a channel.
        overwrite: whether pictures that are there are replaced.
        greys: whether one channel suffices, as for alpha.

    Raises:
        OutputError: the folder cannot be made.
    """

    def __init__(self, folder: Path, *, deep: bool, overwrite: bool, greys: bool = False) -> None:
        self.folder = make_folder(folder)
        self._deep, self._overwrite, self._greys = deep, overwrite, greys

    def path(self, index: int) -> Path:
        """Where a frame goes, by its place in the clip."""
        return self.folder / self.name(index)

    @staticmethod
    def name(index: int) -> str:
        """What a frame's picture is called, by its place in the clip."""
        return f"{index + FIRST:0{DIGITS}d}.png"

    def write(self, picture: Picture, time: Fraction, index: int) -> None:
        """Write a frame, unless it is there from a run that was broken off."""
        path = self.path(index)
        if self._overwrite or not path.exists():
            with contextlib.suppress(FileExistsError):
                save_png(self._pixels(picture), path, overwrite=self._overwrite)

    def _pixels(self, picture: Picture) -> NDArray[np.uint8] | NDArray[np.uint16]:
        if self._greys:
            grey = picture.colours[..., 0] if picture.grey is None else picture.grey
            if picture.grey is None or not self._deep:
                return np.ascontiguousarray(picture.colours[..., 0])
            return _of_16_bits(grey)
        if picture.alpha is None:
            return picture.colours
        if not self._deep:
            return np.dstack([picture.colours, picture.alpha_of_8_bits])
        return np.dstack([picture.colours * np.uint16(257), _of_16_bits(picture.alpha)])


def _of_16_bits(values: Map) -> NDArray[np.uint16]:
    """(H, W) in 0..1 -> 0..65535."""
    whole: NDArray[np.uint16] = np.rint(np.clip(values, 0, 1) * np.float32(65535)).astype(np.uint16)
    return whole


def check_folder(folder: Path) -> None:
    """Whether pictures can go there.

    Raises:
        OutputError: it is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: choose another name for the folder of pictures")
