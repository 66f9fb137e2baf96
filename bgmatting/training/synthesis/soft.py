"""Banks of soft subjects: which kind a picture is of, and how often each kind is drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np


def kind_of(file: Path, folder: Path) -> str:
    """What a bank's picture is of: the name of its folder in the bank, else how its own begins.

    >>> kind_of(Path("bank/fur/fur-0-00001.png"), Path("bank"))
    'fur'
    >>> kind_of(Path("bank/fur-0-00001.png"), Path("bank"))
    'fur'
    """
    inside = file.relative_to(folder)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem.split("-")[0]


def draw_kind(kinds: Collection[str], shares: Mapping[str, float], rng: np.random.Generator) -> str:
    """One of `kinds`, by its weight in `shares`, 1 where it has none."""
    names = list(kinds)
    weights = np.array([shares.get(name, 1.0) for name in names])
    return names[rng.choice(len(names), p=weights / weights.sum())]
