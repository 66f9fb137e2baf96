"""What goes behind the subject: a colour, another photo, or the background out of focus."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from ...errors import InputError
from ..photos.reading import Photo, read_photo
from ..resampling import shrink, working_shape

Backdrop: TypeAlias = "Photo | tuple[int, int, int]"

BLUR = "blur"
BLUR_SIGMA = 0.012  # of the long side: about a portrait lens at a few metres
BLUR_SIZE = 1024  # what is blurred needs no more pixels than this on its long side


def backdrop_pixels(backdrop: Backdrop, background: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A backdrop for a photo of the background's size.

    Args:
        backdrop: as in `Matte.composite`.
        background: (H, W, 3) uint8, RGB.

    Returns:
        (H, W, 3) uint8, or (3,) uint8 for one colour.

    Raises:
        InputError: it is no backdrop.
        PhotoError: the photo cannot be used.
    """
    if isinstance(backdrop, str) and backdrop.strip().lower() == BLUR:
        return blurred(background)
    if isinstance(backdrop, (os.PathLike, Image.Image, np.ndarray)):
        return cover(read_photo(backdrop, role="backdrop"), background.shape[1::-1])
    if isinstance(backdrop, str):
        try:
            return np.array(ImageColor.getrgb(backdrop.strip())[:3], dtype=np.uint8)
        except ValueError:
            pass
        if _is_file(backdrop):
            return cover(read_photo(backdrop, role="backdrop"), background.shape[1::-1])
    elif isinstance(backdrop, tuple) and len(backdrop) == 3 and set(backdrop) <= set(range(256)):
        return np.array(backdrop, dtype=np.uint8)
    raise InputError(
        f'backdrop {backdrop!r} is neither a colour such as "white" or "#00b140", nor a photo that '
        f'exists, nor "{BLUR}"'
    )


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long for a name, or with a null byte
        return False


def blurred(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8, out of focus."""
    height, width = photo.shape[:2]
    small = shrink(photo, working_shape(width, height, BLUR_SIZE))
    soft = cv2.GaussianBlur(small, (0, 0), BLUR_SIGMA * max(small.shape[:2]))
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def cover(photo: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Scale a photo so that it fills (width, height), and crop what is over, evenly."""
    width, height = shape
    h, w = photo.shape[:2]
    scale = max(width / w, height / h)
    # Cropped first: what falls off need not be scaled.
    cut_w, cut_h = min(w, max(1, round(width / scale))), min(h, max(1, round(height / scale)))
    left, top = (w - cut_w) // 2, (h - cut_h) // 2
    photo = photo[top : top + cut_h, left : left + cut_w]
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(photo, (width, height), interpolation=interpolation)  # type: ignore[return-value]
