"""Pairs to try the page with; `bgmatting.demo.drawing` drew them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PHOTOS = Path(__file__).with_name("example-photos")


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


def example_photos() -> tuple[Path, ...]:
    """The photos of all pairs that are here."""
    photos = [photo for example in EXAMPLES for photo in (example.source, example.background)]
    return tuple(photo for photo in photos if photo.is_file())
