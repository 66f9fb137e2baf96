"""An alignment carried from one frame of a clip to the next: asked again only where it fails."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Map, size_of
from .align import SETTINGS as ALIGN
from .align import Alignment, aligned, difference, surely_background
from .light.relighting import Light


@dataclass(frozen=True)
class Settings:
    """When a frame disagrees, and how fast light follows.

    Chosen by hand on clips that `benchmarks/video.py` makes.

    Attributes:
        slack: times the usual difference on background; beyond that a frame disagrees.
        least: levels of 255 that it must be more, too.
        light_share: of the way to the light that was found, a frame.
        same_light: levels of 255: light that is as near as this has arrived.
        jump: times the usual difference: light that differs so much is taken at once.
    """

    slack: float = 1.15
    least: float = 0.3
    light_share: float = 0.25
    same_light: float = 0.5
    jump: float = 3.0


SETTINGS = Settings()


def known_background(alpha: Map, size: tuple[int, int]) -> Map | None:
    """Where a matte shows background for sure, (h, w) float32 of 0 and 1; None: too little of it.

    Args:
        alpha: (h, w) float32, at any size.
        size: (width, height) wanted.
    """
    alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR)
    background = surely_background(alpha)
    return None if background.mean() < ALIGN.least_background else background


def apart(source: NDArray[np.uint8], fitted: NDArray[np.uint8], background: Map) -> float:
    """Mean difference on known background, levels of 255, each counted up to 32.

    Args:
        source: (h, w, 3) uint8, RGB.
        fitted: (h, w, 3) uint8, the plate moved and relit.
        background: (h, w), 1 where it is known.
    """
    return float(np.minimum(cv2.absdiff(source, fitted)[background > 0], 32).mean())


def disagrees(now: float, usual: float) -> bool:
    """Whether a frame fits so much worse than frames usually do that something changed."""
    return now > max(ALIGN.fits_well, SETTINGS.slack * usual, usual + SETTINGS.least)


def follow(
    source: NDArray[np.uint8],
    plate: NDArray[np.uint8],
    last: Alignment,
    background: Map,
    usual: float,
) -> Alignment | None:
    """How the plate fits a frame that disagrees with the last alignment.

    Light is asked first, as it costs little; the camera's place only where that doesn't suffice.

    Args:
        source, plate: (h, w, 3) uint8, RGB, at the size of `overview_size`; the plate as it was.
        last: the alignment of the frame before.
        background: (h, w), 1 where the frame surely shows background.
        usual: what `apart` was when all was well.

    Returns:
        None unless it fits measurably better.
    """
    before = difference(source, plate, last, background)
    found = aligned(source, plate, background, last.registration)
    after = difference(source, plate, found, background)
    if disagrees(after, usual):
        moved = aligned(source, plate, background, start=last.registration)
        then = difference(source, plate, moved, background)
        if then < ALIGN.least_gain * after:
            found, after = moved, then
    return found if after < ALIGN.least_gain * before else None


def towards(now: Light, wanted: Light) -> Light:
    """Light a step on the way to what was found; the very object once it has arrived."""
    if now is wanted:
        return wanted
    table = _table(now) + SETTINGS.light_share * (_table(wanted) - _table(now))
    near = np.abs(table - _table(wanted)).max() < SETTINGS.same_light
    if near:
        return wanted
    field = wanted.field
    if now.field is not None or wanted.field is not None:
        size = size_of(next(f for f in (wanted.field, now.field) if f is not None))
        old, new = _field(now, size), _field(wanted, size)
        field = old + np.float32(SETTINGS.light_share) * (new - old)
    return replace(wanted, table=table.astype(np.float32), field=field, applied=True)


def _table(light: Light) -> Map:
    """(256, 3), of light that changes nothing too."""
    if light.applied and light.table is not None:
        return light.table
    return np.repeat(np.arange(256, dtype=np.float32)[:, None], 3, axis=1)


def _field(light: Light, size: tuple[int, int]) -> Map:
    if light.field is None or not light.applied:
        return np.ones(size[::-1], dtype=np.float32)
    return cv2.resize(light.field, size, interpolation=cv2.INTER_LINEAR)
