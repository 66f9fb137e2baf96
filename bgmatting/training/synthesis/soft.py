"""Banks of soft subjects: which kind a picture is of, and how often each kind is drawn."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

# How often a kind is drawn, however many pictures there are of it; 1 where it is not named. What
# is clear inside is learned slowest; hair is what most photos have; feathers are rare.
KIND_WEIGHTS = {
    "hair": 2.0,
    "people": 1.5,
    "feathers": 0.3,
    "sheer": 2.0,
    "glass": 3.0,
    "film": 3.0,
}


def kind_of(file: Path, folder: Path) -> str:
    """What a bank's picture is of: the name of its folder in the bank, else how its own begins.

    >>> kind_of(Path("bank/fur/fur-0-00001.png"), Path("bank"))
    'fur'
    >>> kind_of(Path("bank/fur-0-00001.png"), Path("bank"))
    'fur'
    """
    inside = file.relative_to(folder)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem.split("-")[0]


def draw_kind(kinds: Collection[str], rng: np.random.Generator) -> str:
    """One of `kinds`, by `KIND_WEIGHTS`."""
    names = list(kinds)
    weights = np.array([KIND_WEIGHTS.get(name, 1.0) for name in names])
    return names[rng.choice(len(names), p=weights / weights.sum())]
