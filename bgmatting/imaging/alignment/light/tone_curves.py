"""Colours in stops, and smooth curves between two photos' tones."""

from __future__ import annotations

import numpy as np

from ...arrays import Map

SRGB_OFFSET = 0.055  # sRGB's
SRGB_POWER = 2.4
MIDDLE_GREY = 0.46  # the encoded value from which a curve measures
CURVE_RANGE = 3.0  # stops: x is 1 that far from it


def to_stops(values: Map) -> Map:
    """Encoded values, 0..255 -> stops, 0 for white.

    More light is then an addition whatever the tone; that holds for sRGB but for its darkest part.
    """
    return (SRGB_POWER * np.log2((values / 255 + SRGB_OFFSET) / (1 + SRGB_OFFSET))).astype(
        np.float32
    )


def to_values(stops: Map) -> Map:
    """The inverse, clipped to 0..255."""
    values = np.exp2(stops / SRGB_POWER) * (1 + SRGB_OFFSET) - SRGB_OFFSET
    return np.clip(values * 255, 0, 255).astype(np.float32)


def from_grey(stops: Map) -> Map:
    """x of a curve: how far from a middle grey, 1 for CURVE_RANGE stops more light."""
    return np.clip((stops - to_stops(np.float32(MIDDLE_GREY * 255))) / CURVE_RANGE, -1.5, 1.0)


def bend(stops: Map, curve: Map) -> Map:
    """What a curve adds to tones: a + b x + c x^2, in stops.

    Args:
        stops: (n, channels) float32.
        curve: (3, channels) float32: a, b and c.
    """
    x = from_grey(stops)
    result: Map = curve[0] + x * (curve[1] + x * curve[2])
    return result


def to_table(curve: Map | None) -> Map:
    """A curve as (256, 3) float32, 0..255, never falling; None: each value stays."""
    values = np.repeat(np.arange(256, dtype=np.float32)[:, None], 3, axis=1)
    if curve is None:
        return values
    stops = to_stops(values)
    return np.maximum.accumulate(to_values(stops + bend(stops, curve)), axis=0)


def look_up(table: Map, colours: Map) -> Map:
    """(n, 3) colours, 0..255, through a table, linear between its entries."""
    grid = np.arange(256)
    return np.stack([np.interp(colours[:, c], grid, table[:, c]) for c in range(3)], axis=1)
