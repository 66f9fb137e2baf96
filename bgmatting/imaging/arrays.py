"""The types of this layer's arrays, and work on large ones in bands of rows."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Map: TypeAlias = NDArray[Any]  # float32
Coverage: TypeAlias = NDArray[np.uint8]  # 0..255: how much of each pixel the plate covers
Mask: TypeAlias = NDArray[np.bool_]

# Two conventions, each with its word: a picture's size is as PIL has it, an array's shape as numpy.
Size: TypeAlias = tuple[int, int]  # width, height
Shape: TypeAlias = tuple[int, int]  # height, width

BAND_PIXELS = 1 << 17  # of full size, in work at once per thread: bounds the memory


def size_of(picture: NDArray[Any]) -> Size:
    """(width, height) of an array (H, W) or (H, W, C)."""
    return picture.shape[1], picture.shape[0]


def fully(covered: Coverage) -> Mask:
    """Which pixels the plate covers wholly, within 1 %."""
    return covered > 252


def by_bands(size: Size, work: Callable[[int, int], None]) -> None:
    """Call work(top, bottom) for bands of rows that cover (W, H), several at once."""
    width, height = size
    rows = max(1, BAND_PIXELS // width)
    tops = range(0, height, rows)
    threads = min(len(tops), os.cpu_count() or 1, 4)
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda top: work(top, min(top + rows, height)), tops):
            pass
