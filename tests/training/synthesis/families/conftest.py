"""A person for hair to grow on, drawn here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw


@pytest.fixture(scope="session")
def head() -> tuple[int, int, int]:
    """x, y and half the width of the head of `person`, in pixels."""
    return 60, 50, 22


@pytest.fixture(scope="session")
def person(head: tuple[int, int, int]) -> np.ndarray:
    """(160, 120, 4) uint8: a round head on a neck on shoulders, cut below."""
    picture = Image.new("RGBA", (120, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    x, y, radius = head
    draw.rectangle((x - 9, y, x + 9, 110), fill=(200, 150, 120, 255))
    draw.ellipse((15, 85, 105, 240), fill=(40, 60, 140, 255))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(200, 150, 120, 255))
    draw.chord((x - radius, y - radius, x + radius, y + radius), 200, 340, fill=(60, 40, 20, 255))
    pixels = np.array(picture)
    pixels.flags.writeable = False  # it is one for all tests
    return pixels


@pytest.fixture
def people_folder(person: np.ndarray, tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    folder.mkdir()
    Image.fromarray(person).save(folder / "one.png")
    return folder
