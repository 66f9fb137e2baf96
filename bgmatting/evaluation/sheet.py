"""Contact sheets: what was measured, to look at."""

from __future__ import annotations

import heapq
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

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
CELL = 256  # pixels, long side of a picture
GAP = 6
LINE = 18  # pixels, height of a line of text
TOO_MUCH = np.array([1, 0.2, 0.1], dtype=np.float32)  # RGB
TOO_LITTLE = np.array([0.25, 0.55, 1], dtype=np.float32)
PAPER, INK = (32, 32, 32), (225, 225, 225)


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
        heights = [LINE + max(cell.shape[0] for cell in cells) + GAP for *_, cells in rows]
        step = CELL + GAP
        sheet = Image.new("RGB", (GAP + step * len(COLUMNS), 3 * LINE + sum(heights)), PAPER)
        draw = ImageDraw.Draw(sheet)
        font = ImageFont.load_default(12)
        shown = f"{len(rows)} of {self._seen[condition]} samples, worst {self._title} first"
        draw.text((GAP, 2), f"{title}   {condition}   {shown}", INK, font)
        for column, name in enumerate(COLUMNS):
            draw.text((GAP + step * column, LINE + 2), name, INK, font)
        top = 2 * LINE
        for (*_, label, cells), height in zip(rows, heights, strict=True):
            draw.text((GAP, top + 2), label, INK, font)
            for column, cell in enumerate(cells):
                sheet.paste(Image.fromarray(cell), (GAP + step * column, top + LINE))
            top += height
        return sheet


def _row(sample: Sample, prediction: Prediction) -> list[Pixels]:
    alpha, _, error = prediction
    over = np.asarray(alpha, dtype=np.float32) - sample.alpha
    difference = over.clip(min=0)[..., None] * TOO_MUCH - over.clip(max=0)[..., None] * TOO_LITTLE
    pictures: list[Pixels | Floats | None] = [
        sample.source,
        sample.background,
        alpha,
        sample.alpha,
        error,
        difference,
    ]
    shape = _fit(*sample.alpha.shape)
    return [_nothing(shape) if p is None else _thumbnail(p, shape) for p in pictures]


def _fit(height: int, width: int) -> tuple[int, int]:
    """The height and width at which an image fits a cell; never larger than it is."""
    scale = min(1.0, CELL / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _thumbnail(image: Pixels | Floats, shape: tuple[int, int]) -> Pixels:
    """(H, W) or (H, W, 3), uint8 or 0..1 -> (*shape, 3) uint8."""
    if image.dtype != np.uint8:
        image = (np.asarray(image, dtype=np.float32).clip(0, 1) * 255).round()
    small = cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.uint8)
    return np.stack([small] * 3, axis=2) if small.ndim == 2 else small


def _nothing(shape: tuple[int, int]) -> Pixels:
    """What stands for a picture that the predictor doesn't make: crossed out."""
    image = Image.new("RGB", shape[::-1], PAPER)
    draw = ImageDraw.Draw(image)
    right, bottom = shape[1] - 1, shape[0] - 1
    draw.line((0, 0, right, bottom), fill=(70, 70, 70))
    draw.line((0, bottom, right, 0), fill=(70, 70, 70))
    return np.asarray(image)
