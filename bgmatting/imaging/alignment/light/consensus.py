"""Which parts of a pair show background in both photos, and what change of light they agree on.

The pair is compared on a coarse grid. Which of its cells show background is not known at a first
look: cells whose texture differs count little, and of the rest the largest group that agrees on
one change of light wins. It is the mode of many candidates, since the subject may well be the
larger part of the photo; a change that is hard to believe needs more cells behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...arrays import Coverage, Map
from .tone_curves import CURVE_RANGE, bend, from_grey, look_up, to_stops, to_table


@dataclass(frozen=True)
class Settings:
    """How cells are compared, and what change of light is likely.

    Attributes:
        cells: of the grid, along the photo's long side.
        dark: value, 0..255, below which a photo is as good as clipped.
        bright: and above which it is.
        faint: stops, deviation within a cell: texture that stands out from noise.
        gammas: contrasts that candidates have.
        candidates: how many changes of light are tried.
        tolerance: stops, within which cells are taken to agree with a candidate.
        finest: stops, the least that agreeing cells are expected to differ by.
        level: stops of exposure that make a change e times as doubtful.
        tint: stops between channels that do.
        contrast: logarithm of a contrast that does.
        spreads: deviations, in stops, expected of a curve's a, b and c.
        noise: stops, of a cell.
        neighbours: cells that together say as much as one would alone: errors are alike nearby.
        block: cells: the side of what is held out together.
    """

    cells: int = 64
    dark: int = 5
    bright: int = 249
    faint: float = 0.1
    gammas: tuple[float, ...] = (0.7, 0.8, 0.9, 1.0, 1.11, 1.25, 1.43)
    candidates: int = 120
    tolerance: float = 0.12
    finest: float = 0.03
    level: float = 1.3
    tint: float = 0.7
    contrast: float = 0.7
    spreads: tuple[float, ...] = (2.0, 0.25, 0.15)
    noise: float = 0.06
    neighbours: float = 4.0
    block: int = 6


SETTINGS = Settings()


@dataclass(frozen=True)
class Cells:
    """The n cells of a coarse grid that can be compared.

    Attributes:
        source, plate: (n, 3) float32, mean tones, in stops.
        colours: (n, 6) float32, mean values, 0..255: source RGB, plate RGB.
        weight: (n,) float32, how likely a cell shows one thing twice.
        where: (rows, columns) bool, which cells of the grid these are.
    """

    source: Map
    plate: Map
    colours: Map
    weight: Map
    where: NDArray[np.bool_]

    def positions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(n,) row and (n,) column of each cell."""
        rows, columns = np.nonzero(self.where)
        return rows, columns

    def folds(self) -> NDArray[np.bool_]:
        """(n,): half of the cells, by a checkerboard of blocks."""
        rows, columns = self.positions()
        result: NDArray[np.bool_] = (rows // SETTINGS.block + columns // SETTINGS.block) % 2 == 0
        return result

    def quarters(self, chosen: NDArray[np.bool_]) -> int:
        """In how many of the frame's quarters chosen cells lie."""
        rows, columns = self.positions()
        high, wide = self.where.shape
        return len(np.unique((2 * rows // high * 2 + 2 * columns // wide)[chosen]))


def compare(
    source: NDArray[np.uint8],
    plate: NDArray[np.uint8],
    background: Map | None = None,
    covered: Coverage | None = None,
) -> Cells:
    """Lay a grid over a pair; arguments as in `fit_light`."""
    height, width = source.shape[:2]
    side = max(1, round(max(height, width) / SETTINGS.cells))
    grid = (max(1, width // side), max(1, height // side))

    def mean(values: Map) -> Map:
        small = cv2.resize(values, grid, interpolation=cv2.INTER_AREA)
        return small.reshape(grid[1], grid[0], *values.shape[2:])

    usable = np.ones((height, width), dtype=bool)
    for photo in (source, plate):
        usable &= (photo.min(axis=2) >= SETTINGS.dark) & (photo.max(axis=2) <= SETTINGS.bright)
    if background is not None:
        usable &= np.asarray(background, dtype=np.float32) > 0.95
    if covered is not None:
        usable &= covered > 242  # 95 %
    where = mean(usable.astype(np.float32)) > 0.98
    stops = to_stops(np.arange(256, dtype=np.float32))
    s, p = stops[source], stops[plate]
    own, other = s.mean(axis=2), p.mean(axis=2)
    mean_own, mean_other = mean(own), mean(other)
    variance = mean(own * own) - mean_own**2 + mean(other * other) - mean_other**2
    together = mean(own * other) - mean_own * mean_other
    # One where texture is the same (or there is none in either), nothing where it differs.
    alike = np.clip((2 * together + SETTINGS.faint**2) / (variance + SETTINGS.faint**2), 0, 1) ** 2
    weight = alike * (0.25 + 0.75 * variance / (variance + 2 * SETTINGS.faint**2))
    if background is None:
        # The subject stands before the background: beside it and above it, that goes to the edge.
        edge = max(1, grid[0] // 12)
        weight[:edge] *= 1.5
        weight[:, :edge] *= 1.5
        weight[:, -edge:] *= 1.5
    colours = np.concatenate([mean(source.astype(np.float32)), mean(plate.astype(np.float32))], 2)
    return Cells(mean(s)[where], mean(p)[where], colours[where], weight[where], where)


def most_agreed(cells: Cells, known: bool) -> tuple[Map, float]:
    """The change of light that most cells agree on.

    Args:
        cells: at least one, not all of weight 0.
        known: whether they surely show background, so that unlikely changes are less doubtful.

    Returns:
        A curve, (3, 3), and the share of the cells' weight that agrees closely.
    """
    total = np.cumsum(cells.weight)
    picks = np.searchsorted(
        total, (np.arange(SETTINGS.candidates) + 0.5) / SETTINGS.candidates * total[-1]
    )
    picks = np.unique(np.minimum(picks, len(total) - 1))
    x = from_grey(cells.plate)
    best, curve, share = -np.inf, np.zeros((3, 3), dtype=np.float32), 0.0
    for gamma in SETTINGS.gammas:
        slope = (gamma - 1) * CURVE_RANGE
        changes = cells.source - cells.plate - np.float32(slope) * x  # n, 3
        candidates = np.concatenate([np.zeros((1, 3), dtype=np.float32), changes[picks]])
        # |a - b|^2 without a (candidates, n, 3) array.
        squares = (candidates**2).sum(1)[:, None] + (changes**2).sum(1) - 2 * candidates @ changes.T
        agree = np.exp(-np.maximum(squares, 0) / (2 * SETTINGS.tolerance**2))  # candidates, n
        support = agree @ cells.weight / total[-1]
        level = np.abs(candidates.mean(axis=1)) / SETTINGS.level
        tint = (candidates.max(axis=1) - candidates.min(axis=1)) / SETTINGS.tint
        doubt = level + tint + abs(np.log(gamma)) / SETTINGS.contrast
        score = np.log(support + 1e-9) - (0.2 if known else 1.0) * doubt
        top = int(score.argmax())
        if score[top] > best:
            near = agree[top] * cells.weight
            centre = (near[:, None] * changes).sum(axis=0) / (near.sum() + 1e-9)
            best, share = float(score[top]), float(support[top])
            curve = np.stack([centre, np.full(3, slope), np.zeros(3)]).astype(np.float32)
    return curve, share


def refine(cells: Cells, curve: Map) -> tuple[Map, Map]:
    """Fit a curve to all that agrees with it: each cell's agreement (n,), 0..1, and the curve."""
    scale = SETTINGS.tolerance
    for _ in range(8):
        apart = cells.source - cells.plate - bend(cells.plate, curve)  # n, 3
        distance = np.sqrt((apart**2).mean(axis=1))
        agrees = np.exp(-((distance / (2 * scale)) ** 2))
        curve = regress(cells, agrees)
        near = agrees * cells.weight
        spread = np.sqrt((near * distance**2).sum() / (near.sum() + 1e-9))
        # These weights cut off the tails of what they measure.
        scale = float(np.clip(1.3 * spread, SETTINGS.finest, SETTINGS.tolerance))
    return agrees, curve


def regress(cells: Cells, agrees: Map) -> Map:
    """The likeliest curve, (3, 3) float32, given how far each cell is to be believed."""
    weight = (agrees * cells.weight / SETTINGS.neighbours / SETTINGS.noise**2).astype(np.float64)
    apart = (cells.source - cells.plate).astype(np.float64)
    curve = np.empty((3, 3), dtype=np.float32)
    for channel in range(3):
        x = from_grey(cells.plate[:, channel]).astype(np.float64)
        basis = np.stack([np.ones_like(x), x, x * x])  # 3, n
        normal = (basis * weight) @ basis.T + np.diag(1 / np.square(SETTINGS.spreads))
        curve[:, channel] = np.linalg.solve(normal, (basis * weight) @ apart[:, channel])
    return curve


def apart(cells: Cells, agrees: Map, curve: Map | None) -> float:
    """Mean distance of source and relit plate, levels of 255, over cells that agree."""
    relit = look_up(to_table(curve), cells.colours[:, 3:])
    distance = np.abs(cells.colours[:, :3] - relit).mean(axis=1)
    weight = agrees * cells.weight
    return float((weight * distance).sum() / (weight.sum() + 1e-9))


def apart_held_out(cells: Cells, agrees: Map) -> float:
    """Likewise, with curves fitted to other cells than they are tried on."""
    first = cells.folds()
    values, weights = [], []
    for tried in (first, ~first):
        values.append(apart(cells, agrees * tried, regress(cells, agrees * ~tried)))
        weights.append(float((agrees * tried * cells.weight).sum()) + 1e-9)
    return float(np.average(values, weights=weights))
