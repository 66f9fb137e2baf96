"""The plate's light made that of the source: exposure, white balance, tone, slow shading."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...arrays import Coverage, Map, by_bands
from .consensus import SETTINGS as CONSENSUS
from .consensus import Cells, apart, apart_held_out, compare, most_agreed, refine
from .tone_curves import SRGB_OFFSET, SRGB_POWER, bend, to_table


@dataclass(frozen=True)
class Settings:
    """When a change of light is believed, and worth following.

    Attributes:
        fewest: cells that agree, at least.
        widespread: share of what could be compared, and quarters of the frame where it must lie.
        most: or: share of what could be compared, and of the whole frame.
        close: share that agrees closely.
        least_change: levels of 255, on average: below, mattes come out no better for it.
        least_gain: share of the difference that must vanish.
        field_sigma: cells, of the shading.
        field_doubt: of a full neighbourhood: what pulls the shading to none.
        field_limit: stops.
        field_least: levels of 255 that it must bring, on average.
    """

    fewest: int = 24
    widespread: tuple[float, int] = 0.2, 3
    most: tuple[float, ...] = 0.45, 0.05
    close: float = 0.1
    least_change: float = 4.0
    least_gain: float = 0.25
    field_sigma: float = 7.0
    field_doubt: float = 0.1
    field_limit: float = 0.5
    field_least: float = 0.6


SETTINGS = Settings()

LIGHT_AGREES = "The light of both photos agrees."
TOO_LITTLE_COMPARED = (
    "Too little of the background could be compared to tell whether the light changed, "
    "so the background photo was left as it is."
)


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


def fit_light(
    source: NDArray[np.uint8],
    plate: NDArray[np.uint8],
    background: Map | None = None,
    covered: Coverage | None = None,
) -> Light:
    """Find the change of light between two registered photos. Never raises, whatever they show.

    Args:
        source: (h, w, 3) uint8, RGB, at working size.
        plate: likewise, of the same shape.
        background: (h, w), 0..1 or bool, 1 where the source surely shows background; None: not
            known, most of it may be subject.
        covered: (h, w) uint8, how much of each pixel the plate covers; None: all of it.
    """
    if np.array_equal(source, plate):
        return Light(note=LIGHT_AGREES)
    cells = compare(source, plate, background, covered)
    if len(cells.weight) < SETTINGS.fewest or cells.weight.sum() < SETTINGS.fewest / 4:
        return Light(note=TOO_LITTLE_COMPARED)
    start, close = most_agreed(cells, known=background is not None)
    agrees, curve = refine(cells, start)
    if close < SETTINGS.close or not _enough(cells, agrees):
        return Light(note=TOO_LITTLE_COMPARED)
    before, after = apart(cells, agrees, None), apart_held_out(cells, agrees)
    least = SETTINGS.least_gain * before
    useful = curve if before >= SETTINGS.least_change and before - after >= least else None
    field = None if background is None else _shading(cells, useful)
    weight = agrees * cells.weight
    change = (weight[:, None] * bend(cells.plate, curve)).sum(axis=0) / weight.sum()
    exposure, balance = float(change.mean()), float(change.max() - change.min())
    if useful is None and field is None:
        return Light(exposure=exposure, balance=balance, note=LIGHT_AGREES)
    note = _sentence(exposure, balance, field)
    return Light(to_table(useful), field, exposure, balance, True, note)


def relight(plate: NDArray[np.uint8], light: Light) -> NDArray[np.uint8]:
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
        # Rounds and clips.
        relit[rows] = cv2.multiply(values, cv2.cvtColor(gain, cv2.COLOR_GRAY2RGB), dtype=cv2.CV_8U)

    by_bands((width, height), work)
    return relit


def _enough(cells: Cells, agrees: Map) -> bool:
    """Whether so many cells agree, and lie about so, that it can be no accident."""
    share = float((agrees * cells.weight).sum() / cells.weight.sum())
    near = agrees > 0.5
    if near.sum() < SETTINGS.fewest:
        return False
    if share >= SETTINGS.widespread[0] and cells.quarters(near) >= SETTINGS.widespread[1]:
        return True
    return share >= SETTINGS.most[0] and near.sum() >= SETTINGS.most[1] * cells.where.size


def _shading(cells: Cells, curve: Map | None) -> Map | None:
    """(rows, columns) float32 gain that is left after a curve, or None where none is needed."""
    left = cells.source - cells.plate
    if curve is not None:
        left = left - bend(cells.plate, curve)
    left = left.mean(axis=1)  # n, stops
    # Tried on cells that it was not made from.
    first = cells.folds()
    level = (cells.colours[:, :3].mean(axis=1) + SRGB_OFFSET * 255) * (
        np.log(2) / SRGB_POWER
    )  # to a stop
    near = np.exp(-((left / SETTINGS.field_limit) ** 2)) * cells.weight
    before = after = 0.0
    for tried in (first, ~first):
        field = _slow(cells, left, ~tried)[cells.where]
        here = near * tried * level
        before += float((here * np.abs(left)).sum())
        after += float((here * np.abs(left - field)).sum())
    gain = before - after
    if gain < SETTINGS.field_least * near.sum() or gain < SETTINGS.least_gain * before:
        return None
    return np.exp2(_slow(cells, left, np.ones_like(first)) / SRGB_POWER).astype(np.float32)


def _slow(cells: Cells, left: Map, chosen: NDArray[np.bool_]) -> Map:
    """What changes slowly in `left` (n,), as most of the chosen cells have it: (rows, columns)."""
    field = np.zeros(cells.where.shape, dtype=np.float32)
    for tolerance in (4 * CONSENSUS.tolerance, 2 * CONSENSUS.tolerance, CONSENSUS.tolerance):
        off = (left - field[cells.where]) / tolerance
        maps = np.zeros((2, *cells.where.shape), dtype=np.float32)
        maps[0][cells.where] = np.exp(-(off**2)) * cells.weight * chosen
        maps[1][cells.where] = maps[0][cells.where] * left
        have, total = (cv2.GaussianBlur(values, (0, 0), SETTINGS.field_sigma) for values in maps)
        field = np.clip(
            total / (have + SETTINGS.field_doubt), -SETTINGS.field_limit, SETTINGS.field_limit
        )
    return field


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
    last = parts.pop()
    all_of_it = f"{', '.join(parts)} and {last}" if parts else last
    return f"The background photo was {all_of_it} to match the light of the other."
