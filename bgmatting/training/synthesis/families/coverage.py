"""Drawing by coverage: four times as large, without antialiasing, then averaged.

So alpha is the share of a pixel that is covered, and the colour of a pixel that several strands
share is their average. Nothing is ever blurred to look soft.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SUPERSAMPLE = 4  # so that a quarter of a pixel is the thinnest line
_FRACTION = 4  # bits after the point in the coordinates that OpenCV draws from

Colour = Sequence[float] | NDArray[np.floating]


class Canvas:
    """A picture that is drawn back to front, opaque unless said otherwise.

    All coordinates and widths are in pixels of the finished picture, x to the right and y down,
    (0, 0) its upper left corner. Colours are RGB, float 0..1, sRGB as it is stored.

    Attributes:
        side: of the finished picture, in pixels.
        layer: (4 * side, 4 * side, 4) uint8, premultiplied RGBA; free to be drawn on directly.
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self.layer: NDArray[np.uint8] = np.zeros((side * SUPERSAMPLE,) * 2 + (4,), np.uint8)

    def polyline(
        self,
        points: NDArray[np.floating],
        colours: NDArray[np.floating],
        widths: NDArray[Any] | float,
    ) -> None:
        """A line through `points`, (n, 2) x and y.

        Args:
            points: (n, 2).
            colours: (n, 3), of each point, or (3,) for all.
            widths: (n,), of each point, or one for all; nothing is thinner than a quarter pixel.
        """
        ends = _fixed(points)
        shades = np.broadcast_to(colours, (len(points), 3))
        thick = np.broadcast_to(np.asarray(widths, float), (len(points),)) * SUPERSAMPLE
        for i in range(len(points) - 1):
            cv2.line(
                self.layer, ends[i], ends[i + 1], _opaque(shades[i]),
                max(1, round(float(thick[i]))), cv2.LINE_8, _FRACTION,
            )  # fmt: skip

    def polygon(self, points: NDArray[np.floating], colour: Colour) -> None:
        """A filled outline, (n, 2) x and y."""
        outline = np.array(_fixed(points), np.int32)
        cv2.fillPoly(self.layer, [outline], _opaque(colour), cv2.LINE_8, _FRACTION)

    def mask(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Where a filled outline would lie, (4 * side, 4 * side): for `over`."""
        drawn = np.zeros(self.layer.shape[:2], np.uint8)
        cv2.fillPoly(drawn, [np.array(_fixed(points), np.int32)], 1, cv2.LINE_8, _FRACTION)
        return drawn.astype(bool)

    def paint(self, mask: NDArray[np.bool_], picture: NDArray[np.floating]) -> None:
        """Fill a mask, (4 * side, 4 * side), with a picture, (side, side, 3) RGB 0..1."""
        small = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
        opaque = np.dstack([small, np.full_like(small[..., :1], 255)])
        large = cv2.resize(opaque, self.layer.shape[:2], interpolation=cv2.INTER_LINEAR)
        cv2.copyTo(large, mask.astype(np.uint8), self.layer)

    def over(self, colour: NDArray[np.floating] | Colour, alpha: NDArray[Any] | float) -> None:
        """Lay something half-transparent over all (Porter and Duff, 1984).

        Args:
            colour: straight, (3,) or (4 * side, 4 * side, 3).
            alpha: 0..1, (4 * side, 4 * side) or one for all.
        """
        cover = np.asarray(alpha, np.float32)
        cover = np.broadcast_to(cover, self.layer.shape[:2])[..., None]
        paint = np.broadcast_to(np.asarray(colour, np.float32), (*self.layer.shape[:2], 3))
        above = np.concatenate([paint, np.ones_like(paint[..., :1])], axis=2) * cover
        mixed = above * 255 + self.layer * (1 - cover)
        self.layer = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)

    def picture(self) -> NDArray[np.uint8]:
        """The finished picture, (side, side, 4) uint8, straight RGBA.

        Where alpha is 0 it has the colour of what is near, so that resizing brings in no other.
        """
        shape = (self.side, self.side)
        small: NDArray[np.float32] = np.asarray(
            cv2.resize(self.layer.astype(np.float32), shape, interpolation=cv2.INTER_AREA)
        )
        colour, alpha = small[..., :3], small[..., 3:]
        straight: NDArray[np.float32] = np.zeros_like(colour)
        np.divide(colour * 255, alpha, where=alpha > 0, out=straight)
        straight = _extended(straight, alpha[..., 0])
        result: NDArray[np.uint8] = np.rint(np.dstack([straight, alpha]).clip(0, 255)).astype(
            np.uint8
        )
        return result


def _extended(colour: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w, 3) with the nearest seen colour where alpha, (h, w), rounds to nothing."""
    nothing = (alpha < 0.5).astype(np.uint8)
    if nothing.all() or not nothing.any():
        return colour
    _, labels = cv2.distanceTransformWithLabels(
        nothing, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    seen = np.zeros((labels.max() + 1, 3), np.float32)
    seen[labels[nothing == 0]] = colour[nothing == 0]
    return np.where(nothing[..., None], seen[labels], colour)


def _fixed(points: NDArray[np.floating]) -> list[tuple[int, int]]:
    """Picture coordinates, (n, 2), as OpenCV's whole numbers; pixel centres lie at halves."""
    large = (np.asarray(points, float) * SUPERSAMPLE - 0.5) * (1 << _FRACTION)
    return [(int(x), int(y)) for x, y in np.rint(large)]


def _opaque(colour: Colour) -> tuple[int, int, int, int]:
    red, green, blue = (round(255 * min(1.0, max(0.0, float(value)))) for value in colour)
    return red, green, blue, 255
