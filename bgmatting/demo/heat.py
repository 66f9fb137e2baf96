"""The expected error as heat over the photo: where to distrust a matte, at a glance."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FULL = 0.25  # the error shown hottest; what is hotter looks the same
# From error 0 to FULL, evenly spaced. Lightness rises all the way, so that it reads without colour.
RAMP = ("#3b1f6e", "#a02c74", "#e8543f", "#fca02f", "#fff3a0")
DIM = 0.35  # of the photo's own light, beneath


def heat(error: NDArray[np.float32], photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paint the expected error over a darkened grey photo.

    Args:
        error: (H, W) float32, 0..1.
        photo: (H, W, 3) uint8, RGB.

    Returns:
        (H, W, 3) uint8, RGB; grey where no error is expected.
    """
    level = np.clip(error / FULL, 0, 1)
    colours = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in RAMP], dtype=np.float32)
    stops = np.linspace(0, 1, len(RAMP))
    table = np.stack(
        [np.interp(np.linspace(0, 1, 256), stops, channel) for channel in colours.T], axis=1
    )
    painted = table[np.rint(level * 255).astype(np.uint8)]  # H, W, 3
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None] * DIM
    cover = np.sqrt(level)[..., None]  # faint errors must show too
    result: NDArray[np.uint8] = np.rint(painted * cover + grey * (1 - cover)).astype(np.uint8)
    return result


def legend() -> str:
    """HTML: the colours and what they mean."""
    return (
        '<div class="legend"><span>no error expected</span>'
        f'<i style="background:linear-gradient(to right, #444, {", ".join(RAMP)})"></i>'
        f"<span>alpha off by {FULL:.0%} or more</span></div>"
    )
