"""A canvas for what is seen through: floats, as eight bits would drown faint layers."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .coverage import SUPERSAMPLE, Canvas, Colour

Window = tuple[slice, slice]  # rows and columns of a canvas's layer


class Sheet(Canvas):
    """A `Canvas` whose layer is float32, 0..255; all that a canvas can draw can be drawn on it."""

    layer: NDArray[np.float32]  # type: ignore[assignment]

    def __init__(self, side: int) -> None:
        super().__init__(side)
        self.layer = np.zeros((side * SUPERSAMPLE,) * 2 + (4,), np.float32)

    def over(
        self,
        colour: NDArray[np.floating] | Colour,
        alpha: NDArray[Any] | float,
        at: Window = (slice(None), slice(None)),
    ) -> None:
        """As `Canvas.over`; `at` says where colour and alpha lie, if not on all of the layer."""
        part = self.layer[at]
        if 0 in part.shape:
            return
        cover = np.broadcast_to(np.asarray(alpha, np.float32), part.shape[:2])
        paint = np.asarray(colour, np.float32) * np.float32(255)
        added = [cover * (paint[..., i] if paint.ndim > 1 else paint[i]) for i in range(3)]
        keep = 1 - cover
        kept = cv2.multiply(part, cv2.merge([keep] * 4))
        part[...] = cv2.add(kept, cv2.merge([*added, cover * np.float32(255)]))

    def stroke(
        self,
        points: NDArray[np.floating],
        colour: Colour,
        alpha: float,
        width: float,
        closed: bool = False,
    ) -> None:
        """A half-transparent line of even width through `points`, (n, 2) x and y."""
        self._lay(points, colour, alpha, width, closed)

    def patch(self, points: NDArray[np.floating], colour: Colour, alpha: float) -> None:
        """A half-transparent filled outline, (n, 2) x and y."""
        self._lay(points, colour, alpha, 0, True)

    def _lay(
        self,
        points: NDArray[np.floating],
        colour: Colour,
        alpha: float,
        width: float,
        closed: bool,
    ) -> None:
        at, low = self.window(points.min(axis=0) - width, points.max(axis=0) + width)
        shape = self.layer[at].shape[:2]
        if 0 in shape:
            return
        drawn = np.zeros(shape, np.uint8)
        ends = np.rint(((np.asarray(points, float) - low) * SUPERSAMPLE - 0.5) * 16)
        line = [ends.astype(np.int32)]
        if width:
            thick = max(1, round(width * SUPERSAMPLE))
            cv2.polylines(drawn, line, closed, 1, thick, cv2.LINE_8, 4)
        else:
            cv2.fillPoly(drawn, line, 1, cv2.LINE_8, 4)
        self.over(colour, drawn * np.float32(alpha), at)

    def window(
        self, low: NDArray[np.floating], high: NDArray[np.floating]
    ) -> tuple[Window, NDArray[np.floating]]:
        """The part of the layer between two corners, x and y, and its own upper left corner."""
        first = np.clip(np.floor(np.asarray(low) - 1), 0, self.side).astype(int)
        last = np.clip(np.ceil(np.asarray(high) + 1), 0, self.side).astype(int)
        columns, rows = (
            slice(a * SUPERSAMPLE, max(a, b) * SUPERSAMPLE)
            for a, b in zip(first, last, strict=True)
        )
        return (rows, columns), first.astype(float)

    def turn(self, angle: float, scale: float = 1.0) -> None:
        """Turn all that is drawn about the middle, by `angle` in degrees, and scale it."""
        middle = (self.layer.shape[0] - 1) / 2
        matrix = cv2.getRotationMatrix2D((middle, middle), angle, scale)
        turned = cv2.warpAffine(self.layer, matrix, self.layer.shape[:2], flags=cv2.INTER_LINEAR)
        self.layer = turned.astype(np.float32, copy=False)


def grid(at: Window) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where the points of a window lie in the picture: x (1, w) and y (h, 1)."""
    rows, columns = at
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) / SUPERSAMPLE
    x = (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) / SUPERSAMPLE
    return x[None].astype(np.float32), y[:, None].astype(np.float32)


def wave(rng: np.random.Generator, n: int, cells: float) -> NDArray[np.float32]:
    """A smooth random line of n values, about N(0, 1), with `cells` bumps."""
    knots = rng.normal(size=max(4, round(cells) + 3)).astype(np.float32)
    result: NDArray[np.float32] = cv2.resize(knots[None], (n, 1), interpolation=cv2.INTER_CUBIC)[0]
    return result


def step(x: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    """0 below `low`, 1 above `high`, smooth between."""
    t = (x - np.float32(low)) * np.float32(1 / (high - low))
    np.clip(t, 0, 1, out=t)
    square = t * t
    t *= -2
    t += 3
    t *= square
    result: NDArray[np.float32] = t
    return result
