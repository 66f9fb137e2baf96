"""To working size and back, with pixel centres kept in place."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .arrays import Size, size_of
from .limits import MIN_SIDE

MOST_ENLARGED = 2.0  # beyond that a photo has nothing more to show


def working_size(own: Size, long_side: int | None) -> Size:
    """(width, height) at which a photo is worked on: the working size, or its own if less.

    Args:
        own: (width, height) of the photo.
        long_side: wanted, pixels; None: the photo's own. Never more than the photo's own.

    Raises:
        InputError: `long_side` is not a positive whole number.
    """
    if long_side is None:
        return own
    if isinstance(long_side, bool) or not isinstance(long_side, int) or long_side < MIN_SIDE:
        raise InputError(
            f"size is {long_side!r}; expected the working size's long side in pixels, "
            f'a whole number of at least {MIN_SIDE}, or "auto", or None for the photo\'s own'
        )
    scale = min(1.0, long_side / max(own))
    # A very long photo keeps a few pixels across: both axes are mapped on their own.
    width, height = (max(min(side, MIN_SIDE), round(side * scale)) for side in own)
    return width, height


def network_size(own: Size, long_side: int | None) -> Size:
    """(width, height) at which the network sees a photo, which may be more than its own.

    What is fine for a small photo, the gaps between leaves or strands, is a pixel or two, less than
    the network tells apart: enlarged, it sees them better.

    Args:
        own, long_side: as for `working_size`.

    Raises:
        InputError: as `working_size`.
    """
    at_most = working_size(own, long_side)
    scale = 1.0 if long_side is None else min(MOST_ENLARGED, long_side / max(own))
    return at_most if scale <= 1 else (round(own[0] * scale), round(own[1] * scale))


def enlarge(photo: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 -> (H, W, 3), cubic.

    Args:
        photo: as above.
        size: (W, H), at least the photo's.
    """
    if size_of(photo) == size:
        return photo
    return cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC)  # type: ignore[return-value]


def shrink(photo: NDArray[Any], size: Size) -> NDArray[Any]:
    """(H, W, 3) or (H, W) -> (h, w, 3) or (h, w), each pixel the average of what it covers.

    Args:
        photo: uint8 or float32, as above.
        size: (w, h), at most the photo's.
    """
    if size_of(photo) == size:
        return photo
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA)


class Enlarged:
    """Small maps seen at full size, computed by bands of rows as they are asked for.

    Equal to resizing the whole, with half-pixel centres and the border's own values beyond it.

    Args:
        small: (h, w) float32, or several as planes (C, h, w): faster here than (h, w, C).
        size: (W, H), at least the maps'.
        cubic: cubic (a = -.75, as OpenCV and PyTorch have it; may overshoot); else linear.
    """

    def __init__(self, small: NDArray[np.float32], size: Size, *, cubic: bool = False) -> None:
        self.small = small
        self.size = size
        self._interpolation = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
        self._weights = _cubic_weights if cubic else _linear_weights

    def span(self, top: int, bottom: int) -> slice:
        """The small maps' rows that full-size rows top..bottom-1 are made of, at least."""
        height = self.small.shape[-2]
        scale = height / self.size[1]
        first = int(np.floor((top + 0.5) * scale - 0.5)) - 1
        last = int(np.floor((bottom - 0.5) * scale - 0.5)) + 2
        return slice(max(first, 0), min(last, height - 1) + 1)

    def rows(self, top: int, bottom: int) -> NDArray[np.float32]:
        """Rows top..bottom-1 at full size: (n, W) float32, or (C, n, W)."""
        height, width = self.small.shape[-2:]
        position = (np.arange(top, bottom) + 0.5) * (height / self.size[1]) - 0.5
        base = np.floor(position).astype(np.intp)
        offset, weights = self._weights((position - base).astype(np.float32))
        taps = [np.clip(base + tap, 0, height - 1) for tap in range(offset, offset + len(weights))]
        planes = self.small.reshape(-1, height, width)
        full = np.empty((len(planes), bottom - top, self.size[0]), dtype=np.float32)
        for plane, out in zip(planes, full, strict=True):
            tall = sum(w[:, None] * plane[tap] for w, tap in zip(weights, taps, strict=True))
            cv2.resize(tall, out.shape[::-1], dst=out, interpolation=self._interpolation)
        return full[0] if self.small.ndim == 2 else full


def _linear_weights(t: NDArray[np.float32]) -> tuple[int, list[NDArray[np.float32]]]:
    """Offset of the first tap, and each tap's weight at fraction t."""
    return 0, [1 - t, t]


def _cubic_weights(t: NDArray[np.float32]) -> tuple[int, list[NDArray[np.float32]]]:
    """Likewise (Keys, 1981, with a = -.75)."""
    a = np.float32(-0.75)

    def near(x: NDArray[np.float32]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = ((a + 2) * x - (a + 3)) * x * x + 1
        return result

    def far(x: NDArray[np.float32]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = a * (((x - 5) * x + 8) * x - 4)
        return result

    return -1, [far(1 + t), near(t), near(1 - t), far(2 - t)]
