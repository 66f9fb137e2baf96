"""The plate's light made that of the source: exposure, white balance, tone, slow shading.

Colours are compared in stops: an encoded value v, 0..1, is 2.4 log2((v + .055) / 1.055), so that
more light is an addition whatever the tone (that is sRGB's own curve, but for its darkest part).
What the camera changed is then a smooth curve per channel,

    source = plate + a + b x + c x^2,   x: the plate's distance from a middle grey,

fitted to the cells of a coarse grid that show background in both photos. Which cells do is not
known at a first look. Cells whose texture differs count little, and of the rest the largest group
that agrees on one change of light wins: the mode of many candidates, since the subject may well be
the larger part of the photo. A change of light that is hard to believe needs more cells behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from .upsampling import by_bands

Map: TypeAlias = NDArray[Any]  # float32
Photo: TypeAlias = NDArray[np.uint8]

CELLS = 64  # of the grid, along the photo's long side
DARK, BRIGHT = 5, 249  # values outside are clipped, or as good as
GREY = 0.46  # the encoded value at which x is 0
RANGE = 3.0  # stops: x is 1 that far from it
GAMMAS = (0.7, 0.8, 0.9, 1.0, 1.11, 1.25, 1.43)  # contrasts that candidates have
CANDIDATES = 120
TOLERANCE = 0.12  # stops, within which cells are taken to agree with a candidate
FAINT = 0.1  # stops, deviation within a cell: texture that stands out from noise
SPREADS = (2.0, 0.25, 0.15)  # what is expected of a, b and c: their deviations, stops
NEIGHBOURS = 4.0  # cells that together say as much as one would alone: errors are alike nearby
FEWEST = 24  # agreeing cells, at least
LEAST_SHARE = 0.15  # of all that could be compared
LEAST_CHANGE = 1.5  # levels of 255, on average: the network bears as much
LEAST_GAIN = 0.25  # share of the difference that must vanish
FIELD_SIGMA = 7.0  # cells, of the shading
FIELD_DOUBT = 0.1  # of a full neighbourhood: what pulls the shading to none
FIELD_LIMIT = 0.5  # stops
FIELD_LEAST = 0.6  # levels of 255 that it must bring, on average


@dataclass(frozen=True)
class Light:
    """How the light differs between plate and source, and what undoes it.

    Attributes:
        table: (256, 3) float32, 0..255, RGB: each plate value as the source's camera rendered it,
            never falling; None where the plate is left as it is.
        field: (h, w) float32, gain on top of that, slow, of any size; None for none.
        exposure: by how many stops the source's background is brighter than the plate.
        balance: largest difference between two channels' changes, in stops.
        applied: whether the plate should be changed.
        note: what was found, a plain sentence.
    """

    table: Map | None = None
    field: Map | None = None
    exposure: float = 0.0
    balance: float = 0.0
    applied: bool = False
    note: str = "The light was not compared."


@dataclass(frozen=True)
class _Cells:
    """A coarse grid over the pair; all maps (n, ...) for its n usable cells."""

    source: Map  # n, 3: stops
    plate: Map  # n, 3
    colours: Map  # n, 6: mean values of source and plate, 0..255
    weight: Map  # n: how likely it shows the same thing twice, 0..1
    where: NDArray[np.bool_]  # rows, columns: which cells these are

    def positions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        rows, columns = np.nonzero(self.where)
        return rows, columns


def fit_light(
    source: Photo, plate: Photo, background: Map | None = None, covered: Map | None = None
) -> Light:
    """Find the change of light between two registered photos. Never raises, whatever they show.

    Args:
        source: (h, w, 3) uint8, RGB, at working size.
        plate: likewise, of the same shape.
        background: (h, w), 0..1 or bool, 1 where the source surely shows background; None: not
            known, most of it may be subject.
        covered: (h, w), bool, 0..1 or uint8 0 / 255, 0 where the plate holds nothing; None: none.
    """
    cells = _compare(source, plate, background, covered)
    if len(cells.weight) < FEWEST or cells.weight.sum() < FEWEST / 4:
        return Light(note=_THIN)
    start = _mode(cells, known=background is not None)
    agrees, curve = _refine(cells, start)
    share = float((agrees * cells.weight).sum() / cells.weight.sum())
    if share < LEAST_SHARE or (agrees > 0.5).sum() < FEWEST or not _spread_out(cells, agrees):
        return Light(note=_THIN)
    exposure, balance = _summary(cells, agrees, curve)
    before, after = _differences(cells, agrees, _table(None)), _held_out(cells, agrees)
    least = max(LEAST_CHANGE / 2, LEAST_GAIN * before)
    useful = curve if before >= LEAST_CHANGE and before - after >= least else None
    field = None if background is None else _shading(cells, agrees, useful)
    if useful is None and field is None:
        return Light(exposure=exposure, balance=balance, note="The light of both photos agrees.")
    note = _sentence(exposure, balance, field)
    return Light(_table(useful), field, exposure, balance, True, note)


def relight(plate: Photo, light: Light) -> Photo:
    """The plate as it would look in the source's light.

    Args:
        plate: (H, W, 3) uint8, RGB, of any size.
        light: found at working size.

    Returns:
        (H, W, 3) uint8; `plate` itself where there is nothing to change.
    """
    if not light.applied or light.table is None:
        return plate
    table = light.table.reshape(256, 1, 3)
    if light.field is None:
        return cv2.LUT(plate, np.rint(table).astype(np.uint8))  # type: ignore[return-value]
    height, width = plate.shape[:2]
    field = cv2.resize(light.field, (width, light.field.shape[0]), interpolation=cv2.INTER_LINEAR)
    position = (np.arange(height) + 0.5) * (len(field) / height) - 0.5
    position = np.clip(position, 0, len(field) - 1)
    above = position.astype(np.intp)
    below = np.minimum(above + 1, len(field) - 1)
    share = (position - above).astype(np.float32)[:, None]
    relit = np.empty_like(plate)

    def work(top: int, bottom: int) -> None:
        rows = slice(top, bottom)
        gain = field[above[rows]] * (1 - share[rows]) + field[below[rows]] * share[rows]
        values = cv2.LUT(plate[rows], table)  # n, W, 3 float32
        gain = cv2.cvtColor(gain, cv2.COLOR_GRAY2RGB)
        relit[rows] = cv2.multiply(values, gain, dtype=cv2.CV_8U)  # rounds and clips

    by_bands((width, height), work)
    return relit


_THIN = (
    "Too little of the background could be compared to tell whether the light changed, "
    "so the background photo was left as it is."
)


def _compare(source: Photo, plate: Photo, background: Map | None, covered: Map | None) -> _Cells:
    height, width = source.shape[:2]
    side = max(1, round(max(height, width) / CELLS))
    grid = (max(1, width // side), max(1, height // side))

    def mean(values: Map) -> Map:
        return cv2.resize(values, grid, interpolation=cv2.INTER_AREA).reshape(
            grid[1], grid[0], *values.shape[2:]
        )

    usable = np.ones((height, width), dtype=bool)
    for photo in (source, plate):
        usable &= (photo.min(axis=2) >= DARK) & (photo.max(axis=2) <= BRIGHT)
    for mask in (background, covered):
        if mask is not None:
            full = 255 if mask.dtype == np.uint8 else 1
            usable &= np.asarray(mask, dtype=np.float32) > 0.95 * full
    where = mean(usable.astype(np.float32)) > 0.98
    stops = _stops(np.arange(256, dtype=np.float32))
    s, p = stops[source], stops[plate]
    own, other = s.mean(axis=2), p.mean(axis=2)
    mean_own, mean_other = mean(own), mean(other)
    variance = mean(own * own) - mean_own**2, mean(other * other) - mean_other**2
    together = mean(own * other) - mean_own * mean_other
    both = variance[0] + variance[1]
    # One where texture is the same (or there is none in either), nothing where it differs.
    alike = np.clip((2 * together + FAINT**2) / (both + FAINT**2), 0, 1) ** 2
    telling = 0.25 + 0.75 * both / (both + 2 * FAINT**2)
    weight = alike * telling
    if background is None:
        # The subject stands before the background: beside it and above it, that goes to the edge.
        edge = max(1, grid[0] // 12)
        weight[:edge] *= 1.5
        weight[:, :edge] *= 1.5
        weight[:, -edge:] *= 1.5
    colours = np.concatenate([mean(source.astype(np.float32)), mean(plate.astype(np.float32))], 2)
    return _Cells(mean(s)[where], mean(p)[where], colours[where], weight[where], where)


def _stops(values: Map) -> Map:
    """Encoded values, 0..255 -> stops below white."""
    return (2.4 * np.log2((values / 255 + 0.055) / 1.055)).astype(np.float32)


def _values(stops: Map) -> Map:
    """The inverse, clipped to 0..255."""
    return np.clip((np.exp2(stops / 2.4) * 1.055 - 0.055) * 255, 0, 255).astype(np.float32)


def _middle(stops: Map) -> Map:
    return np.clip((stops - _stops(np.float32(GREY * 255))) / RANGE, -1.5, 1.0)


def _mode(cells: _Cells, known: bool) -> tuple[Map, float]:
    """The change of light, (3,) stops and a gamma, that most cells agree on."""
    total = np.cumsum(cells.weight)
    picks = np.searchsorted(total, (np.arange(CANDIDATES) + 0.5) / CANDIDATES * total[-1])
    picks = np.unique(np.minimum(picks, len(total) - 1))
    best, found = -np.inf, (np.zeros(3, dtype=np.float32), 1.0)
    for gamma in GAMMAS:
        changes = cells.source - cells.plate - (gamma - 1) * RANGE * _middle(cells.plate)  # n, 3
        candidates = np.concatenate([np.zeros((1, 3), dtype=np.float32), changes[picks]])
        # |x - y|^2 without a (candidates, n, 3) array.
        squares = (candidates**2).sum(1)[:, None] + (changes**2).sum(1) - 2 * candidates @ changes.T
        agree = np.exp(-np.maximum(squares, 0) / (2 * TOLERANCE**2))  # candidates, n
        support = np.log(agree @ cells.weight + 1e-9)
        level = np.abs(candidates.mean(axis=1))
        tint = candidates.max(axis=1) - candidates.min(axis=1)
        doubt = level / 1.3 + tint / 0.7 + abs(np.log(gamma)) / 0.7
        score = support - (0.2 if known else 1.0) * doubt
        top = int(score.argmax())
        if score[top] > best:
            share = agree[top] * cells.weight
            centre = (share[:, None] * changes).sum(axis=0) / (share.sum() + 1e-9)
            best, found = float(score[top]), (centre.astype(np.float32), gamma)
    return found


def _refine(cells: _Cells, start: tuple[Map, float]) -> tuple[Map, Map]:
    """Cells' agreement (n,), 0..1, and curves (3, 3): a, b, c by channel."""
    change, gamma = start
    curve = np.stack([change, np.full(3, (gamma - 1) * RANGE), np.zeros(3)]).astype(np.float32)
    scale = TOLERANCE
    for _ in range(8):
        apart = cells.source - cells.plate - _bend(cells.plate, curve)  # n, 3
        distance = np.sqrt((apart**2).mean(axis=1))
        agrees = np.exp(-((distance / (2 * scale)) ** 2))
        curve = _regress(cells, agrees)
        near = agrees * cells.weight
        spread = np.sqrt((near * distance**2).sum() / (near.sum() + 1e-9))
        # Exponential weights shorten the tails of what they measure.
        scale = float(np.clip(1.3 * spread, 0.03, TOLERANCE))
    return agrees, curve


