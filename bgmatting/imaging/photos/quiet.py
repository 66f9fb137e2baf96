"""Decoders kept from speaking for themselves: what is wrong with a file is told by our errors.

Of damaged files Pillow warns, logs, and lets libtiff write to the process's stderr, past Python.
"""

from __future__ import annotations

import ctypes
import logging
import warnings
from pathlib import Path

import PIL


def quieten_decoders() -> None:
    """Do so for the whole process; errors are raised as before.

    libtiff is only reached where Pillow brings it along as a library of its own, as its wheels for
    Linux and macOS do, or where it is the system's.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
    # What has no handler goes to stderr; who has set one up still gets it.
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    for path in _libtiff():
        try:
            library = ctypes.CDLL(path)
            for setter in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
                function = getattr(library, setter)
                function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_void_p
                function(None)
        except (OSError, AttributeError):  # another file, or another libtiff
            continue


def _libtiff() -> list[str]:
    """Where the libtiff may lie that Pillow has loaded."""
    package = Path(PIL.__file__).parent
    folders = (package.parent / "pillow.libs", package / ".dylibs")
    brought = [str(path) for folder in folders for path in folder.glob("libtiff*")]
    return brought or ["libtiff.so.6", "libtiff.so.5"]
