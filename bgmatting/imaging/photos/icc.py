"""Colour profiles made of primaries and a curve: the smallest that ICC.1:2001-04 allows."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# Values 0..1 as stored -> linear light, 1 for white; float64.
Curve: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Point: TypeAlias = tuple[float, float]  # CIE 1931 x, y
Primaries: TypeAlias = tuple[Point, Point, Point, Point]  # red, green, blue, white

HDR_WHITE = 203  # cd/m2 of diffuse white in HDR signals (ITU-R BT.2408); brighter is clipped
HLG_PEAK = 1000  # cd/m2 of the nominal display of HLG (ITU-R BT.2100)
CURVE_POINTS = 4096

_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)

# By their numbers in ITU-T H.273, table 2.
PRIMARIES: dict[int, Primaries] = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),  # BT.709, sRGB
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),  # BT.470 M
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),  # BT.601, 625 lines
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),  # BT.601, 525 lines
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),  # SMPTE 240M
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI),  # DCI-P3
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),  # Display P3
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),  # EBU Tech 3213
}


def _srgb(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def _pq(v: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    root = v ** (1 / m2)
    return 10000 / HDR_WHITE * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)


def _hlg(v: NDArray[np.float64]) -> NDArray[np.float64]:
    """ITU-R BT.2100 on its nominal display, its system gamma taken of each colour alone."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(v <= 0.5, v**2 / 3, (np.exp((v - c) / a) + b) / 12)
    return HLG_PEAK / HDR_WHITE * scene**1.2


@lru_cache
def gamma_curve(exponent: float) -> Curve:
    """v ** exponent."""
    return lambda v: v**exponent


SRGB_CURVE: Curve = _srgb

# By their numbers in ITU-T H.273, table 3. Those of video (1, 6, 14, 15) say how cameras encode;
# pictures that carry them are made for, and shown on, screens of sRGB's curve.
CURVES: dict[int, Curve] = {
    4: gamma_curve(2.2),
    5: gamma_curve(2.8),
    8: gamma_curve(1.0),
    16: _pq,
    17: gamma_curve(2.6),
    18: _hlg,
}


@lru_cache
def profile_of(primaries: Primaries, curve: Curve) -> bytes:
    """An ICC profile of RGB colours.

    Raises:
        ValueError: the primaries span no colours.
    """
    table = np.clip(curve(np.linspace(0, 1, CURVE_POINTS)), 0, 1)
    trc = (
        struct.pack(">4s4xI", b"curv", CURVE_POINTS)
        + np.rint(table * 65535).astype(">u2").tobytes()
    )
    text = b"bgmatting\0"
    description = struct.pack(">4s4xI", b"desc", len(text)) + text + bytes(78)
    columns = _adapted(primaries).T  # X, Y and Z of red, of green, of blue
    contents = {
        b"desc": description,
        b"cprt": b"text\0\0\0\0no copyright\0",
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(columns[0]),
        b"gXYZ": _xyz(columns[1]),
        b"bXYZ": _xyz(columns[2]),
        b"rTRC": trc,
        b"gTRC": trc,
        b"bTRC": trc,
    }
    body, entries, places = b"", b"", dict[bytes, int]()
    begin = 128 + 4 + 12 * len(contents)
    for name, content in contents.items():
        if content not in places:
            places[content] = begin + len(body)
            body += content + bytes(-len(content) % 4)
        entries += struct.pack(">4sII", name, places[content], len(content))
    size = begin + len(body)
    header = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x",
        *(size, b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp"),
        *_fixed(_D50),
    )
    return header + struct.pack(">I", len(contents)) + entries + body


_D50 = np.array([0.9642, 1.0, 0.8249])  # the white of profiles
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def _adapted(primaries: Primaries) -> NDArray[np.float64]:
    """Linear RGB -> XYZ as under D50, by Bradford's method: (3, 3)."""
    if any(not 0 < y <= 1 for _, y in primaries):
        raise ValueError("primaries beyond all colours")
    red, green, blue, white = (np.array([x / y, 1, (1 - x - y) / y]) for x, y in primaries)
    colours = np.stack([red, green, blue], axis=1)
    if abs(np.linalg.det(colours)) < 1e-6:
        raise ValueError("primaries on one line")
    colours = colours * np.linalg.solve(colours, white)
    cones = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    adapted: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ (
        cones[:, None] * (_BRADFORD @ colours)
    )
    if not np.isfinite(adapted).all() or np.abs(adapted).max() > 100:
        raise ValueError("primaries beyond all colours")
    return adapted


def _xyz(value: NDArray[np.float64]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *_fixed(value))


def _fixed(value: NDArray[np.float64]) -> list[int]:
    """Signed numbers of 16 bits before and 16 behind the point."""
    return [round(float(v) * 65536) for v in value]
