"""A matte's colours as whole numbers: cut-out or foreground."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ..arrays import Map, by_bands, size_of
from .bleeding import continued
from .depths import Whole, from_bytes, from_unit


def colours(
    planes: Callable[[int, int], Map],
    alpha: Map,
    bits: int,
    *,
    bleed: bool,
    transparent: bool,
) -> Whole:
    """The straight colours of a matte, (H, W, 3), or with alpha (H, W, 4); uint8 or uint16.

    Args:
        planes: (top, bottom) -> (3, n, W) float32, 0..255, those rows' foreground.
        alpha: (H, W) float32, 0..1.
        bits: 8 or 16.
        bleed: whether the subject's colours go on where alpha is 0.
        transparent: whether alpha comes with them; they are then black where it is 0, unless they
            go on there.
    """
    size = size_of(alpha)
    shape = (*alpha.shape, 4 if transparent else 3)
    pixels: Whole = np.zeros(shape, dtype=np.uint8 if bits == 8 else np.uint16)
    beyond = continued(planes, alpha, size) if bleed else None

    def work(top: int, bottom: int) -> None:
        band = from_unit(alpha[top:bottom], bits)  # n, W
        hidden = band == 0
        if transparent and not bleed and hidden.all():
            return
        if beyond is not None and hidden.all():
            found = from_bytes(beyond.rows(top, bottom), bits)
        else:
            found = from_bytes(planes(top, bottom), bits)
            if beyond is not None and hidden.any():
                others = from_bytes(beyond.rows(top, bottom), bits)
                for plane, other in zip(found, others, strict=True):
                    plane[hidden] = other[hidden]
            elif transparent:
                for plane in found:
                    plane[hidden] = 0
        cv2.merge([*found, band] if transparent else found, pixels[top:bottom])

    by_bands(size, work)
    return pixels
