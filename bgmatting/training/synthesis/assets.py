"""Pictures that training draws from: subjects with alpha, scenes and textures, all optional.

Some of each folder's pictures are held out (`holdout`): validation draws from these alone, training
never does.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from ...errors import InputError, PhotoError
from ...imaging.photos.names import PHOTO_SUFFIXES, photos_below, same_name
from ...imaging.photos.pictures import (
    has_transparency,
    picture_size,
    read_cutout,
    read_grey,
    read_scaled,
)
from .holdout import Entry, held_out
from .settings import GENERATOR, SETTINGS, AssetFolders
from .soft import draw_kind, kind_of

Found = TypeVar("Found")
Part = Literal["training", "held out", "all"]


def list_pictures(folders: Sequence[Path]) -> list[Path]:
    """Every picture below the folders, in a fixed order.

    Raises:
        InputError: a folder is not there or holds no picture.
    """
    found: list[Path] = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise InputError(f"no folder {folder}: expected a folder of pictures")
        here = sorted(photos_below(folder))
        if not here:
            known = ", ".join(PHOTO_SUFFIXES)
            raise InputError(f"no picture in {folder}: expected files ending in {known}")
        found += here
    return found


def list_cutouts(folders: Sequence[Path]) -> list[Path]:
    """Every picture below the folders, all with transparency; only their headers are read.

    Raises:
        InputError: as `list_pictures`; or one cannot be read or has no transparency.
    """
    found = list_pictures(folders)
    for file in found:
        if not _header(has_transparency, file):
            raise InputError(
                f"{file} has no transparency: expected subjects cut out, as RGBA (photos of "
                "scenes belong to the backgrounds)"
            )
    return found


def list_mattes(folders: Sequence[Path]) -> list[tuple[Path, Path]]:
    """(foreground, alpha) file pairs of folders with `fgr/` and `pha/`.

    Those belong together that lie at the same place in the two, but for their endings, as
    fgr/0000/0007.jpg and pha/0000/0007.png. Foregrounds without an alpha are reported on stderr.

    Raises:
        InputError: `fgr` or `pha` is missing, no file has a partner, several could be one's
            partner, or one is of another size than its partner or cannot be read.
    """
    pairs: list[tuple[Path, Path]] = []
    for folder in map(Path, folders):
        if not ((folder / "fgr").is_dir() and (folder / "pha").is_dir()):
            raise InputError(
                f"{folder} holds no mattes: expected two folders in it, fgr (colours) and pha "
                "(alpha, grey), with files of the same names"
            )
        foregrounds, alphas = _by_place(folder / "fgr"), _by_place(folder / "pha")
        here = [(fgr, alphas[place]) for place, fgr in foregrounds.items() if place in alphas]
        if not here:
            raise InputError(f"no file of {folder}/fgr has a partner of the same name in pha")
        alone = [fgr for place, fgr in foregrounds.items() if place not in alphas]
        if alone:
            print(
                f"bgmatting: {len(alone)} of {len(foregrounds)} pictures in {folder}/fgr have no "
                f"partner in pha and are left out, {alone[0].name} first",
                file=sys.stderr,
            )
        for fgr, pha in here:
            colour, alpha = _header(picture_size, fgr), _header(picture_size, pha)
            if alpha != colour:
                raise InputError(
                    f"{fgr} is {colour[0]} x {colour[1]} pixels but {pha} "
                    f"{alpha[0]} x {alpha[1]}: expected the same of both"
                )
        pairs += here
    return pairs


def _by_place(folder: Path) -> dict[str, Path]:
    """Place in a folder, without the ending -> the picture there.

    Raises:
        InputError: two pictures differ in nothing but their endings; or as `list_pictures`.
    """
    found: dict[str, Path] = {}
    for picture in list_pictures([folder]):
        place = same_name(picture.relative_to(folder).with_suffix("").as_posix())
        if place in found:
            raise InputError(
                f"{found[place]} and {picture.name} beside it could both be meant: keep one"
            )
        found[place] = picture
    return found


def list_soft(folders: Sequence[Path]) -> dict[str, list[Path]]:
    """Kind -> its pictures in all banks; errors as `list_cutouts`."""
    kinds: dict[str, list[Path]] = {}
    for folder in map(Path, folders):
        for file in list_cutouts([folder]):
            kinds.setdefault(kind_of(file, folder), []).append(file)
    return kinds


def _header(read: Callable[[Path], Found], file: Path) -> Found:
    """What is read of a picture's header."""
    try:
        return read(file)
    except PhotoError as error:
        raise InputError(f"{file} cannot be read as a picture: {error}") from None


