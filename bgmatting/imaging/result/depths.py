"""Floats as whole numbers of 8 or 16 bits."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Map

BITS = (8, 16)

Whole: TypeAlias = "NDArray[np.uint8] | NDArray[np.uint16]"


def highest(bits: int) -> int:
    """What stands for 1: 255 or 65535."""
    return (1 << bits) - 1


def from_unit(values: Map, bits: int) -> Whole:
    """(H, W) float32, 0..1 -> uint8 or uint16; to nearest, and to even between."""
    if bits == 8:
        return cv2.convertScaleAbs(values, alpha=255)  # type: ignore[return-value]
    scaled = np.clip(values, 0, 1) * np.float32(highest(bits))
    whole: Whole = np.rint(scaled).astype(np.uint16)
    return whole


def from_bytes(planes: Map, bits: int) -> list[Whole]:
    """(C, n, W) float32, 0..255 -> C of (n, W), uint8 or uint16; what lies between counts."""
    if bits == 8:
        return [cv2.convertScaleAbs(plane) for plane in planes]
    return [from_unit(plane * np.float32(1 / 255), bits) for plane in planes]
