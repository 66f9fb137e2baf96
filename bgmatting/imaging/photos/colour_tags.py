"""What a file says of its colours beside an embedded profile: code points, primaries and gamma.

Code points are those of ITU-T H.273 (CICP), as HEIC, AVIF ("nclx") and PNG ("cICP") hold them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from PIL import Image

from .icc import CURVES, PRIMARIES, SRGB_CURVE, Curve, gamma_curve, profile_of

KEY = "bgmatting-cicp"  # under which an image's info holds its file's code points
MOST_CHUNKS = 1000  # of a PNG file before its pixels, or boxes of one level: more is no photo

# gAMA within this of 1 / 2.2 is how old programs wrote sRGB, whose curve is not quite that.
_SRGB_GAMMA, _NEAR = 0.45455, 0.01
_SRGB_NEAR = 0.005  # of a chromaticity coordinate


class CodePoints(NamedTuple):
    """Colour primaries and transfer characteristics by their numbers in ITU-T H.273."""

    primaries: int
    transfer: int


def note_code_points(image: Image.Image, path: Path) -> None:
    """Keep in an image's info what Pillow does not read of its file: code points."""
    try:
        with path.open("rb") as file:
            if image.format == "PNG":
                found = _of_png(file)
            elif image.format == "AVIF":
                found = _of_avif(file, path.stat().st_size)
            else:
                return
    except (OSError, struct.error):  # the decoder says what is wrong with the file
        return
    if found is not None:
        image.info[KEY] = found


def profile_bytes(image: Image.Image) -> bytes | None:
    """The profile an image's colours are in, embedded or made of its tags; None: take it as sRGB.

    Of several, what its format's specification puts first.
    """
    info = image.info
    points = info.get(KEY)
    if image.format == "PNG" and points is not None:  # PNG: cICP, iCCP, sRGB, then gAMA and cHRM
        return _made(points)
    embedded = info.get("icc_profile")
    if embedded:
        return bytes(embedded)
    if image.format == "PNG":
        return None if "srgb" in info else _from_gamma(info)
    nclx = info.get("nclx_profile")
    if points is None and isinstance(nclx, dict):
        points = CodePoints(
            int(nclx.get("color_primaries", 2)), int(nclx.get("transfer_characteristics", 2))
        )
    return None if points is None else _made(points)


def _made(points: CodePoints) -> bytes | None:
    # Unknown or unspecified: what is usual.
    primaries = PRIMARIES.get(points.primaries, PRIMARIES[1])
    curve = CURVES.get(points.transfer, SRGB_CURVE)
    if primaries == PRIMARIES[1] and curve is SRGB_CURVE:
        return None
    return profile_of(primaries, curve)


def _from_gamma(info: Mapping[Any, Any]) -> bytes | None:
    """Of a PNG's gAMA and cHRM."""
    gamma, chromaticity = info.get("gamma"), info.get("chromaticity")
    curve: Curve = SRGB_CURVE
    if isinstance(gamma, (int, float)) and abs(gamma - _SRGB_GAMMA) > _NEAR and 0.1 <= gamma <= 2:
        curve = gamma_curve(1 / gamma)
    primaries = PRIMARIES[1]
    if isinstance(chromaticity, tuple) and len(chromaticity) == 8:
        values = tuple(map(float, chromaticity))
        white, red, green, blue = (values[i : i + 2] for i in range(0, 8, 2))
        said = (red, green, blue, white)
        near = all(
            abs(a - b) <= _SRGB_NEAR
            for point, own in zip(said, primaries, strict=True)
            for a, b in zip(point, own, strict=True)
        )
        if not near:
            primaries = said  # type: ignore[assignment]  # four pairs
    if primaries == PRIMARIES[1] and curve is SRGB_CURVE:
        return None
    try:
        return profile_of(primaries, curve)
    except ValueError:  # primaries that span no colours
        return None


def _of_png(file: BinaryIO) -> CodePoints | None:
    file.seek(8)
    for _ in range(MOST_CHUNKS):
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind == b"cICP":
            primaries, transfer = struct.unpack(">BB", file.read(2))
            return CodePoints(primaries, transfer)
        if kind in (b"IDAT", b"IEND"):
            return None
        file.seek(length + 4, 1)  # and its checksum
    return None


def _of_avif(file: BinaryIO, size: int) -> CodePoints | None:
    """The first colour description of kind nclx: meta / iprp / ipco / colr (ISO/IEC 14496-12)."""
    for meta, meta_end in _boxes(file, 0, size, b"meta"):
        # A full box: its version and flags come first.
        for properties, properties_end in _boxes(file, meta + 4, meta_end, b"iprp"):
            for container, container_end in _boxes(file, properties, properties_end, b"ipco"):
                for colours, _ in _boxes(file, container, container_end, b"colr"):
                    file.seek(colours)
                    kind, primaries, transfer = struct.unpack(">4sHH", file.read(8))
                    if kind == b"nclx":
                        return CodePoints(primaries, transfer)
    return None


def _boxes(file: BinaryIO, begin: int, end: int, wanted: bytes) -> Iterator[tuple[int, int]]:
    """(begin, end) of the contents of the boxes of one kind between two places of a file."""
    for _ in range(MOST_CHUNKS):
        if begin + 8 > end:
            return
        file.seek(begin)
        length, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
            header = 16
        last = end if length == 0 else begin + length
        if last > end or last < begin + header:
            return
        if kind == wanted:
            yield begin + header, last
        begin = last
