"""Known motions and lights, and how much of them is left after alignment.

The source is a composite, the plate its background seen by another camera or in other light, with
noise of its own. What was done to it is known exactly, so what alignment leaves of it can be told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgmatting.evaluation import Sample
from bgmatting.imaging.alignment.align import Alignment, align

from .figures import Figures
from .mattes import composites

SCENES = ("clean/fern", "clean/bottles")  # before books, and before bricks, which repeat
MARGIN = 24  # pixels of the background beyond the frame, for a camera that moves
NOISE = 1.5  # levels, of the plate

Photo = NDArray[np.uint8]


@dataclass(frozen=True)
class Case:
    """What sets a plate apart from its source: pixels, degrees, growth, and what light does."""

    shift: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    zoom: float = 1.0
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0

    @property
    def moves(self) -> bool:
        return (self.shift, self.turn, self.zoom) != ((0.0, 0.0), 0.0, 1.0)

    def matrix(self, size: tuple[int, int]) -> NDArray[np.float64]:
        """(2, 3): where a pixel (x, y) of the source lies in the plate, both of that size."""
        centre = ((size[0] - 1) / 2, (size[1] - 1) / 2)
        matrix = cv2.getRotationMatrix2D(centre, self.turn, self.zoom)
        matrix[:, 2] += self.shift
        return matrix

    def lit(self, photo: Photo) -> NDArray[np.float64]:
        return 255 * (photo / 255 * self.gains).clip(0, 1) ** self.gamma


CASES = {
    "shift": Case(shift=(5.3, -3.6)),
    "turn and zoom": Case(turn=1.5, zoom=1.02),
    "exposure": Case(gains=(0.72, 0.72, 0.72)),
    "white balance": Case(gains=(0.92, 0.85, 0.74)),
    "gamma": Case(gamma=1.25),
    "all at once": Case((4.2, 3.1), -0.8, 0.99, (0.9, 0.82, 0.76), 1.1),
}


@dataclass(frozen=True)
class Pair:
    """One case in one scene: the photos, and the truth of the plate."""

    case: Case
    source: Photo
    plate: Photo
    quiet: Photo  # the plate without its noise
    background: Photo  # the source's, all of it
    shown: NDArray[np.bool_]  # where the source shows it


def pair(case: Case, sample: Sample) -> Pair:
    """The middle of a sample, and its background as the case has it."""
    inside = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
    height, width = sample.alpha.shape
    moved = cv2.warpAffine(
        sample.background, case.matrix((width, height)), (width, height), flags=cv2.INTER_CUBIC
    )
    values = case.lit(moved[inside])
    noise = np.random.default_rng(0).normal(0, NOISE, values.shape)
    return Pair(
        case,
        np.ascontiguousarray(sample.source[inside]),
        _photo(values + noise),
        _photo(values),
        np.ascontiguousarray(sample.background[inside]),
        sample.alpha[inside] == 0,
    )


def residual(pair: Pair, found: Alignment) -> dict[str, float]:
    """What an alignment leaves: mean distances on the background, in pixels and in levels."""
    height, width = pair.shown.shape
    y, x = np.nonzero(pair.shown)
    points = np.stack([x, y, np.ones(len(x))]).astype(np.float64)  # 3, n
    long = max(height, width)
    to_units = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, long]]) / long
    u, v, depth = np.linalg.inv(to_units) @ found.registration.matrix @ to_units @ points
    true = pair.case.matrix((width, height)) @ points
    fitted, covered = found.apply(pair.quiet)
    known = pair.shown if covered is None else pair.shown & (covered == 255)
    return {
        "pixels": float(np.hypot(u / depth - true[0], v / depth - true[1]).mean()),
        "levels": float(cv2.absdiff(fitted, pair.background)[known].mean()),
    }


def figures(find: Callable[[Photo, Photo], Alignment] = align) -> Figures:
    """Case -> the residuals, means over the scenes."""
    samples = composites(SCENES)
    return {name: _mean(case, samples, find) for name, case in CASES.items()}


def _mean(
    case: Case, samples: list[Sample], find: Callable[[Photo, Photo], Alignment]
) -> dict[str, float]:
    pairs = [pair(case, sample) for sample in samples]
    left = [residual(each, find(each.source, each.plate)) for each in pairs]
    return {name: float(np.mean([one[name] for one in left])) for name in ("pixels", "levels")}


def _photo(values: NDArray[np.float64]) -> Photo:
    return np.rint(values.clip(0, 255)).astype(np.uint8)
