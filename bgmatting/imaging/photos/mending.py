"""Photo files with a fault that viewers pass over: the same picture without the fault.

Only what is not part of the picture is taken away or added, so that no pixel is made up.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What pixels and their colours hang on, and animations; all else is text, dates and the like.
PNG_CHUNKS = {
    *(b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"),
    *(b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"eXIf"),
}
LARGEST_CHUNK = 1_000_000  # bytes of a profile or EXIF data, as stored: Pillow takes no larger ones
END_OF_JPEG = b"\xff\xd9"
# Read as a code that continues for ever: pictures that miss data take it for pixels.
MORE_JPEG = b"\xaa" * 4096


def mended_png(content: bytes) -> bytes | None:
    """A PNG without what is not needed to show it, nor what fails its check; None: no PNG."""
    if not content.startswith(PNG_SIGNATURE):
        return None
    kept = [PNG_SIGNATURE]
    for kind, whole, sound in _png_chunks(content):
        critical = not kind[0] & 0x20  # a capital: without it, no picture
        small = len(whole) <= LARGEST_CHUNK
        if critical or (kind in PNG_CHUNKS and sound and small):
            kept.append(whole)
    return b"".join(kept)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """(kind, the chunk as stored, whether its checksum is right); one cut off comes as it is."""
    at = len(PNG_SIGNATURE)
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        end = at + 12 + length
        whole = content[at:end]
        sum_ = struct.pack(">I", zlib.crc32(whole[4:-4]))
        yield kind, whole, len(whole) == 12 + length and whole[-4:] == sum_
        at = end


def mended_jpeg(content: bytes, decode: Callable[[io.BytesIO], bytes]) -> bytes | None:
    """A JPEG that lacks nothing but its end marker, with one; None: it lacks more, or is no JPEG.

    Args:
        content: of the file.
        decode: a JPEG -> its pixels.
    """
    if not content.startswith(b"\xff\xd8"):
        return None
    content = content.removesuffix(END_OF_JPEG[:1])
    # Where pixels are missing, what a decoder makes of them depends on what follows.
    mended = content + END_OF_JPEG
    other = content + MORE_JPEG + END_OF_JPEG
    return mended if decode(io.BytesIO(mended)) == decode(io.BytesIO(other)) else None


def read_bounded(path: Path, most: int) -> bytes:
    """A file's content; OSError where it is larger than `most` bytes."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(f"more than {most} bytes")
    return content
