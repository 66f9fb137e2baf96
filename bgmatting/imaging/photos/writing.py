"""PNG files."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import InputError, OutputError
from ...files import exists_already, make_folder, write_whole

# On a 12-megapixel cut-out, runs after a horizontal filter take two fifths of the time of zlib's
# fastest level, and make the smaller file.
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # since OpenCV 4.11
    _PNG += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]


def save_png(
    image: Image.Image | NDArray[np.uint8] | NDArray[np.uint16],
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
) -> Path:
    """Write a PNG, whole or not at all.

    Args:
        image: PIL image (grey, RGB or RGBA), or array (H, W), (H, W, 3) or (H, W, 4), RGB order,
            uint8 or uint16.
        path: its name must end in .png. Folders that are missing are made.
        overwrite: whether a file of that name may be replaced.

    Returns:
        The path.

    Raises:
        OutputError: the name doesn't fit, something is there already, or it can't be written; what
            was there is then still there.
    """
    path = checked_place(path, ".png", "lossless PNG files", overwrite=overwrite)
    encoded = encode_png(image)
    make_folder(path.parent)
    return write_whole(path, lambda partial: partial.write_bytes(encoded), overwrite=overwrite)


def checked_place(path: str | os.PathLike[str], suffix: str, what: str, *, overwrite: bool) -> Path:
    """Where a result is to be written, if it can be there.

    Args:
        path: the place.
        suffix: how its name must end, in lower case.
        what: that results are, for messages.
        overwrite: whether a file may be there already.

    Raises:
        OutputError: it cannot.
    """
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise OutputError(f"{path.name!r} does not end in {suffix}: results are {what}")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: choose another name")
    if not overwrite and path.exists():
        raise exists_already(path)
    return path


def encode_png(image: Image.Image | NDArray[np.uint8] | NDArray[np.uint16]) -> memoryview:
    """The bytes of a PNG file; arguments as in `save_png`."""
    if isinstance(image, Image.Image):
        if image.mode not in ("L", "RGB", "RGBA", "I;16"):
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image = np.asarray(image)
    if image.dtype not in (np.uint8, np.uint16):
        raise InputError(f"the image is {image.dtype}; expected uint8 or uint16")
    if image.ndim == 3:
        swap = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}.get(image.shape[2])
        if swap is None:
            raise InputError(f"the image has shape {image.shape}; expected 3 or 4 channels")
        image = cv2.cvtColor(image, swap)  # type: ignore[assignment]
    done, encoded = cv2.imencode(".png", image, _PNG)
    if not done:
        raise OutputError(f"an image of shape {image.shape} cannot be encoded as PNG")
    return encoded.data
