"""A matte as files: full-size ones to download, and reduced ones to look at."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files import whole
from .heat import heat

if TYPE_CHECKING:
    from ..imaging import Matte

PREVIEW_SIDE = 1600  # pixels; smaller photos are shown as they are
IMAGES = ("cutout", "alpha", "foreground", "error")


@dataclass(frozen=True)
class Result:
    """One matte's files; all of them are PNG and lie in one folder.

    Attributes:
        folder: its own, nobody else's.
        stem: what the files are called after.
        size: (width, height) of the photo.
    """

    folder: Path
    stem: str
    size: tuple[int, int]

    def file(self, kind: str) -> Path:
        """Full size: one of IMAGES, "alpha-16bit" or "composite"."""
        return self.folder / f"{self.stem}-{kind}.png"

    def preview(self, kind: str) -> Path:
        """To look at: one of IMAGES, "source", "background", or "heat" for the error in colours.

        A file of IMAGES that is small enough is its own preview.
        """
        if kind in IMAGES and max(self.size) <= PREVIEW_SIDE:
            return self.file(kind)
        return self.folder / f"{self.stem}-{kind}-preview.png"

    @property
    def archive(self) -> Path:
        return self.folder / f"{self.stem}-matte.zip"


def write_images(matte: Matte, folder: Path, stem: str) -> Result:
    """The four images at full size."""
    result = Result(folder, stem, matte.size)
    for kind in IMAGES:
        matte.save(result.file(kind), kind)
    return result


def write_all(matte: Matte, folder: Path, stem: str) -> Result:
    """All there is to look at and to download; the archive and composites are made later."""
    from ..imaging.photos.writing import save_png

    result = Result(folder, stem, matte.size)
    source = reduced(matte.source)
    error = np.asarray(
        cv2.resize(matte.error, source.shape[1::-1], interpolation=cv2.INTER_AREA), np.float32
    )

    def write_kind(kind: str) -> None:
        image = np.asarray(matte.image(kind))
        save_png(image, result.file(kind))
        if result.preview(kind) != result.file(kind):
            save_png(reduced(image), result.preview(kind))

    with ThreadPoolExecutor(2) as pool:  # most of it is compression, outside Python
        done: list[Future[Any]] = [
            pool.submit(matte.save, result.file("alpha-16bit"), "alpha", bits=16),
            pool.submit(save_png, source, result.preview("source")),
            pool.submit(save_png, reduced(matte.background), result.preview("background")),
            pool.submit(save_png, heat(error, source), result.preview("heat")),
            *(pool.submit(write_kind, kind) for kind in IMAGES),
        ]
    for future in done:
        future.result()
    return result


def write_archive(result: Result, more: Sequence[Path] = ()) -> Path:
    """All full-size files as one zip, and `more`.

    PNG does not shrink further, so they are only stored.
    """
    with (
        whole(result.archive) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive,
    ):
        for kind in (*IMAGES, "alpha-16bit"):
            archive.write(result.file(kind), result.file(kind).name)
        for path in more:
            archive.write(path, path.name)
    return result.archive


def reduced(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W), (H, W, 3) or (H, W, 4) uint8, straight colour -> no larger than a preview."""
    from ..imaging.resampling import working_size

    own = image.shape[1], image.shape[0]
    size = working_size(own, PREVIEW_SIDE)
    if size == own:
        return image
    if image.ndim == 2 or image.shape[2] == 3:
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
    # Colours count by how much of them there is.
    alpha = image[..., 3:].astype(np.float32)
    colour = cv2.resize(image[..., :3] * alpha, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)[..., None]
    colour = np.divide(colour, small, where=small > 0, out=np.zeros_like(colour))
    result: NDArray[np.uint8] = (
        np.rint(np.concatenate([colour, small], axis=2)).clip(0, 255).astype(np.uint8)
    )
    return result
