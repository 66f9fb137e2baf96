"""What a name stands for: a film, a sequence of pictures, or one photo."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

from ..errors import ClipError
from ..imaging.photos.names import is_photo
from .frames import Clip
from .sequences import RATE, Sequence, is_pattern


def open_clip(path: str | os.PathLike[str], rate: Fraction = RATE) -> Clip:
    """A clip.

    Args:
        path: a film, a folder of pictures, or a pattern such as frames/%05d.png.
        rate: frames a second, of pictures.

    Raises:
        ClipError: it is not there, or no clip.
        PhotoError: the first picture cannot be used.
        InputError: it is a film, and PyAV is not installed.
    """
    path = Path(path)
    if path.is_dir() or is_pattern(path):
        return Sequence(path, rate)
    if is_photo(path) and path.is_file():
        raise ClipError(f"{path.name} is one photo: 'bgmatting cutout' is for those; give a clip")
    from .reading import Film  # needs PyAV, which sequences do without

    return Film(path)


def is_clip(path: str | os.PathLike[str]) -> bool:
    """Whether a name stands for many frames, so far as can be told without opening it."""
    path = Path(path)
    return path.is_dir() or is_pattern(path) or (path.is_file() and not is_photo(path))
