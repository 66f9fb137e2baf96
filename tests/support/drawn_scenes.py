"""Drawn places with corners and texture enough to tell where a camera stood."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def full_of_things(seed: int, size: tuple[int, int], things: int = 60) -> NDArray[np.float32]:
    """Boxes and discs before a smooth ground, a little out of focus as photos are.

    Args:
        seed: of the drawing.
        size: (width, height), pixels.
        things: how many there are.

    Returns:
        (h, w, 3) float32, 0..255.
    """
    rng = np.random.default_rng(seed)
    width, height = size
    place = cv2.resize(rng.uniform(60, 190, (6, 8, 3)).astype(np.float32), size)
    for _ in range(things):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        colour = rng.uniform(20, 235, 3).tolist()
        if rng.random() < 0.5:
            w, h = (int(v) for v in rng.integers(5, 60, 2))
            cv2.rectangle(place, (x, y), (x + w, y + h), colour, -1)
        else:
            cv2.circle(place, (x, y), int(rng.integers(3, 25)), colour, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(place, (0, 0), 0.8)
