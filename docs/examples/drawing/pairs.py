"""The four pairs, from easy to hard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from .camera import Shot, develop, look, with_margin
from .fields import Map, Size
from .park import park
from .shelf import bookshelf
from .subject import Subject, compose, place, shadow
from .walls import brick, plaster

WIDE, TALL = (1020, 1360), (1360, 1020)  # height, width


@dataclass(frozen=True)
class Recipe:
    """How one pair comes about; `shadow` is offset right and down, softness, depth."""

    name: str
    seed: int
    frame: Size
    scene: Callable[[np.random.Generator, Size], Map]
    subject: Subject
    source: Shot = field(default_factory=Shot)
    plate: Shot = field(default_factory=Shot)
    shadow: tuple[tuple[int, int], float, float] | None = None


RECIPES = (
    Recipe(
        "plain-wall",
        1,
        TALL,
        plaster,
        Subject("person-3.webp", 0.86, 0.485, "#fff0de", 1.35, (-0.5, -0.3), 0.2),
    ),
    Recipe(
        "fine-hair",
        2,
        WIDE,
        bookshelf,
        Subject("person-6.webp", 0.82, 0.5, "#ffe4d6", 1.0, (0.5, -0.4), 0.1),
        plate=Shot(exposure=0.04, shift=(0.4, -0.3)),
    ),
    Recipe(
        "light-changed",
        3,
        WIDE,
        park,
        Subject("person-4.webp", 0.84, 0.5, "#fff4e2", 1.15, (-0.4, -0.6), 0.35),
        plate=Shot(exposure=-0.4, balance=(1.06, 0.95), shift=(0.5, 0.5)),
    ),
    Recipe(
        "hand-held",
        4,
        WIDE,
        brick,
        Subject("person-1.webp", 0.78, 0.367, "#fff1e6", 1.1, (-0.45, -0.5), 0.1),
        source=Shot(noise=0.007, quality=80),
        plate=Shot(
            exposure=0.12, balance=(0.98, 1.03), shift=(6.3, -4.6), turn=0.35, zoom=1.004,
            noise=0.007, quality=80,
        ),
        shadow=((70, 40), 22, 0.42),
    ),
)  # fmt: skip


def draw(recipe: Recipe, people: Path, folder: Path) -> tuple[Path, Path]:
    """Write source and plate of a pair as JPEG files; their paths."""
    rng = np.random.default_rng(recipe.seed)
    scene = recipe.scene(rng, with_margin(recipe.frame))
    straight, alpha = place(recipe.subject, people, recipe.frame)
    behind = look(scene, recipe.frame, recipe.source)
    if recipe.shadow is not None:
        behind = behind * shadow(alpha, *recipe.shadow)
    photo = compose(straight, alpha, behind, recipe.subject.wrap)
    empty = look(scene, recipe.frame, recipe.plate)
    paths = folder / f"{recipe.name}.jpg", folder / f"{recipe.name}-empty.jpg"
    for path, light, shot in zip(paths, (photo, empty), (recipe.source, recipe.plate), strict=True):
        image = Image.fromarray(develop(light, shot, rng))
        image.save(path, quality=shot.quality, optimize=True, progressive=True)
    return paths