def _bend(plate: Map, curve: Map) -> Map:
    """What a curve (3, channels) adds to a plate (n, channels), in stops."""
    x = _middle(plate)
    return curve[0] + x * (curve[1] + x * curve[2])


def _regress(cells: _Cells, agrees: Map) -> Map:
    weight = (agrees * cells.weight / NEIGHBOURS).astype(np.float64)
    apart = (cells.source - cells.plate).astype(np.float64)
    curve = np.empty((3, 3), dtype=np.float32)
    noise = 0.06  # stops, of a cell
    for channel in range(3):
        x = _middle(cells.plate[:, channel]).astype(np.float64)
        basis = np.stack([np.ones_like(x), x, x * x])  # 3, n
        normal = (basis * weight) @ basis.T / noise**2 + np.diag(1 / np.square(SPREADS))
        curve[:, channel] = np.linalg.solve(normal, (basis * weight) @ apart[:, channel] / noise**2)
    return curve


def _table(curve: Map | None) -> Map:
    """(256, 3) float32, 0..255, never falling; None: each value stays."""
    values = np.repeat(np.arange(256, dtype=np.float32)[:, None], 3, axis=1)
    if curve is None:
        return values
    stops = _stops(values)
    return np.maximum.accumulate(_values(stops + _bend(stops, curve)), axis=0)


