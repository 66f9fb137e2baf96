"""Where results go: names, what may not be written, and the writing itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import OutputError
from ..files import LONGEST_NAME, name_fits

if TYPE_CHECKING:
    from PIL import Image

    from ..imaging import Matte
    from ..imaging.result.depths import Whole
    from .settings import Settings

OPTIONAL_KINDS = ("alpha", "foreground", "error", "composite", "exr")
KINDS = ("cutout", *OPTIONAL_KINDS)
SUFFIX = ".png"
EXR = "exr"  # the cut-out once more, as OpenEXR


def plan(source: Path, folder: Path, kinds: Iterable[str]) -> dict[str, Path]:
    """Name a photo's results in `folder`: photo.jpg -> photo-cutout.png, photo-alpha.png..."""
    return {kind: folder / f"{source.stem}-{_ending(kind)}" for kind in kinds}


def _ending(kind: str) -> str:
    return "cutout.exr" if kind == EXR else f"{kind}{SUFFIX}"


def plan_beside(cutout: Path, kinds: Iterable[str]) -> dict[str, Path]:
    """Name results after the cut-out's own name: out.png -> out.png, out-alpha.png..."""
    stem = cutout.stem.removesuffix("-cutout")
    others = {kind: cutout.with_name(f"{stem}-{_ending(kind)}") for kind in kinds}
    return {**others, "cutout": cutout}


def check_writable(paths: Mapping[str, Path], inputs: Iterable[Path], *, overwrite: bool) -> None:
    """Find out before the work whether its results can be kept.

    Raises:
        OutputError: a folder is not writable, a result exists (without `overwrite`), or
            one would take the place of an input.
    """
    inputs = list(inputs)
    for path in paths.values():
        if not name_fits(path):
            raise OutputError(
                f"the result would be called {path.name[:20]}...{path.name[-20:]}, which is "
                f"{len(os.fsencode(path.name))} bytes long and more than the {LONGEST_NAME} that "
                "names may have: give the photo a shorter name"
            )
        folder = next(folder for folder in path.parents if folder.exists())
        if not folder.is_dir():
            raise OutputError(f"{folder} is a file, not a folder: choose another place")
        if not os.access(folder, os.W_OK):
            raise OutputError(f"the folder {folder} is not writable: choose another place")
        if path.is_dir():
            raise OutputError(f"{path} is a folder: choose another name with -o")
        if path.exists() and any(_same(path, photo) for photo in inputs):
            raise OutputError(f"{path} is one of the photos to read: choose another name with -o")
    existing = [str(path) for path in paths.values() if is_there(path)]
    if existing and not overwrite:
        raise OutputError(
            f"{', '.join(existing)} {'exists' if len(existing) == 1 else 'exist'} already: "
            "choose another name with -o, or replace with --overwrite"
        )


def write(matte: Matte, paths: Mapping[str, Path], settings: Settings) -> None:
    """Write results and print each one's path on stdout as it is done.

    Raises:
        OutputError: a result cannot be written, or came to exist meanwhile.
    """
    from ..imaging.photos.writing import save_png

    for kind, path in paths.items():
        if kind == EXR:
            matte.save_exr(path, settings.overwrite, despill=settings.despill)
        else:
            save_png(_pixels(matte, kind, settings), path, overwrite=settings.overwrite)
        # As bytes: a file's name need not be valid text.
        click.echo(os.fsencode(path))


def encoded(matte: Matte, settings: Settings) -> memoryview:
    """The cut-out's PNG file, as `write` would write it."""
    from ..imaging.photos.writing import encode_png

    return encode_png(_pixels(matte, "cutout", settings))


def _pixels(matte: Matte, kind: str, settings: Settings) -> Image.Image | Whole:
    if kind == "composite":
        return matte.composite(settings.backdrop, despill=settings.despill)
    return matte.array(kind, settings.bits, bleed=settings.bleed, despill=settings.despill)


def is_there(path: Path) -> bool:
    """Whether there is something of that name; nothing can be of one that is too long."""
    return name_fits(path) and path.exists()


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False
