"""A cut-out that is there already onto a new backdrop; the network is not asked again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .results import Result, reduced
from .service import MAX_MEGAPIXELS
from .texts import BACKDROPS, NEEDS_BACKDROP


@dataclass(frozen=True)
class Choice:
    """What a user wants behind the subject.

    Attributes:
        kind: a key of BACKDROPS.
        colour: "#rrggbb", or "rgb(...)" as browsers write it; counts for "colour".
        photo: counts for "photo".
    """

    kind: str = "none"
    colour: str = "#ffffff"
    photo: Path | None = None


def preview(result: Result, choice: Choice) -> Path:
    """The cut-out before its backdrop, to look at, as a file.

    Raises:
        InputError: there is no such backdrop, or no photo for it yet.
        PhotoError: the photo cannot be used.
        FileNotFoundError: the result was deleted.
    """
    return _written(result, choice, small=True)


def full(result: Result, choice: Choice) -> Path:
    """The same at full size, to download; errors as `preview`."""
    return _written(result, choice, small=False)


def _written(result: Result, choice: Choice, *, small: bool) -> Path:
    from ..imaging.photos.writing import save_png

    cutout = result.preview("cutout") if small else result.file("cutout")
    if choice.kind == "none":
        return cutout
    pixels = compose(read_png(cutout), choice, result, small=small)
    # In a folder of its own: a browser shall not take it for the one before.
    return save_png(pixels, result.folder / secrets.token_hex(4) / result.file("composite").name)


def compose(
    cutout: NDArray[np.uint8], choice: Choice, result: Result, *, small: bool
) -> NDArray[np.uint8]:
    """Put a cut-out, (H, W, 4) uint8, straight colour, before its backdrop: (H, W, 3) uint8."""
    if choice.kind not in BACKDROPS:
        raise InputError(f"unknown backdrop {choice.kind!r}: choose {', '.join(BACKDROPS)}")
    from ..imaging.result.backdrop import lay_over

    behind = _behind(cutout.shape[1::-1], choice, result, small=small)
    pixels = np.empty((*cutout.shape[:2], 3), dtype=np.uint8)
    step = max(1, (1 << 20) // cutout.shape[1])  # rows; in floating point all would take much
    for top in range(0, len(pixels), step):
        rows = slice(top, top + step)
        planes = np.stack(cv2.split(cutout[rows])).astype(np.float32)  # 4, n, W
        back = behind[rows] if behind.ndim == 3 else behind
        cv2.merge(lay_over(planes[:3], planes[3] / 255, back), pixels[rows])
    return pixels


def _behind(
    size: tuple[int, int], choice: Choice, result: Result, *, small: bool
) -> NDArray[np.uint8]:
    """(H, W, 3) or (3,) uint8."""
    from ..imaging.photos.reading import read_photo
    from ..imaging.result.backdrop import blurred, cover, parse_colour

    if choice.kind == "colour":
        return np.array(parse_colour(choice.colour), dtype=np.uint8)
    if choice.kind == "photo":
        if choice.photo is None:
            raise InputError(NEEDS_BACKDROP)
        photo = read_photo(choice.photo, max_megapixels=MAX_MEGAPIXELS, role="backdrop")
        return cover(reduced(photo) if small else photo, size)
    soft = blurred(read_png(result.preview("background")))
    return cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def read_png(path: Path) -> NDArray[np.uint8]:
    """A PNG of ours as (H, W) or (H, W, C) uint8, RGB order."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image)
