"""What may be asked of `/matte` beside the two photos: one table, for the form and its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..demo.service import DEFAULT_BACKBONE, SIZES
from ..demo.service import Settings as Matting
from ..imaging.limits import MIN_SIDE
from ..weights.catalogue import list_backbones
from .refusal import Refusal

RESULTS = ("cutout", "alpha", "foreground", "error", "composite")
LONGEST = 100  # characters of a value
_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?|[a-zA-Z]{3,30}")


@dataclass(frozen=True)
class Option:
    """One field of the form.

    Attributes:
        default: where it is not given.
        about: what it is, as a sentence.
        expected: what its value may be, as the end of one.
        schema: the same as JSON Schema has it.
        read: text -> value; ValueError: it is none.
    """

    default: Any
    about: str
    expected: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]


def _choice(default: str, about: str, choices: tuple[str, ...], read: Any = str) -> Option:
    def checked(text: str) -> Any:
        if text not in choices:
            raise ValueError
        return read(text)

    schema = {"type": "string", "enum": list(choices)}
    return Option(read(default), about, f"one of {', '.join(choices)}", schema, checked)


def _flag(default: bool, about: str) -> Option:
    def checked(text: str) -> bool:
        if text.lower() not in _YES + _NO:
            raise ValueError
        return text.lower() in _YES

    return Option(default, about, "true or false", {"type": "boolean"}, checked)


def _size(text: str) -> int | str:
    if text == "auto":
        return text
    size = int(text)
    if not MIN_SIDE <= size <= max(SIZES):
        raise ValueError
    return size


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:  # not a number neither
        raise ValueError
    return value


def _backdrop(text: str) -> str:
    """A colour or "blur", never a path of this machine."""
    from ..imaging.result.backdrop import BLUR, parse_colour

    if not _COLOUR.fullmatch(text):
        raise ValueError
    if text.lower() != BLUR:
        parse_colour(text)  # whose error is a ValueError too
    return text


def table() -> dict[str, Option]:
    """Name of the field -> what it is."""
    return {
        "result": _choice("cutout", "What to answer with.", RESULTS),
        "backbone": _choice(DEFAULT_BACKBONE, "Which network.", tuple(list_backbones())),
        "bits": _choice(
            "8", "Depth of the PNG, bits a channel; composites have 8.", ("8", "16"), int
        ),
        "bleed": _flag(False, "Continue the subject's colours where alpha is 0."),
        "despill": Option(
            0.0,
            "How much of the old background's colour to take out of the edges.",
            "a number from 0 to 1",
            {"type": "number", "minimum": 0, "maximum": 1},
            _share,
        ),
        "backdrop": Option(
            "white",
            "What is behind a composite: a colour, or the background blurred.",
            'a colour such as "white" or "#00b140", or "blur"',
            {"type": "string", "maxLength": LONGEST},
            _backdrop,
        ),
        "size": Option(
            "auto",
            "Working size: the long side in pixels at which the network sees the photos.",
            f'"auto" or a whole number from {MIN_SIDE} to {max(SIZES)}',
            {"type": "string", "maxLength": LONGEST},
            _size,
        ),
        "align": _flag(True, "Make the background fit first: the camera moved, light drifted."),
        "clean": _flag(False, "Drop small islands far from the subject, fill pinholes in it."),
    }


@dataclass(frozen=True)
class Asked:
    """What one request asks for.

    Attributes:
        result: one of RESULTS.
        backbone: by name.
        bits, bleed, despill, backdrop: as `Matte.array` and `Matte.composite` take them.
        matting: size, align, clean.
    """

    result: str
    backbone: str
    bits: int
    bleed: bool
    despill: float
    backdrop: str
    matting: Matting


def read_options(fields: Mapping[str, str]) -> Asked:
    """The form's fields that are no photos.

    Raises:
        Refusal: one is unknown, or its value is none that it may have.
    """
    options = table()
    values = {name: option.default for name, option in options.items()}
    for name, text in fields.items():
        if name not in options:
            known = ", ".join(options)
            raise Refusal(400, f"there is no option {name!r}: expected some of {known}")
        try:
            values[name] = options[name].read(text.strip())
        except ValueError:
            raise Refusal(
                400, f"{name} is {text[:LONGEST]!r}; expected {options[name].expected}"
            ) from None
    matting = Matting(values.pop("size"), values.pop("align"), values.pop("clean"))
    return Asked(**values, matting=matting)
