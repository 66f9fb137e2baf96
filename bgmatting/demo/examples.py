"""Pairs to try the page with: in a checkout only, where `docs/examples/drawing` drew them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PHOTOS = Path(__file__).resolve().parents[2] / "docs" / "examples" / "photos"


class Example(NamedTuple):
    """A pair of photos, and a few words on what makes it easy or hard."""

    source: Path
    background: Path
    title: str


def _example(name: str, title: str) -> Example:
    return Example(PHOTOS / f"{name}.jpg", PHOTOS / f"{name}-empty.jpg", title)


EXAMPLES: tuple[Example, ...] = (
    _example("plain-wall", "Plain wall"),
    _example("fine-hair", "Fine hair, busy place"),
    _example("light-changed", "Light changed"),
    _example("hand-held", "Hand-held, with a shadow"),
)


def examples_here() -> tuple[Example, ...]:
    """The pairs whose photos are here: all in a checkout, none in an installed package."""
    return tuple(
        example for example in EXAMPLES if example.source.is_file() and example.background.is_file()
    )


def example_photos() -> tuple[Path, ...]:
    """The photos of all pairs that are here."""
    return tuple(
        photo for example in examples_here() for photo in (example.source, example.background)
    )
