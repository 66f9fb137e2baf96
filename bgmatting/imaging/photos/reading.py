"""Photos from files, PIL images and arrays: upright, RGB, 8-bit, sRGB, within limits."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ...errors import BgmattingError, InputError, OutOfMemoryError, PhotoError
from ..limits import MAX_MEGAPIXELS, MIN_SIDE
from .colours import to_rgb

Photo: TypeAlias = "str | os.PathLike[str] | Image.Image | NDArray[np.uint8]"


# By Pillow's names. Nothing that runs a program (EPS) or holds drawings or documents.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF", "PPM")
READABLE = "JPEG, PNG, HEIC, WebP, AVIF, TIFF, BMP or GIF"
# Raw files look like TIFF to Pillow, which would hand out the thumbnail within.
RAW_SUFFIXES = {".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".pef", ".raf", ".rw2", ".srw"}
DNG_VERSION = 50706  # a TIFF tag that only DNG files have

_ORIENTATION = 274  # the EXIF tag

_opening = threading.Lock()


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
        return _from_image(photo, max_megapixels, f"the {role}")
    if isinstance(photo, (str, os.PathLike)):
        path = Path(photo)
        # Messages name the file without its folder, which may be nobody's business.
        with open_photo(path, name=path.name, max_megapixels=max_megapixels) as image:
            return _from_image(image, max_megapixels, path.name)
    raise InputError(
        f"the {role} is {_article(type(photo).__name__)}; "
        "expected a path, a PIL image or a uint8 array (height, width, 3)"
    )


def open_photo(
    path: Path,
    *,
    name: str,
    max_megapixels: float = MAX_MEGAPIXELS,
    min_side: int = MIN_SIDE,
) -> Image.Image:
    """Read a file's header; its pixels are decoded later.

    Args:
        path: of the file.
        name: what to call it in messages.
        max_megapixels, min_side: what is larger or smaller is refused.

    Raises:
        PhotoError: there is no such file, it is not an image, or of a size that cannot be used.
    """
    _check_file(path, name)
    image = _header(path, name)
    try:
        _check_size(image.width, image.height, max_megapixels, name, min_side)
    except PhotoError:
        image.close()
        raise
    return image


def load(image: Image.Image, name: str) -> None:
    """Decode an image's pixels, of an animation the first frame's.

    Raises:
        PhotoError: it is damaged, or a camera's raw file.
    """
    if image.format == "TIFF" and DNG_VERSION in getattr(image, "tag_v2", ()):
        raise _raw(name)
    try:
        if getattr(image, "n_frames", 1) > 1:
            image.seek(0)
        image.load()
        image.getexif()
    except Exception as error:  # decoders raise many kinds for damaged files
        raise damaged(name, error) from error


def orientation_of(image: Image.Image) -> int:
    """How its EXIF data says that an image is to be turned: 1 to 8, 1 for not at all."""
    orientation: Any = image.getexif().get(_ORIENTATION)
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


def _check_file(path: Path, name: str) -> None:
    try:
        is_folder, size = path.is_dir(), path.stat().st_size
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        if isinstance(error, (FileNotFoundError, NotADirectoryError)):
            raise PhotoError(f"there is no file {path}: check the name and the folder") from None
        reason = getattr(error, "strerror", None) or str(error)
        raise PhotoError(f"{name} cannot be read: {reason}") from error
    if is_folder:
        raise PhotoError(f"{path} is a folder; expected one photo")
    if size == 0:
        raise PhotoError(f"{name} is empty (0 bytes): copy or download it again")
    if path.suffix.lower() in RAW_SUFFIXES:
        raise _raw(name)


def _raw(name: str) -> PhotoError:
    return PhotoError(
        f"{name} is a camera's raw file: develop it first, and pass the JPEG or TIFF that makes"
    )


def _header(path: Path, name: str) -> Image.Image:
    from pi_heif import register_heif_opener

    if "HEIF" not in Image.OPEN:
        register_heif_opener()
    Image.init()
    try:
        with _opening:
            # Pillow's own limit would warn or raise here. Ours is checked before decoding.
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                return Image.open(path, formats=[kind for kind in FORMATS if kind in Image.OPEN])
            finally:
                Image.MAX_IMAGE_PIXELS = limit
    except UnidentifiedImageError:
        raise PhotoError(
            f"{name} is not a photo that can be read here: expected {READABLE}"
        ) from None
    except PermissionError:
        raise PhotoError(f"{name} cannot be read: permission denied") from None
    except Exception as error:  # decoders raise many kinds for damaged files
        raise damaged(name, error) from error


def damaged(name: str, error: Exception) -> BgmattingError:
    """What to raise for what a decoder raised."""
    if isinstance(error, MemoryError):
        return OutOfMemoryError(f"{name} needs more memory than there is: make it smaller")
    return PhotoError(
        f"{name} is damaged or incomplete ({error or type(error).__name__}): "
        "copy or download it again, or export it anew"
    )


def _from_image(image: Image.Image, max_megapixels: float, name: str) -> NDArray[np.uint8]:
    _check_size(image.width, image.height, max_megapixels, name)
    load(image, name)
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
    _check_size(array.shape[1], array.shape[0], max_megapixels, name)
    if array.ndim == 2 or array.shape[2] == 1:
        return np.repeat(array.reshape(*array.shape[:2], 1), 3, axis=2)
    if array.shape[2] == 4:
        return np.array(to_rgb(Image.fromarray(array, "RGBA"), name))
    return np.ascontiguousarray(array)


def _check_size(
    width: int, height: int, max_megapixels: float, name: str, min_side: int = MIN_SIDE
) -> None:
    if width * height > max_megapixels * 1e6:
        raise PhotoError(
            f"{name} is {width} x {height}, {width * height / 1e6:.1f} megapixels; "
            f"the limit is {max_megapixels:g}: make it smaller"
        )
    if min(width, height) < min_side:
        raise PhotoError(
            f"{name} is {width} x {height} pixels; expected at least {min_side} on each side"
        )


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
