"""Directories of TIFF and EXIF data (TIFF 6.0, section 2), looked at before they are read.

A directory's entries name pieces of the file, and Pillow reads each into memory: a few thousand
entries that all name the same large piece would fill any memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ...errors import PhotoError

MOST_ENTRIES = 65_535  # of one directory: all that TIFF has room for; BigTIFF has more
LARGEST_DATA = 256_000_000  # bytes of all entries; the layers of a picture are one of them
MOST_PIECES = 200_000  # strips or tiles: more than three planes of the longest side in single rows

# Bytes of a value, by its type's number; 16 to 18 are of BigTIFF.
_BYTES = {
    **dict.fromkeys((1, 2, 6, 7), 1),
    **dict.fromkeys((3, 8), 2),
    **dict.fromkeys((4, 9, 11, 13), 4),
    **dict.fromkeys((5, 10, 12, 16, 17, 18), 8),
}
_STRIP_OFFSETS, _TILE_OFFSETS = 273, 324


def check_directory(file: BinaryIO, size: int, name: str) -> None:
    """Refuse a TIFF file, or EXIF data, whose first directory holds too much.

    Args:
        file: at any place; what isn't TIFF, or ends early, is the decoder's to refuse.
        size: of it, bytes.
        name: what to call it in messages.

    Raises:
        PhotoError: it holds too much.
    """
    total = 0
    for entry in _entries(file, name):
        if entry.tag in (_STRIP_OFFSETS, _TILE_OFFSETS) and entry.values > MOST_PIECES:
            raise _too_much(name, f"its pixels in {entry.values:,} pieces", f"{MOST_PIECES:,}")
        if entry.at + entry.length > size:  # cut off there, where Pillow ends as well
            return
        total += entry.length
        if total > LARGEST_DATA:
            most = f"{LARGEST_DATA / 1e6:g} MB"
            raise _too_much(name, f"over {most} of notes (TIFF or EXIF tags, layers)", "that")


class _Entry(NamedTuple):
    tag: int
    values: int
    length: int  # bytes of what lies elsewhere; 0: nothing does
    at: int  # byte of the file


def _entries(file: BinaryIO, name: str) -> Iterator[_Entry]:
    """The entries of the first directory, as many as are there."""
    file.seek(0)
    begin = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(begin[:2])
    if order is None or len(begin) < 16:
        return
    big = struct.unpack_from(order + "H", begin, 2)[0] == 43
    file.seek(struct.unpack_from(order + ("Q" if big else "I"), begin, 8 if big else 4)[0])
    counted = file.read(8 if big else 2)
    if len(counted) < (8 if big else 2):
        return
    (count,) = struct.unpack(order + ("Q" if big else "H"), counted)
    if count > MOST_ENTRIES:
        raise _too_much(name, f"{count:,} notes (TIFF or EXIF tags)", f"{MOST_ENTRIES:,}")
    entry = struct.Struct(order + ("HHQQ" if big else "HHII"))
    content = file.read(count * entry.size)
    for tag, kind, values, at in entry.iter_unpack(
        content[: len(content) // entry.size * entry.size]
    ):
        length = _BYTES.get(kind, 0) * values
        yield _Entry(tag, values, length if length > (8 if big else 4) else 0, at)


def _too_much(name: str, got: str, most: str) -> PhotoError:
    return PhotoError(
        f"{name} has {got}, which would take too long to read; the limit is {most}: export it "
        "anew, without layers"
    )
