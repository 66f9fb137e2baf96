"""Families of soft subjects, drawn from nothing: what is fine, hairy or see-through.

Each is a module with `draw(rng, side)`, which draws one subject, (side, side, 4) uint8 straight
RGBA, alpha by coverage, all of it following from `rng`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import (
    feathers,
    film,
    fine,
    foliage,
    fur,
    glass,
    hair,
    moving,
    people,
    sheer,
    soap,
    spectacles,
    vapour,
)


class Family(NamedTuple):
    """One family.

    Attributes:
        draw: (rng, side) -> (side, side, 4) uint8 straight RGBA; with `on_people`, (rng, side,
            people), the last of them an endless iterator over RGBA pictures.
        share: of a bank's pictures, against the other families'.
        on_people: whether it grows on pictures of people, which somebody has to give.
    """

    draw: Callable[..., NDArray[np.uint8]]
    share: float
    on_people: bool = False


FAMILIES: dict[str, Family] = {
    "hair": Family(hair.draw, 0.22),
    "people": Family(people.draw, 0.12, on_people=True),
    "fur": Family(fur.draw, 0.08),
    "feathers": Family(feathers.draw, 0.03),
    "foliage": Family(foliage.draw, 0.14),
    "fine": Family(fine.draw, 0.10),
    "glass": Family(glass.draw, 0.12),
    "spectacles": Family(spectacles.draw, 0.03),
    "film": Family(film.draw, 0.08),
    "sheer": Family(sheer.draw, 0.05),
    "vapour": Family(vapour.draw, 0.02),
    "moving": Family(moving.draw, 0.03),
    "soap": Family(soap.draw, 0.01),
}