def _look_up(table: Map, colours: Map) -> Map:
    grid = np.arange(256)
    return np.stack([np.interp(colours[:, c], grid, table[:, c]) for c in range(3)], axis=1)


def _differences(cells: _Cells, agrees: Map, table: Map) -> float:
    """Mean distance of source and relit plate, levels of 255, over cells that agree."""
    apart = np.abs(cells.colours[:, :3] - _look_up(table, cells.colours[:, 3:])).mean(axis=1)
    weight = agrees * cells.weight
    return float((weight * apart).sum() / (weight.sum() + 1e-9))


def _folds(cells: _Cells) -> NDArray[np.bool_]:
    """Half of the cells, by a checkerboard of blocks."""
    rows, columns = cells.positions()
    return (rows // 6 + columns // 6) % 2 == 0


def _held_out(cells: _Cells, agrees: Map) -> float:
    """As `_differences`, with curves that were fitted to other cells than they are tried on."""
    first = _folds(cells)
    parts = []
    for tried in (first, ~first):
        here = agrees * tried
        if (here * cells.weight).sum() > 0:
            table = _table(_regress(cells, agrees * ~tried))
            parts.append((_differences(cells, here, table), (here * cells.weight).sum()))
    values, weights = zip(*parts, strict=True)
    return float(np.average(values, weights=weights))


def _shading(cells: _Cells, agrees: Map, curve: Map | None) -> Map | None:
    """(rows, columns) float32 gain, or None where none is needed."""
    left = cells.source - cells.plate
    if curve is not None:
        left = left - _bend(cells.plate, curve)
    left = left.mean(axis=1)  # n

    def smooth(weight: Map) -> Map:
        maps = np.zeros((2, *cells.where.shape), dtype=np.float32)
        maps[0][cells.where], maps[1][cells.where] = weight, weight * left
        have, total = (cv2.GaussianBlur(m, (0, 0), FIELD_SIGMA) for m in maps)
        return np.clip(total / (have + FIELD_DOUBT), -FIELD_LIMIT, FIELD_LIMIT)

    near = np.exp(-((left / TOLERANCE) ** 2)) * cells.weight
    first = _folds(cells)
    before = after = 0.0
    level = cells.colours[:, :3].mean(axis=1) + 0.055 * 255
    for tried in (first, ~first):
        field = smooth(near * ~tried)[cells.where]
        here = near * tried * level * (np.log(2) / 2.4)  # levels of 255 to a stop
        before += float((here * np.abs(left)).sum())
        after += float((here * np.abs(left - field)).sum())
    won = (before - after) / (float(near.sum()) + 1e-9)
    if won < FIELD_LEAST or before - after < LEAST_GAIN * before:
        return None
    return np.exp2(smooth(near) / 2.4).astype(np.float32)


def _spread_out(cells: _Cells, agrees: Map) -> bool:
    """Whether the agreeing cells lie about, and not all in one corner."""
    rows, columns = cells.positions()
    high, wide = cells.where.shape
    there = agrees > 0.5
    quarters = {
        (2 * r // high, 2 * c // wide) for r, c in zip(rows[there], columns[there], strict=True)
    }
    return len(quarters) >= 3


def _summary(cells: _Cells, agrees: Map, curve: Map) -> tuple[float, float]:
    weight = agrees * cells.weight
    mean = (weight[:, None] * _bend(cells.plate, curve)).sum(axis=0) / (weight.sum() + 1e-9)
    return float(mean.mean()), float(mean.max() - mean.min())


def _sentence(exposure: float, balance: float, field: Map | None) -> str:
    parts = []
    if abs(exposure) >= 0.05:
        how = "brightened" if exposure > 0 else "darkened"
        parts.append(f"{how} by {abs(exposure):.1f} stops")
    if balance >= 0.05:
        parts.append("changed in tint")
    if field is not None:
        parts.append("evened out in its shading")
    if not parts:
        parts.append("changed a little in tone")
    return f"The background photo was {' and '.join(parts)} to match the light of the other."