@dataclass
class Assets:
    """The pictures themselves, decoded when asked for; small photos are kept in memory.

    A picture that turns out to be damaged is reported once on stderr, and another drawn in its
    place: one bad file of thousands should not end a run of hours.

    Args:
        folders: where they lie.
        part: which of them to draw: those for training, those held out for validation, or all.
        soft_shares: weights of the kinds of soft subjects, see `GeneratorConfig`.
        photo_size: long side to which scene and texture photos are brought, in pixels.
        keep: how many decoded photos to keep.
    """

    folders: AssetFolders
    part: Part = "all"
    soft_shares: Mapping[str, float] = field(default_factory=lambda: GENERATOR.soft)
    photo_size: int = 900
    keep: int = 400
    _cache: OrderedDict[Path, np.ndarray] = field(default_factory=OrderedDict, repr=False)
    _reported: set[Path | tuple[Path, Path]] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.people = self._mine(list_cutouts(self.folders.people))
        self.objects = self._mine(list_cutouts(self.folders.objects))
        soft = {kind: self._mine(files) for kind, files in list_soft(self.folders.soft).items()}
        self.soft = {kind: files for kind, files in soft.items() if files}
        self.mattes = self._mine(list_mattes(self.folders.mattes))
        self.backgrounds = self._mine(list_pictures(self.folders.backgrounds))
        self.textures = self._mine(list_pictures(self.folders.textures))

    def _mine(self, entries: list[Entry]) -> list[Entry]:
        if self.part == "all":
            return entries
        held = held_out(entries)
        return [entry for entry in entries if (entry in held) == (self.part == "held out")]

    def subject(self, kind: str, rng: np.random.Generator) -> np.ndarray:
        """A random subject of `kind` (people, objects, soft or mattes).

        Of soft ones each kind is as frequent as `soft_shares` says.

        Returns:
            (h, w, 4) uint8, straight RGBA.

        Raises:
            InputError: nearly all of that kind are damaged.
        """
        if kind == "mattes":
            return self._draw(self.mattes, _decode_matte, rng)
        if kind == "soft":
            chosen = draw_kind(self.soft, self.soft_shares, rng)
            return self._draw(self.soft[chosen], read_cutout, rng)
        files = self.people if kind == "people" else self.objects
        return self._draw(files, read_cutout, rng)

    def background(self, rng: np.random.Generator) -> np.ndarray:
        """A random scene photo, (h, w, 3) uint8 RGB; errors as `subject`."""
        return self._draw(self.backgrounds, self._photo, rng)

    def texture(self, rng: np.random.Generator) -> np.ndarray:
        """A random texture photo, or a scene photo for want of one; as `background`."""
        return self._draw(self.textures or self.backgrounds, self._photo, rng)

    def _draw(
        self,
        entries: Sequence[Entry],
        decode: Callable[[Entry], np.ndarray],
        rng: np.random.Generator,
    ) -> np.ndarray:
        # The lists stay as they are, so that what is drawn doesn't depend on what was drawn before.
        most = SETTINGS.damaged_in_a_row
        for _ in range(most):
            entry = entries[int(rng.integers(len(entries)))]
            try:
                return decode(entry)
            except PhotoError as error:
                self._report(entry, error)
        raise InputError(
            f"{most} pictures in a row cannot be read, the last {_name(entry)}: check the folder"
        )

    def _report(self, entry: Path | tuple[Path, Path], error: Exception) -> None:
        if entry not in self._reported:
            self._reported.add(entry)
            print(
                f"bgmatting: {_name(entry)} cannot be read and is left out: {error}",
                file=sys.stderr,
            )

    def _photo(self, path: Path) -> np.ndarray:
        if path not in self._cache:
            self._cache[path] = read_scaled(path, self.photo_size)
            if len(self._cache) > self.keep:
                self._cache.popitem(last=False)
        self._cache.move_to_end(path)
        return self._cache[path]


def _decode_matte(pair: tuple[Path, Path]) -> np.ndarray:
    fgr, pha = pair
    matte = np.array(read_cutout(fgr))  # h, w, 4
    matte[..., 3] = np.rint(read_grey(pha) * 255)
    return matte


def _name(entry: Path | tuple[Path, Path]) -> str:
    return str(entry) if isinstance(entry, Path) else " with ".join(map(str, entry))
