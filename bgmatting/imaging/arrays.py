"""The types of this layer's arrays, and work on large ones in bands of rows."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

from numpy.typing import NDArray

Map: TypeAlias = NDArray[Any]  # float32

BAND_PIXELS = 1 << 17  # of full size, in work at once per thread: bounds the memory


def by_bands(shape: tuple[int, int], work: Callable[[int, int], None]) -> None:
    """Call work(top, bottom) for bands of rows that cover (W, H), several at once."""
    width, height = shape
    rows = max(1, BAND_PIXELS // width)
    tops = range(0, height, rows)
    threads = min(len(tops), os.cpu_count() or 1, 4)
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda top: work(top, min(top + rows, height)), tops):
            pass
