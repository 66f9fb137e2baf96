"""What goes behind the subject: a colour, another photo, or the background out of focus."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from ...errors import InputError
from ..arrays import Map, Size, size_of
from ..photos.reading import Photo, read_photo
from ..resampling import shrink, working_size

Colour: TypeAlias = tuple[int, int, int]  # RGB, 0..255

BLUR = "blur"
BLUR_SIGMA = 0.012  # of the long side: about a portrait lens at a few metres
BLUR_SIZE = 1024  # what is blurred needs no more pixels than this on its long side

_RGB = re.compile(r"rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)")


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A colour or a photo; neither: the background itself, out of focus.

    Attributes:
        colour: RGB, 0..255.
        photo: path, PIL image or array.
    """

    colour: Colour | None = None
    photo: Photo | None = None

    @classmethod
    def of(cls, value: Backdrop | Photo | Colour) -> Backdrop:
        """The backdrop that a value stands for.

        Args:
            value: "blur"; a colour, as text or RGB; the path of a photo, or the photo.

        Raises:
            InputError: it is none of these.
        """
        if isinstance(value, Backdrop):
            return value
        if isinstance(value, (os.PathLike, Image.Image, np.ndarray)):
            return cls(photo=value)
        if isinstance(value, str):
            if value.strip().lower() == BLUR:
                return cls()
            try:
                return cls(colour=parse_colour(value))
            except InputError:
                if _is_file(value):
                    return cls(photo=value)
        elif isinstance(value, tuple) and len(value) == 3 and set(value) <= set(range(256)):
            return cls(colour=value)
        raise InputError(
            f'backdrop {value!r} is neither a colour such as "white" or "#00b140", nor a photo '
            f'that exists, nor "{BLUR}"'
        )

    def pixels(self, background: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What shows behind a subject.

        Args:
            background: (H, W, 3) uint8, RGB, of the size that is wanted.

        Returns:
            (H, W, 3) uint8, or (3,) uint8 for one colour.

        Raises:
            PhotoError: the photo cannot be used.
        """
        if self.colour is not None:
            return np.array(self.colour, dtype=np.uint8)
        if self.photo is not None:
            photo = read_photo(self.photo, role="backdrop")
            return cover(photo, size_of(background))
        return blurred(background)


def parse_colour(text: str) -> Colour:
    """A colour's name, "#rrggbb" or "rgb(...)", with fractions too, as browsers write it.

    Raises:
        InputError: it is none.
    """
    found = _RGB.match(text.strip())
    try:
        values = map(float, found.groups()) if found else ImageColor.getrgb(text.strip())[:3]
        red, green, blue = (min(255, max(0, round(value))) for value in values)
    except ValueError:
        raise InputError(f'{text!r} is no colour: expected one such as "#00b140"') from None
    return red, green, blue


def lay_over(
    planes: Map, alpha: Map, behind: NDArray[np.uint8] | Sequence[NDArray[np.uint8]]
) -> list[NDArray[np.uint8]]:
    """Put a foreground before a backdrop.

    Args:
        planes: (3, n, W) float32, straight RGB, 0..255; changed.
        alpha: (n, W) float32, 0..1.
        behind: (n, W, 3) or (3,) uint8.

    Returns:
        Three of (n, W) uint8: R, G and B.
    """
    rest = cv2.split(behind) if isinstance(behind, np.ndarray) and behind.ndim == 3 else behind
    for plane, other in zip(planes, rest, strict=True):
        plane -= other
        plane *= alpha
        plane += other
    return rounded(planes)


def rounded(planes: Map) -> list[NDArray[np.uint8]]:
    """(3, n, W) in 0..255 -> three of (n, W) uint8; to nearest, and to even between."""
    return [cv2.convertScaleAbs(plane) for plane in planes]


def blurred(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8, out of focus."""
    size = size_of(photo)
    small = shrink(photo, working_size(size, BLUR_SIZE))
    soft = cv2.GaussianBlur(small, (0, 0), BLUR_SIGMA * max(small.shape[:2]))
    return cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def cover(photo: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Scale a photo so that it fills a size, and crop what is over, evenly."""
    width, height = size
    w, h = size_of(photo)
    scale = max(width / w, height / h)
    # Cropped first: what falls off need not be scaled.
    cut_w, cut_h = min(w, max(1, round(width / scale))), min(h, max(1, round(height / scale)))
    left, top = (w - cut_w) // 2, (h - cut_h) // 2
    photo = photo[top : top + cut_h, left : left + cut_w]
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(photo, size, interpolation=interpolation)  # type: ignore[return-value]


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long for a name, or with a null byte
        return False
