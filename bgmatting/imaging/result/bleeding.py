"""The subject's colours continued to where it is not, under alpha 0.

What scales, filters or blurs straight colours averages those of neighbours whatever their alpha:
editors, games, browsers. Black beside the subject then makes a dark rim, its own colours none.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ..arrays import Map, Size, by_bands
from ..resampling import Enlarged
from .filling import push_pull

FULL = 4.0  # times a cell's mean alpha: a quarter of it makes its colour count wholly
LEAST = 1e-6  # alpha


def continued(planes: Callable[[int, int], Map], alpha: Map, size: Size) -> Enlarged:
    """The subject's colours, averaged where it is and continued from there over all the picture.

    By push and pull: ever coarser averages, each weighted by alpha, fill what finer ones lack.
    Where there is no subject at all, that is black.

    Args:
        planes: (top, bottom) -> (3, n, W) float32, those rows' foreground, straight.
        alpha: (H, W) float32, 0..1.
        size: (W, H).

    Returns:
        Rows of (3, n, W) float32, in the unit of `planes`.
    """
    width, height = size
    half = ((width + 1) // 2, (height + 1) // 2)
    colours = np.zeros((half[1], half[0], 3), dtype=np.float32)
    weight = np.zeros((half[1], half[0]), dtype=np.float32)

    def halved(values: Map) -> Map:
        even = cv2.copyMakeBorder(
            values, 0, values.shape[0] % 2, 0, values.shape[1] % 2, cv2.BORDER_REPLICATE
        )
        size = even.shape[1] // 2, even.shape[0] // 2
        return cv2.resize(even, size, interpolation=cv2.INTER_AREA)

    def work(first: int, last: int) -> None:
        top, bottom = 2 * first, min(2 * last, height)
        there = alpha[top:bottom]  # n, W
        if not there.any():
            return
        small = halved(there)
        for channel, plane in enumerate(planes(top, bottom)):
            mean = halved(plane * there)
            colours[first:last, :, channel] = mean / np.maximum(small, LEAST)
        weight[first:last] = small

    # A row of the half has two of the whole's.
    by_bands((2 * width, half[1]), work)
    filled = push_pull(colours, np.minimum(weight * np.float32(FULL), 1))
    return Enlarged(np.stack(cv2.split(filled)), size)
