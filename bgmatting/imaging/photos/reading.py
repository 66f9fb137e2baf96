"""Photos from files, PIL images and arrays: upright, RGB, 8-bit, sRGB, within limits."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ...errors import InputError
from ..limits import MAX_MEGAPIXELS
from .colours import to_rgb
from .directories import check_directory
from .opening import check_size, decoding, load, loaded_photo

Photo: TypeAlias = "str | os.PathLike[str] | Image.Image | NDArray[np.uint8]"


_ORIENTATION = 274  # the EXIF tag

_loading = threading.Lock()


def read_photo(
    photo: Photo, *, max_megapixels: float = MAX_MEGAPIXELS, role: str = "photo"
) -> NDArray[np.uint8]:
    """Bring a photo to the one form that the rest of this package works on.

    Of a file or PIL image, the EXIF orientation is applied; grey, palette, CMYK, Lab and 16-bit
    colours become RGB of 8 bits; an embedded colour profile is converted to sRGB (a damaged one is
    ignored); transparency is flattened onto white; of an animation the first frame is taken.

    Args:
        photo: path; PIL image; or uint8 array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), RGB
            order, sRGB. An RGB array is not copied: leave it unchanged while its matte is in use.
        max_megapixels: photos of more than this many million pixels are refused, before decoding.
        role: what to call the photo in messages where it has no name of its own.

    Returns:
        (H, W, 3) uint8, RGB, sRGB, upright, C-contiguous.

    Raises:
        PhotoError: there is no such file, it is not an image, damaged, or of a size or kind of
            colour that cannot be used.
        InputError: the argument is none of the above.
    """
    if isinstance(photo, np.ndarray):
        return _from_array(photo, max_megapixels, f"the {role}")
    if isinstance(photo, Image.Image):
        name = f"the {role}"
        if _closed(photo):
            raise InputError(
                f"{name} is a PIL image that was closed: open it again, or pass its path"
            )
        check_size(photo.width, photo.height, max_megapixels, name)
        # One that is decoded when first used may be in use by other threads, or both photos here.
        with _loading:
            load(photo, name)
        return _upright(photo, name)
    if isinstance(photo, (str, os.PathLike)):
        path = Path(photo)
        # Messages name the file without its folder, which may be nobody's business.
        with loaded_photo(path, name=path.name, max_megapixels=max_megapixels) as image:
            return _upright(image, path.name)
    raise InputError(
        f"the {role} is {_article(type(photo).__name__)}; "
        "expected a path, a PIL image or a uint8 array (height, width, 3)"
    )


def _closed(image: Image.Image) -> bool:
    """Whether an image lost its file before its pixels were read, or its pixels since."""
    try:
        image.im  # noqa: B018  # of closed images only, asking for it is a ValueError
    except ValueError:
        return True
    except Exception:  # not decoded yet
        file = getattr(image, "fp", None)
        return file is not None and file.closed
    return False


def orientation_of(image: Image.Image) -> int:
    """How its EXIF data says that an image is to be turned: 1 to 8, 1 for not at all."""
    try:
        exif = bytes(image.info.get("exif", b"")).removeprefix(b"Exif\0\0")
        check_directory(io.BytesIO(exif), len(exif), "the photo")
        orientation: Any = image.getexif().get(_ORIENTATION)
    except Exception:  # damaged, which viewers pass over
        return 1
    return int(orientation) if orientation in range(2, 9) else 1


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """An image brought upright; its own EXIF data doesn't count, and may be damaged."""
    if orientation == 1:
        return image
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    image = image.copy()
    image.info = {"exif": exif.tobytes()}
    ImageOps.exif_transpose(image, in_place=True)
    return image


def _upright(image: Image.Image, name: str) -> NDArray[np.uint8]:
    """The pixels of a loaded image, as `read_photo` gives them."""
    with decoding(name):  # a palette that is missing, a table that is too long
        rgb = to_rgb(image, name)
    return np.array(turned(rgb, orientation_of(image)))  # H, W, 3; a copy: PIL's own memory goes


def _from_array(array: NDArray[Any], max_megapixels: float, name: str) -> NDArray[np.uint8]:
    got = f"{name} is an array of shape {array.shape} and dtype {array.dtype}"
    if array.dtype != np.uint8:
        hint = ""
        if np.issubdtype(array.dtype, np.floating):
            hint = ": convert 0..1 with (array * 255).round().astype(np.uint8)"
        raise InputError(f"{got}; expected uint8{hint}")
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise InputError(f"{got}; expected (height, width, 3), RGB, or (height, width) for grey")
    check_size(array.shape[1], array.shape[0], max_megapixels, name)
    if array.ndim == 2 or array.shape[2] == 1:
        return np.repeat(array.reshape(*array.shape[:2], 1), 3, axis=2)
    if array.shape[2] == 4:
        return np.array(to_rgb(Image.fromarray(array, "RGBA"), name))
    return np.ascontiguousarray(array)


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
