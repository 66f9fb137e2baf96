"""A cut-out that is there already onto a new backdrop; the network is not asked again."""

from __future__ import annotations

import re
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

_RGB = re.compile(r"rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)")


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
    behind = _behind(cutout.shape[1::-1], choice, result, small=small)
    pixels = np.empty((*cutout.shape[:2], 3), dtype=np.uint8)
    step = max(1, (1 << 20) // cutout.shape[1])  # rows; in floating point all would take much
    for top in range(0, len(pixels), step):
        rows = slice(top, top + step)
        alpha = cutout[rows, :, 3:] * np.float32(1 / 255)
        back = behind[rows] if behind.ndim == 3 else behind
        mixed = cutout[rows, :, :3] * alpha + back * (1 - alpha)
        pixels[rows] = np.rint(mixed).astype(np.uint8)
    return pixels


def _behind(
    shape: tuple[int, int], choice: Choice, result: Result, *, small: bool
) -> NDArray[np.uint8]:
    """(H, W, 3) or (3,) uint8."""
    from ..imaging.photos.reading import read_photo
    from ..imaging.result.backdrop import blurred, cover

    if choice.kind == "colour":
        return np.array(parse_colour(choice.colour), dtype=np.uint8)
    if choice.kind == "photo":
        if choice.photo is None:
            raise InputError(NEEDS_BACKDROP)
        photo = read_photo(choice.photo, max_megapixels=MAX_MEGAPIXELS, role="backdrop")
        return cover(reduced(photo) if small else photo, shape)
    soft = blurred(read_png(result.preview("background")))
    return cv2.resize(soft, shape, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def parse_colour(text: str) -> tuple[int, int, int]:
    """A colour as pickers write it: "#rrggbb", "rgb(...)" with fractions too, or a name.

    Raises:
        InputError: it is none.
    """
    from PIL import ImageColor

    found = _RGB.match(text.strip())
    try:
        values = map(float, found.groups()) if found else ImageColor.getrgb(text.strip())[:3]
        red, green, blue = (min(255, max(0, round(value))) for value in values)
    except ValueError:
        raise InputError(f'{text!r} is no colour: expected one such as "#00b140"') from None
    return red, green, blue


def read_png(path: Path) -> NDArray[np.uint8]:
    """A PNG of ours as (H, W) or (H, W, C) uint8, RGB order."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image)
