"""OpenEXR files: floats, in linear light, premultiplied, as compositing programs want them."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...files import make_folder, write_whole
from ..arrays import Map
from .writing import checked_place

SUFFIX = ".exr"


def check_installed() -> None:
    """Raises InputError where the extra that writes these files is not installed."""
    if find_spec("OpenEXR") is None:
        raise InputError(
            "EXR files need OpenEXR, which is not installed: pip install 'bgmatting[exr]'"
        )


def save_exr(pixels: Map, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write an OpenEXR file, whole or not at all: scan lines, ZIP, 32-bit floats.

    Args:
        pixels: (H, W, 4) float32: RGB in linear light with the primaries of sRGB, multiplied by A.
        path: its name must end in .exr. Folders that are missing are made.
        overwrite: whether a file of that name may be replaced.

    Raises:
        InputError: the extra `exr` is not installed.
        OutputError: as `save_png`.
    """
    check_installed()
    import OpenEXR

    path = checked_place(path, SUFFIX, "OpenEXR files", overwrite=overwrite)
    make_folder(path.parent)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}

    def write(partial: Path) -> None:
        try:
            OpenEXR.File(header, {"RGBA": np.ascontiguousarray(pixels)}).write(str(partial))
        except RuntimeError as error:  # what this library makes of all that a file system says
            raise OSError(str(error)) from error

    return write_whole(path, write, overwrite=overwrite)


def linear_light(values: Map) -> Map:
    """sRGB, 0..1 -> linear light, 0..1 (IEC 61966-2-1)."""
    low = values / np.float32(12.92)
    high = np.power((values + np.float32(0.055)) / np.float32(1.055), np.float32(2.4))
    linear: Map = np.where(values <= np.float32(0.04045), low, high)
    return linear
