"""A photo's file opened and decoded: of kinds we take, within limits, mended where that is safe."""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from ...errors import BgmattingError, BgmattingWarning, OutOfMemoryError, PhotoError, one_line
from ..limits import LONGEST_SIDE, MAX_ASPECT, MAX_MEGAPIXELS, MIN_SIDE
from .colour_tags import note_code_points
from .effort import check_decoder, check_effort
from .mending import PNG_SIGNATURE, mended_jpeg, mended_png, read_bounded
from .quiet import quieten_decoders

# By Pillow's names. Nothing that runs a program (EPS) or holds drawings or documents.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF")
READABLE = "JPEG, PNG, HEIC, WebP, AVIF, TIFF, BMP or GIF"
# Raw files look like TIFF to Pillow, which would hand out the thumbnail within.
RAW_SUFFIXES = {".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".pef", ".raf", ".rw2", ".srw"}
DNG_VERSION = 50706  # a TIFF tag that only DNG files have

LARGEST_MENDED = 200_000_000  # bytes of a file with a fault
LONGEST_REASON = 160  # characters of what a decoder says


_opening = threading.Lock()
_quieten = lru_cache(quieten_decoders)  # once


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
        PhotoError: there is no such file, it is not an image, of a size that cannot be used, or
            made so that reading it would take too long.
    """
    _check_file(path, name)
    check_effort(path, name)
    image = _header(path, name)
    try:
        check_size(image.width, image.height, max_megapixels, name, min_side)
        check_decoder(image, max_megapixels, name)
    except PhotoError:
        image.close()
        raise
    note_code_points(image, path)
    return image


def loaded_photo(
    path: Path,
    *,
    name: str,
    max_megapixels: float = MAX_MEGAPIXELS,
    min_side: int = MIN_SIDE,
    draft: tuple[int, int] | None = None,
) -> Image.Image:
    """A file's image, decoded; one with a fault that viewers pass over is read with a warning.

    Args:
        path, name, max_megapixels, min_side: as for `open_photo`.
        draft: decode no more than is needed for this size, where the format allows it.

    Raises:
        PhotoError: as `open_photo`, or it is damaged.
    """
    image = None
    try:
        image = open_photo(path, name=name, max_megapixels=max_megapixels, min_side=min_side)
        if draft is not None:
            image.draft("RGB", draft)
        load(image, name)
        return image
    except DamagedPhotoError:
        if image is not None:
            image.close()
        image = _mended(path, name, max_megapixels, min_side)
        if image is None:
            raise
        return image


def _mended(path: Path, name: str, max_megapixels: float, min_side: int) -> Image.Image | None:
    """A file's image without what it should not have or with what it lacks; None: past mending."""
    try:
        content = read_bounded(path, LARGEST_MENDED)
        mended = mended_png(content)
        said = f"{name} has damaged or oversized notes beside its pixels; it was read without them"
        if mended is None:
            mended = mended_jpeg(content, lambda file: Image.open(file).tobytes())
            said = f"{name} lacks its last bytes; no pixel is missing"
        if mended is None:
            return None
        image = _header(io.BytesIO(mended), name)
        check_size(image.width, image.height, max_megapixels, name, min_side)
        load(image, name)
    except Exception:  # whatever it is, what was wrong with the file itself is what to say
        return None
    warnings.warn(said, BgmattingWarning, stacklevel=4)
    return image


def load(image: Image.Image, name: str) -> None:
    """Decode an image's pixels, of an animation the first frame's.

    Raises:
        PhotoError: it is damaged, or a camera's raw file.
    """
    if image.format == "TIFF" and DNG_VERSION in getattr(image, "tag_v2", ()):
        raise _raw(name)
    with decoding(name):
        if image.tell():  # asked how many frames there are, decoders would go through all
            image.seek(0)
        if image.format == "TIFF":
            _load_unmapped(image)
        image.load()


@contextlib.contextmanager
def decoding(name: str) -> Iterator[None]:
    """What decoders and conversions raise for damaged files, many kinds, becomes one of ours."""
    try:
        yield
    except BgmattingError:
        raise
    except Exception as error:
        raise damaged(name, error) from error


def _load_unmapped(image: Image.Image) -> None:
    """Pillow maps uncompressed TIFF files into memory, in the size they have when upright: rows of
    those that lie would be cut at the wrong places."""
    filename = getattr(image, "filename", "")
    image.filename = ""  # type: ignore[attr-defined]  # so nothing to map
    try:
        image.load()
    finally:
        image.filename = filename  # type: ignore[attr-defined]


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


def _header(file: Path | io.BytesIO, name: str) -> Image.Image:
    from pi_heif import register_heif_opener

    if "HEIF" not in Image.OPEN:
        register_heif_opener()
    Image.init()
    _quieten()
    try:
        with _opening:
            # Pillow's own limit would warn or raise here. Ours is checked before decoding.
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                return Image.open(file, formats=[kind for kind in FORMATS if kind in Image.OPEN])
            finally:
                Image.MAX_IMAGE_PIXELS = limit
    except UnidentifiedImageError:
        raise _unidentified(file, name) from None
    except PermissionError:
        raise PhotoError(f"{name} cannot be read: permission denied") from None
    except Exception as error:  # decoders raise many kinds for damaged files
        raise damaged(name, error) from error


class DamagedPhotoError(PhotoError):
    """A photo whose file does not hold what its format demands."""


def damaged(name: str, error: Exception) -> BgmattingError:
    """What to raise for what a decoder raised."""
    if isinstance(error, MemoryError):
        return OutOfMemoryError(f"{name} needs more memory than there is: make it smaller")
    said = one_line(error)[:LONGEST_REASON] or type(error).__name__
    return DamagedPhotoError(
        f"{name} is damaged or incomplete ({said}): copy or download it again, or export it anew"
    )


def _unidentified(file: Path | io.BytesIO, name: str) -> PhotoError:
    """What to raise for a file that no decoder knows."""
    begin = b""
    if isinstance(file, Path):
        with contextlib.suppress(OSError), file.open("rb") as opened:
            begin = opened.read(16)
    if begin[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return PhotoError(
            f"{name} is a TIFF of a kind that is not read here, or a damaged one: export it as "
            "8-bit or 16-bit RGB, uncompressed or with LZW"
        )
    kind = DamagedPhotoError if begin.startswith(PNG_SIGNATURE) else PhotoError
    return kind(f"{name} is not a photo that can be read here: expected {READABLE}")


def check_size(
    width: int, height: int, max_megapixels: float, name: str, min_side: int = MIN_SIDE
) -> None:
    """Refuse a photo that is too large, too small or too narrow.

    Raises:
        PhotoError: it is.
    """
    got = f"{name} is {width} x {height}"
    if width * height > max_megapixels * 1e6:
        raise PhotoError(
            f"{got}, {width * height / 1e6:.1f} megapixels; "
            f"the limit is {max_megapixels:g}: make it smaller"
        )
    if min(width, height) < min_side:
        raise PhotoError(f"{got} pixels; expected at least {min_side} on each side")
    if max(width, height) > LONGEST_SIDE:
        raise PhotoError(f"{got} pixels; expected at most {LONGEST_SIDE} on each side")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PhotoError(
            f"{got} pixels; expected one side at most {MAX_ASPECT} times as long as the other: "
            "crop it"
        )
