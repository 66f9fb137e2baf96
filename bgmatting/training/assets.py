"""Pictures that training draws from: subjects with alpha, scenes and textures, all optional."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import InputError

SUFFIXES = {".png", ".webp", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


@dataclass(frozen=True)
class AssetFolders:
    """Where pictures lie; each kind may have any number of folders, none at all too.

    Attributes:
        people: RGBA pictures of people, straight colour.
        objects: RGBA pictures of anything else, straight colour.
        mattes: folders that hold `fgr/` (RGB) and `pha/` (grey) with like-named files, the layout
            of the public matting sets.
        backgrounds: photos of scenes.
        textures: photos used only as surfaces of drawn shapes.
    """

    people: Sequence[Path] = ()
    objects: Sequence[Path] = ()
    mattes: Sequence[Path] = ()
    backgrounds: Sequence[Path] = ()
    textures: Sequence[Path] = ()


def list_pictures(folders: Sequence[Path]) -> list[Path]:
    """Every picture below the folders, in a fixed order.

    Raises:
        InputError: a folder is not there or holds no picture.
    """
    found: list[Path] = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise InputError(f"no folder {folder}: expected a folder of pictures")
        here = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not here:
            known = ", ".join(sorted(SUFFIXES))
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
        try:
            with Image.open(file) as picture:
                cut_out = picture.has_transparency_data
        except OSError as error:
            raise InputError(f"{file} cannot be read as a picture: {error}") from None
        if not cut_out:
            raise InputError(
                f"{file} has no transparency: expected subjects cut out, as RGBA (photos of "
                "scenes belong to the backgrounds)"
            )
    return found


def list_mattes(folders: Sequence[Path]) -> list[tuple[Path, Path]]:
    """(foreground, alpha) file pairs of folders with `fgr/` and `pha/`, matched by stem.

    Raises:
        InputError: `fgr` or `pha` is missing, or no file has a partner.
    """
    pairs: list[tuple[Path, Path]] = []
    for folder in map(Path, folders):
        if not ((folder / "fgr").is_dir() and (folder / "pha").is_dir()):
            raise InputError(
                f"{folder} holds no mattes: expected two folders in it, fgr (colours) and pha "
                "(alpha, grey), with files of the same names"
            )
        alphas = {p.stem: p for p in list_pictures([folder / "pha"])}
        here = [(p, alphas[p.stem]) for p in list_pictures([folder / "fgr"]) if p.stem in alphas]
        if not here:
            raise InputError(f"no file of {folder}/fgr has a partner of the same name in pha")
        pairs += here
    return pairs


@dataclass
class Assets:
    """The pictures themselves, decoded when asked for; small photos are kept in memory.

    Args:
        folders: where they lie.
        photo_size: long side to which scene and texture photos are brought, in pixels.
        keep: how many decoded photos to keep.
    """

    folders: AssetFolders
    photo_size: int = 900
    keep: int = 400
    _cache: OrderedDict[Path, np.ndarray] = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        self.people = list_cutouts(self.folders.people)
        self.objects = list_cutouts(self.folders.objects)
        self.mattes = list_mattes(self.folders.mattes)
        self.backgrounds = list_pictures(self.folders.backgrounds)
        self.textures = list_pictures(self.folders.textures)

    def subject(self, kind: str, rng: np.random.Generator) -> np.ndarray:
        """A random subject of `kind` (people, objects or mattes), (h, w, 4) uint8 straight RGBA."""
        if kind == "mattes":
            fgr, pha = self.mattes[rng.integers(len(self.mattes))]
            colour = Image.open(fgr).convert("RGB")
            alpha = Image.open(pha).convert("L")
            if alpha.size != colour.size:
                raise InputError(
                    f"{fgr} is {colour.size} but {pha} is {alpha.size}; they must be the same"
                )
            colour.putalpha(alpha)
            return np.asarray(colour)
        files = self.people if kind == "people" else self.objects
        return np.asarray(Image.open(files[rng.integers(len(files))]).convert("RGBA"))

    def background(self, rng: np.random.Generator) -> np.ndarray:
        """A random scene photo, (h, w, 3) uint8 RGB."""
        return self._photo(self.backgrounds[rng.integers(len(self.backgrounds))])

    def texture(self, rng: np.random.Generator) -> np.ndarray:
        """A random texture photo, or a scene photo for want of one, (h, w, 3) uint8 RGB."""
        files = self.textures or self.backgrounds
        return self._photo(files[rng.integers(len(files))])

    def _photo(self, path: Path) -> np.ndarray:
        if path not in self._cache:
            opened = Image.open(path)
            opened.draft("RGB", (self.photo_size, self.photo_size))
            photo = opened.convert("RGB")
            photo.thumbnail((self.photo_size, self.photo_size), Image.Resampling.LANCZOS)
            self._cache[path] = np.asarray(photo)
            if len(self._cache) > self.keep:
                self._cache.popitem(last=False)
        self._cache.move_to_end(path)
        return self._cache[path]
