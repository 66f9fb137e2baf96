"""In what clips are written: one table, from a name's ending to an encoder and its pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError

STRAIGHT, PREMULTIPLIED = "straight", "premultiplied"


@dataclass(frozen=True)
class Codec:
    """One way to write a clip.

    Attributes:
        name: as `--codec` has it.
        encoder: FFmpeg's, the first that is there; none: pictures, one a frame.
        endings: of files that may hold it; it is the usual one of the first.
        with_alpha: FFmpeg's pixel format of what has alpha; None: it cannot have any.
        opaque: and of what has none.
        deep: pixel format with alpha of 16 bits; None: there is none.
        options: the encoder's.
        lossless: whether what is read back is what was written, bit for bit.
        even: whether sides must be even: an odd one is filled up by its last row or column.
        custom: what editors take colours to be where nothing says it.
        note: who reads it.
    """

    name: str
    encoder: tuple[str, ...]
    endings: tuple[str, ...]
    with_alpha: str | None
    opaque: str
    deep: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    lossless: bool = False
    even: bool = False
    custom: str = STRAIGHT
    note: str = ""


CODECS = (
    Codec(
        "prores",
        ("prores_ks",),
        (".mov", ".mkv"),
        with_alpha="yuva444p10le",
        opaque="yuv444p10le",
        options={"profile": "4444", "vendor": "apl0", "alpha_bits": "16"},
        note="ProRes 4444, for editors: Final Cut, Premiere, Resolve and After Effects read it",
    ),
    Codec(
        "vp9",
        ("libvpx-vp9",),
        (".webm", ".mkv"),
        with_alpha="yuva420p",
        opaque="yuv420p",
        options={
            **{"crf": "4", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"},
            # Frames that are never shown have no alpha of their own, and cost sight of it.
            **{"auto-alt-ref": "0", "lag-in-frames": "0"},
        },
        note="VP9, for web pages: Chrome and Firefox play it with its alpha, Safari without",
    ),
    Codec(
        "ffv1",
        ("ffv1",),
        (".mkv",),
        with_alpha="bgra",
        opaque="bgr0",
        deep="gbrap16le",
        options={"level": "3", "slicecrc": "1", "slices": "4"},
        lossless=True,
        note="FFV1, exact: for FFmpeg and archives",
    ),
    Codec(
        "qtrle",
        ("qtrle",),
        (".mov",),
        with_alpha="argb",
        opaque="rgb24",
        lossless=True,
        note="QuickTime Animation, exact: for editors; large",
    ),
    Codec(
        "h264",
        ("libx264", "mpeg4"),
        (".mp4", ".mov", ".mkv"),
        with_alpha=None,
        opaque="yuv420p",
        options={"crf": "16", "preset": "veryfast"},
        even=True,
        note="H.264, which everything plays; it has no alpha, so the composite is written",
    ),
    Codec(
        "png",
        (),
        ("",),
        with_alpha="rgba",
        opaque="rgb24",
        deep="rgba64le",
        lossless=True,
        note="a folder of PNG files, exact",
    ),
)
NAMES = tuple(codec.name for codec in CODECS)
USUAL = {
    ".mov": "prores",
    ".webm": "vp9",
    ".mkv": "ffv1",
    ".mp4": "h264",
    "": "png",
}


def codec_for(path: Path, name: str | None = None) -> Codec:
    """How a clip of that name is written.

    Args:
        path: by its ending; without one it is a folder of pictures.
        name: of a codec that the ending may hold; None: the usual one.

    Raises:
        InputError: the ending stands for nothing, or for no file with that codec.
    """
    ending = path.suffix.lower()
    by_name = {codec.name: codec for codec in CODECS}
    if name is not None and name not in by_name:
        raise InputError(f"unknown codec {name!r}: choose one of {', '.join(NAMES)}")
    if ending not in USUAL:
        raise InputError(
            f"{path.name} ends in {ending}, which no clip of ours does: choose one of "
            f"{', '.join(e for e in USUAL if e)}, or a name without an ending for a folder of "
            "pictures"
        )
    codec = by_name[name or USUAL[ending]]
    if ending not in codec.endings:
        what = "a folder, a name without an ending" if not codec.encoder else codec.endings[0]
        raise InputError(f"{path.name} cannot hold {codec.name}: give it {what}")
    return codec
