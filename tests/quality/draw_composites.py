"""Draw the composites of known truth that the gate measures weights on.

    cd tests && PYTHONPATH=../docs/examples python -m quality.draw_composites PEOPLE_FOLDER

writes `tests/fixtures/composites`, an evaluation set: the source is alpha times foreground and the
rest background, in encoded colours, and then what its camera makes of it. People are rendered
(person-1.webp and so on in the folder), soft subjects drawn, scenes computed. All of it follows
from the seeds below; figures need to be stored anew after a change (`python -m quality.store`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from drawing.camera import Shot, develop, look, with_margin
from drawing.fields import Map, Size, soft, to_srgb
from drawing.park import park
from drawing.shelf import bookshelf
from drawing.subject import Subject, place, shadow
from drawing.walls import brick, plaster
from PIL import Image

from bgmatting.evaluation.dataset import INDEX
from bgmatting.training.synthesis.families import FAMILIES

OUT = Path(__file__).resolve().parents[1] / "fixtures" / "composites"
WIDE, TALL = (1020, 1360), (1360, 1020)  # height, width, at which scenes are drawn
SHRINK = 1020 / 288  # to the pictures' own size, where hair and leaves are a fraction of a pixel
GRAIN = 1.2  # levels, of the subject


@dataclass(frozen=True)
class Soft:
    """A soft subject, placed in a frame.

    Attributes:
        family: a key of `FAMILIES`.
        seed: of its drawing.
        side: of the picture it is drawn into, pixels of the large frame.
        middle: where that picture's middle lies, (right, down), shares of the frame.
        gain: of its colours.
    """

    family: str
    seed: tuple[int, ...]
    side: int
    middle: tuple[float, float]
    gain: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """One composite. `plate` None: exactly what is behind the subject in the source."""

    name: str
    seed: int
    frame: Size
    scene: Callable[[np.random.Generator, Size], Map]
    subject: Subject | Soft
    source: Shot = field(default_factory=Shot)
    plate: Shot | None = None
    shadow: tuple[tuple[int, int], float, float] | None = None


# Shifts are in pixels of the large frame: 3.5 of them are one of the picture's.
RECIPES = (
    Recipe(
        "clean/curls", 11, TALL, plaster,
        Subject("person-1.webp", 0.80, 0.47, "#fff0de", 1.1, (-0.5, -0.3)),
    ),
    Recipe("clean/fern", 12, WIDE, bookshelf, Soft("foliage", (1, 2), 900, (0.52, 0.56), 1.1)),
    Recipe("clean/bottles", 13, WIDE, brick, Soft("glass", (5, 3), 940, (0.48, 0.55))),
    Recipe(
        "drift/hair", 14, WIDE, park,
        Subject("person-6.webp", 0.78, 0.52, "#fff4e2", 1.0, (-0.4, -0.6)),
        plate=Shot(exposure=-0.35, balance=(1.06, 0.95), shift=(1.4, 1.1), noise=0.005),
    ),
    Recipe(
        "drift/bear", 15, TALL, plaster, Soft("fur", (3, 1), 980, (0.48, 0.64)),
        plate=Shot(exposure=0.3, balance=(0.95, 1.04), shift=(-1.6, 0.9), noise=0.005),
    ),
    Recipe(
        "drift/bicycle", 16, WIDE, brick, Soft("fine", (4, 4), 1180, (0.5, 0.42)),
        plate=Shot(exposure=0.2, balance=(1.05, 0.97), shift=(0.9, -1.6), noise=0.005),
    ),
    Recipe(
        "handheld/spectacles", 17, WIDE, bookshelf,
        Subject("person-3.webp", 0.80, 0.63, "#ffe9d8", 1.15, (0.5, -0.4)),
        source=Shot(noise=0.006, quality=85),
        plate=Shot(
            exposure=0.12, balance=(0.97, 1.03), shift=(13, -9), turn=0.5, noise=0.006, quality=85
        ),
        shadow=((60, 40), 26, 0.3),
    ),
    Recipe(
        "handheld/strands", 18, TALL, brick,
        Subject("person-5.webp", 0.76, 0.46, "#fff1e6", 1.05, (-0.45, -0.5)),
        source=Shot(noise=0.006, quality=85),
        plate=Shot(
            exposure=-0.15, balance=(1.03, 0.97), shift=(-10, 12), turn=-0.7, zoom=1.004,
            noise=0.006, quality=85,
        ),
        shadow=((70, 40), 22, 0.4),
    ),
)  # fmt: skip


def draw(recipe: Recipe, people: Path, folder: Path) -> None:
    """Write the four pictures of one composite below `folder`."""
    rng = np.random.default_rng(recipe.seed)
    scene = recipe.scene(rng, with_margin(recipe.frame))
    foreground, alpha, large_alpha = _subject(recipe, people, rng)
    behind = look(scene, recipe.frame, recipe.source)
    if recipe.shadow is not None:
        behind = behind * shadow(large_alpha[..., None], *recipe.shadow)
    background = develop(_small(behind), recipe.source, rng)
    plate = background
    if recipe.plate is not None:
        plate = develop(_small(look(scene, recipe.frame, recipe.plate)), recipe.plate, rng)
    share = alpha[..., None] / 255
    source = np.rint(foreground * share + background * (1 - share)).astype(np.uint8)

    out = folder / recipe.name
    out.mkdir(parents=True, exist_ok=True)
    Image.fromarray(alpha).save(out / "pha.png", optimize=True)
    _save_exactly(foreground, out / "fgr.webp")
    if recipe.plate is None:
        _save_exactly(source, out / "src.webp")
        _save_exactly(plate, out / "bgr.webp")
    else:
        for name, photo, shot in (("src", source, recipe.source), ("bgr", plate, recipe.plate)):
            Image.fromarray(photo).save(out / f"{name}.jpg", quality=shot.quality, optimize=True)


def _subject(
    recipe: Recipe, people: Path, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, Map]:
    """Straight encoded colours (h, w, 3) uint8, 0 where alpha is; alpha, uint8; and it large."""
    if isinstance(recipe.subject, Soft):
        premultiplied, large = _placed(recipe.subject, recipe.frame)
    else:
        straight, opaque = place(recipe.subject, people, recipe.frame)
        premultiplied, large = to_srgb(straight) * opaque, opaque[..., 0]
    alpha = np.rint(np.clip(_small(large), 0, 1) * 255).astype(np.uint8)
    straight = _small(premultiplied) / np.maximum(_small(large), 1e-3)[..., None]
    grain = np.dstack([soft(rng.normal(size=alpha.shape).astype(np.float32), 0.6)] * 3)
    values = np.clip(straight * 255 + GRAIN * 2 * grain, 0, 255)
    return np.where(alpha[..., None] > 0, np.rint(values), 0).astype(np.uint8), alpha, large


def _placed(subject: Soft, frame: Size) -> tuple[Map, Map]:
    """Premultiplied encoded colours (H, W, 3) and alpha (H, W), 0..1, in a large frame."""
    drawn = FAMILIES[subject.family].draw(np.random.default_rng(subject.seed), subject.side)
    alpha = drawn[..., 3:].astype(np.float32) / 255
    colour = np.clip(drawn[..., :3].astype(np.float32) / 255 * subject.gain, 0, 1)
    height, width = frame
    right, down = subject.middle[0] * width, subject.middle[1] * height
    move = np.float32(
        [[1, 0, round(right - subject.side / 2)], [0, 1, round(down - subject.side / 2)]]
    )
    placed = cv2.warpAffine(np.dstack([colour * alpha, alpha]), move, (width, height))
    return placed[..., :3], placed[..., 3]


def _small(values: Map) -> Map:
    """Averaged down to the size of the pictures."""
    size = round(values.shape[1] / SHRINK), round(values.shape[0] / SHRINK)
    return cv2.resize(values, size, interpolation=cv2.INTER_AREA)


def _save_exactly(pixels: np.ndarray, path: Path) -> None:
    Image.fromarray(pixels).save(path, lossless=True, exact=True, quality=100, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("people", type=Path, help="folder with person-1.webp and so on")
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where to write")
    options = parser.parse_args()
    for recipe in RECIPES:
        draw(recipe, options.people, options.out)
        print(options.out / recipe.name)
    names = [recipe.name for recipe in RECIPES]
    (options.out / INDEX).write_text(json.dumps(names, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
