"""Evaluation sets: folders of pairs whose true matte is known.

Layout:

    index.json              ["clean/anna", "drift/anna", ...]: the samples, condition first
    clean/anna/src.jpg      source
    clean/anna/bgr.jpg      background
    clean/anna/pha.png      true alpha, grey
    clean/anna/fgr.webp     true foreground, straight colour; measured where alpha is above 0
    clean/anna/trimap.png   grey: unknown where it is neither black nor white; may be missing

Each image may be of any kind that photos are read of; those of a sample have one size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..imaging.arrays import Size
from ..imaging.photos.names import is_photo
from ..imaging.photos.pictures import picture_size, read_cutout, read_grey
from ..small_files import read_json

INDEX = "index.json"
PARTS = {"src": "source", "bgr": "background", "pha": "true alpha", "fgr": "true foreground"}
TRIMAP = "trimap"


@dataclass(frozen=True)
class Settings:
    """How a sample's files are read.

    Attributes:
        trimap_certain: a trimap's grey, 0..1, nearer than this to black or white is that; leaves
            room for JPEG. Chosen by eye.
    """

    trimap_certain: float = 0.1


SETTINGS = Settings()


@dataclass(frozen=True)
class Sample:
    """One pair and its truth, all of one size.

    Attributes:
        name: "condition/rest", as the index has it.
        source: (H, W, 3) uint8, RGB.
        background: (H, W, 3) uint8, RGB.
        alpha: (H, W) float32, 0..1.
        foreground: (H, W, 3) float32, RGB, straight, 0..1; means nothing where alpha is 0.
        trimap: (H, W) bool, the unknown pixels of the sample's own trimap; None: it has none.
    """

    name: str
    source: NDArray[np.uint8]
    background: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    foreground: NDArray[np.float32]
    trimap: NDArray[np.bool_] | None = None

    @property
    def condition(self) -> str:
        """What sets source and background apart: the first part of the name."""
        return condition(self.name)


class EvaluationSet:
    """The samples of a folder; images are read one sample at a time.

    Args:
        folder: has the layout above.

    Attributes:
        folder: the same.
        name: the folder's own name.
        names: the samples' names, in the index's order.
        sizes: sample's name -> (width, height).
        trimaps: names of the samples that have a trimap of their own.

    Raises:
        InputError: folder, index or images are missing, the index is not a list of names, or
            sizes within a sample differ; all that is wrong is found now, none while iterating.
        PhotoError: an image cannot be opened.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.name = self.folder.resolve().name
        self.names = _read_index(self.folder)
        self._files = {name: _find(self.folder, name) for name in self.names}
        self.sizes = {name: _size(name, files) for name, files in self._files.items()}
        self.trimaps = [name for name, files in self._files.items() if TRIMAP in files]

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Sample]:
        return map(self.load, self.names)

    @property
    def conditions(self) -> list[str]:
        """Every condition once, in the index's order."""
        return list(dict.fromkeys(map(condition, self.names)))

    def load(self, name: str) -> Sample:
        """Read one sample.

        Raises:
            InputError: there is no such sample.
            PhotoError: an image is broken.
        """
        if name not in self._files:
            raise InputError(f"no sample {name!r} in {self.folder}: it is not in its {INDEX}")
        files = self._files[name]
        return Sample(
            name,
            source=_colour(files["src"]),
            background=_colour(files["bgr"]),
            alpha=_grey(files["pha"]),
            foreground=_colour(files["fgr"]).astype(np.float32) / np.float32(255),
            trimap=_unknown(files[TRIMAP]) if TRIMAP in files else None,
        )


def condition(name: str) -> str:
    """The condition of the sample called `name`."""
    return name.split("/")[0]


def _read_index(folder: Path) -> list[str]:
    path = folder / INDEX
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: give the folder of an evaluation set")
    if not path.is_file():
        raise InputError(
            f"{folder} is no evaluation set: it has no {INDEX} "
            '(a list of sample folders such as ["clean/anna", "drift/anna"])'
        )
    names = read_json(path, InputError)
    if names == []:
        raise InputError(f"{path} names no samples: expected at least one, such as clean/anna")
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise InputError(
            f'{path} must be a list of sample folders such as ["clean/anna", "drift/anna"]'
        )
    for name in names:
        pure = PurePosixPath(name)
        if len(pure.parts) < 2 or pure.is_absolute() or ".." in pure.parts or str(pure) != name:
            raise InputError(
                f"{path} names {name!r}; expected condition/name, a folder below {folder}"
            )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{path} names {twice[0]!r} more than once: keep one")
    return names


def _find(folder: Path, name: str) -> dict[str, Path]:
    """The images of a sample, by part."""
    sample = folder / name
    if not sample.is_dir():
        raise InputError(f"{folder / INDEX} names {name!r}, but there is no folder {sample}")
    files = {}
    images = sorted(path for path in sample.iterdir() if is_photo(path) and path.is_file())
    for part, what in {**PARTS, TRIMAP: "trimap"}.items():
        found = [path for path in images if path.stem.lower() == part]
        if part == TRIMAP and not found:
            continue
        if len(found) != 1:
            got = ", ".join(path.name for path in found) or "none"
            raise InputError(
                f"{sample} must have one {what}, an image called {part} ({part}.png, say); "
                f"found {got}"
            )
        files[part] = found[0]
    return files


def _unknown(path: Path) -> NDArray[np.bool_]:
    grey = _grey(path)
    certain = SETTINGS.trimap_certain
    return (grey > certain) & (grey < 1 - certain)


def _size(name: str, files: dict[str, Path]) -> Size:
    sizes = {}
    for path in files.values():
        sizes[path.name] = picture_size(path)
    if len(set(sizes.values())) > 1:
        got = ", ".join(f"{file} {w}x{h}" for file, (w, h) in sizes.items())
        raise InputError(f"the images of {name!r} must have one size, got {got}")
    return next(iter(sizes.values()))


def _colour(path: Path) -> NDArray[np.uint8]:
    return np.ascontiguousarray(read_cutout(path)[..., :3])


def _grey(path: Path) -> NDArray[np.float32]:
    return read_grey(path)
