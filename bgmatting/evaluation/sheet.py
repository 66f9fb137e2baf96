"""Contact sheets: what was measured, to look at."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..imaging.arrays import Shape
from .dataset import Sample
from .metrics import Floats
from .predictors import Prediction
from .scores import Scores

Pixels = NDArray[np.uint8]

COLUMNS = (
    "source",
    "plate",
    "alpha",
    "truth",
    "expected error",
    "difference: red too much, blue too little",
)


@dataclass(frozen=True)
class Settings:
    """How a sheet is laid out and coloured; chosen by eye.

    Attributes:
        cell: pixels, long side of a picture.
        gap: pixels between pictures.
        line: pixels, height of a line of text.
        text: pixels, height of its letters.
        too_much, too_little: colours of alpha's difference, RGB, 0..1.
        paper, ink, crossed: colours of the sheet, of its text, and of what crosses out a picture
            that is not there, RGB, 0..255.
    """

    cell: int = 256
    gap: int = 6
    line: int = 18
    text: int = 12
    too_much: tuple[float, float, float] = (1, 0.2, 0.1)
    too_little: tuple[float, float, float] = (0.25, 0.55, 1)
    paper: tuple[int, int, int] = (32, 32, 32)
    ink: tuple[int, int, int] = (225, 225, 225)
    crossed: tuple[int, int, int] = (70, 70, 70)


SETTINGS = Settings()


class ContactSheets:
    """Collects thumbnails while a set is evaluated; one sheet per condition, the worst first.

    The worst: by the first of the protocol's measures, which all stand beside each sample. Its
    `add` fits `evaluate(..., observe=...)`.

    Args:
        rows: samples kept per condition, the worst ones, so that memory and sheets stay small
            however many are measured.
    """

    def __init__(self, rows: int = 24) -> None:
        self._rows = rows
        self._kept: dict[str, list[tuple[float, int, str, list[Pixels]]]] = {}
        self._seen: dict[str, int] = {}
        self._title = ""  # of the first measure
        self._order = count(0, -1)  # breaks ties, the earlier sample first

    def add(self, sample: Sample, prediction: Prediction, scores: Scores) -> None:
        """Keep the sample's row if it is among the worst of its condition."""
        self._title, worst = next(iter(scores.texts())), next(iter(scores.values()))
        kept = self._kept.setdefault(sample.condition, [])
        self._seen[sample.condition] = self._seen.get(sample.condition, 0) + 1
        if len(kept) == self._rows and worst <= kept[0][0]:
            return
        height, width = sample.alpha.shape
        label = f"{sample.name}   {width}x{height}   " + "   ".join(
            f"{title} {text}" for title, text in scores.texts().items()
        )
        row = (worst, next(self._order), label, _row(sample, prediction))
        if len(kept) < self._rows:
            heapq.heappush(kept, row)
        else:
            heapq.heapreplace(kept, row)

    def images(self, title: str) -> dict[str, Image.Image]:
        """Condition -> its sheet, RGB, headed by `title`."""
        return {condition: self._image(condition, title) for condition in self._kept}

    def _image(self, condition: str, title: str) -> Image.Image:
        rows = sorted(self._kept[condition], reverse=True)
        line, gap, ink = SETTINGS.line, SETTINGS.gap, SETTINGS.ink
        heights = [line + max(cell.shape[0] for cell in cells) + gap for *_, cells in rows]
        step = SETTINGS.cell + gap
        size = (gap + step * len(COLUMNS), 3 * line + sum(heights))
        sheet = Image.new("RGB", size, SETTINGS.paper)
        draw = ImageDraw.Draw(sheet)
        font = ImageFont.load_default(SETTINGS.text)
        shown = f"{len(rows)} of {self._seen[condition]} samples, worst {self._title} first"
        draw.text((gap, 2), f"{title}   {condition}   {shown}", ink, font)
        for column, name in enumerate(COLUMNS):
            draw.text((gap + step * column, line + 2), name, ink, font)
        top = 2 * line
        for (*_, label, cells), height in zip(rows, heights, strict=True):
            draw.text((gap, top + 2), label, ink, font)
            for column, cell in enumerate(cells):
                sheet.paste(Image.fromarray(cell), (gap + step * column, top + line))
            top += height
        return sheet


def _row(sample: Sample, prediction: Prediction) -> list[Pixels]:
    alpha, _, error = prediction
    over = (np.asarray(alpha, dtype=np.float32) - sample.alpha)[..., None]
    too_much, too_little = np.array([SETTINGS.too_much, SETTINGS.too_little], np.float32)
    difference = over.clip(min=0) * too_much - over.clip(max=0) * too_little
    pictures: list[Pixels | Floats | None] = [
        sample.source,
        sample.background,
        alpha,
        sample.alpha,
        error,
        difference,
    ]
    height, width = sample.alpha.shape
    shape = _fit((height, width))
    return [_nothing(shape) if p is None else _thumbnail(p, shape) for p in pictures]


def _fit(shape: Shape) -> Shape:
    """The shape in which an image fits a cell; never larger than it is."""
    height, width = shape
    scale = min(1.0, SETTINGS.cell / max(shape))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _thumbnail(image: Pixels | Floats, shape: Shape) -> Pixels:
    """(H, W) or (H, W, 3), uint8 or 0..1 -> (*shape, 3) uint8."""
    if image.dtype != np.uint8:
        image = (np.asarray(image, dtype=np.float32).clip(0, 1) * 255).round()
    small = cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.uint8)
    return np.stack([small] * 3, axis=2) if small.ndim == 2 else small


def _nothing(shape: Shape) -> Pixels:
    """What stands for a picture that the predictor doesn't make: crossed out."""
    image = Image.new("RGB", shape[::-1], SETTINGS.paper)
    draw = ImageDraw.Draw(image)
    right, bottom = shape[1] - 1, shape[0] - 1
    draw.line((0, 0, right, bottom), fill=SETTINGS.crossed)
    draw.line((0, bottom, right, 0), fill=SETTINGS.crossed)
    return np.asarray(image)
