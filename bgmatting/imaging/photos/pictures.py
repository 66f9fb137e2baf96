"""Pictures from files that are parts of known mattes, or material to make some of.

Read as photos are (`reading`): upright, in sRGB, within limits. Messages name the whole path, since
many such files have the same name.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from ...errors import PhotoError
from ..limits import MAX_MEGAPIXELS
from .colours import GREY_16, to_rgb, to_rgba
from .opening import decoding, loaded_photo, open_photo
from .reading import orientation_of, turned

ALIKE = 2  # levels: no more than what saving and rounding make of one map


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) of a picture, upright; only its header is read.

    Raises:
        PhotoError: there is no such file, it is no picture, or too large.
    """
    with open_picture(path) as picture:
        width, height = picture.size
        # Of TIFF files Pillow itself says how large they are when upright; for the EXIF data of a
        # PNG file that has none before its pixels, it would decode these.
        if picture.format == "TIFF" or (picture.format == "PNG" and "exif" not in picture.info):
            return width, height
        return (height, width) if orientation_of(picture) >= 5 else (width, height)


def has_transparency(path: Path) -> bool:
    """Whether a picture has transparency, by its header; errors as `picture_size`."""
    with open_picture(path) as picture:
        return picture.has_transparency_data


def read_scaled(path: Path, long_side: int) -> NDArray[np.uint8]:
    """A photo no larger than `long_side` pixels: (h, w, 3) uint8, RGB.

    Decoded at no more than is needed, where the format allows it.

    Raises:
        PhotoError: as `picture_size`, or it is damaged.
    """
    name = str(path)
    with _loaded(path, draft=(long_side, long_side)) as picture, decoding(name):
        orientation = orientation_of(picture)
        size = (long_side, long_side)
        if picture.mode == "RGB" and not picture.has_transparency_data:
            picture.thumbnail(size, Image.Resampling.LANCZOS)  # before colours: fewer pixels
            return np.asarray(turned(to_rgb(picture, name), orientation))
        rgb = to_rgb(picture, name)
        rgb.thumbnail(size, Image.Resampling.LANCZOS)
        return np.asarray(turned(rgb, orientation))


def read_cutout(path: Path) -> NDArray[np.uint8]:
    """Straight colours with alpha, also where a picture has none: (h, w, 4) uint8, RGBA.

    Raises:
        PhotoError: as `read_scaled`.
    """
    name = str(path)
    with _loaded(path) as picture, decoding(name):
        return np.asarray(turned(to_rgba(picture, name), orientation_of(picture)))


def read_grey(path: Path) -> NDArray[np.float32]:
    """A map such as alpha, of 8 or 16 bits: (h, w) float32, 0..1; profiles don't apply to it.

    Where the picture itself is of one shade and has transparency, that is the map.

    Raises:
        PhotoError: as `read_scaled`; or both the shades and the transparency vary, and differ.
    """
    with _loaded(path) as picture, decoding(str(path)):
        whole = picture.mode in GREY_16
        shades = picture if whole else picture.convert("L")
        if picture.has_transparency_data:
            shades = _one_of(shades, picture.convert("RGBA").getchannel("A"), path)
        grey = np.asarray(turned(shades, orientation_of(picture)), dtype=np.float32)
        grey /= np.float32(65535 if whole and shades.mode in GREY_16 else 255)
        return grey


def _one_of(shades: Image.Image, transparency: Image.Image, path: Path) -> Image.Image:
    """Which of the two is the map."""
    opaque = transparency.getextrema() == (255, 255)
    low, high = (float(value) for value in shades.getextrema())  # type: ignore[arg-type]
    if opaque or shades.size != transparency.size:
        return shades
    if low == high:
        return transparency
    if shades.mode == "L":
        difference = ImageChops.difference(shades, transparency).getextrema()
        if float(difference[1]) <= ALIKE:  # type: ignore[arg-type]
            return shades
    raise PhotoError(
        f"{path} has shades and a transparency that differ, so which of them is alpha cannot be "
        "told: save it as a grey picture without transparency"
    )


def open_picture(path: Path) -> Image.Image:
    """A picture whose header is read; errors as `picture_size`."""
    return open_photo(path, name=str(path), max_megapixels=MAX_MEGAPIXELS, min_side=1)


def _loaded(path: Path, draft: tuple[int, int] | None = None) -> Image.Image:
    name = str(path)
    return loaded_photo(path, name=name, max_megapixels=MAX_MEGAPIXELS, min_side=1, draft=draft)
