"""What is made of a frame's matte for a clip: colours and alpha, straight or premultiplied."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Map, Pixels
from ..imaging.result.matte import Matte

KINDS = ("cutout", "alpha", "foreground", "composite")


@dataclass(frozen=True)
class Settings:
    """How colours go on beyond the subject, where a lossy codec would blur its edge with black.

    Attributes:
        shrink: how many pixels one of the filling stands for; chosen by eye.
        reach: its sigma, in those; alpha of 0 farther than about twice that stays black.
    """

    shrink: int = 4
    reach: float = 4.0


SETTINGS = Settings()


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame to write.

    Attributes:
        colours: (H, W, 3) uint8, RGB; of an alpha alone (H, W, 3) too, all alike.
        alpha: (H, W) float32, 0..1; None: it is opaque.
        grey: (H, W) float32, 0..1: what `colours` show, before it was rounded; None: colours.
    """

    colours: Pixels
    alpha: Map | None = None
    grey: Map | None = None

    @property
    def alpha_of_8_bits(self) -> NDArray[np.uint8]:
        """(H, W) uint8; opaque where there is none."""
        if self.alpha is None:
            return np.full(self.colours.shape[:2], 255, dtype=np.uint8)
        return cv2.convertScaleAbs(self.alpha, alpha=255)  # type: ignore[return-value]


class Writer(Protocol):
    """Takes one picture after the other."""

    def write(self, picture: Picture, time: Fraction, index: int) -> None:
        """Write a frame.

        Args:
            picture: as its codec is for.
            time: seconds since what is written begins.
            index: of the frame in its clip.
        """


def cutout(matte: Matte, *, premultiplied: bool, spread: bool) -> Picture:
    """The subject with its alpha.

    Args:
        matte: of the frame.
        premultiplied: whether colours are multiplied by alpha.
        spread: whether straight colours go on a little where alpha is 0: for lossy codecs.
    """
    pixels = np.asarray(matte.cutout())  # H, W, 4
    colours = np.ascontiguousarray(pixels[..., :3])
    if premultiplied:
        alpha = cv2.merge([matte.alpha] * 3)
        return Picture(cv2.multiply(colours, alpha, dtype=cv2.CV_8U), matte.alpha)  # type: ignore[arg-type]
    return Picture(spread_colours(colours, matte.alpha) if spread else colours, matte.alpha)


def alpha(matte: Matte) -> Picture:
    """The alpha as a grey picture."""
    grey = cv2.convertScaleAbs(matte.alpha, alpha=255)
    return Picture(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), grey=matte.alpha)  # type: ignore[arg-type]


def foreground(matte: Matte) -> Picture:
    """The subject's own colours."""
    return Picture(np.asarray(matte.image("foreground")))


def composite(matte: Matte, behind: Pixels) -> Picture:
    """The subject before something else, (H, W, 3) or (3,) uint8."""
    backdrop = behind if behind.ndim == 3 else tuple(int(value) for value in behind)
    return Picture(np.asarray(matte.composite(backdrop)))  # type: ignore[arg-type]


def spread_colours(colours: Pixels, alpha: Map) -> Pixels:
    """Continue colours where alpha is 0, from near by; far from the subject they stay black.

    Args:
        colours: (H, W, 3) uint8, straight, black where alpha is 0.
        alpha: (H, W) float32, 0..1.
    """
    empty = cv2.convertScaleAbs(alpha, alpha=255) == 0
    if empty.all() or not empty.any():
        return colours
    height, width = alpha.shape
    size = (max(1, width // SETTINGS.shrink), max(1, height // SETTINGS.shrink))
    seen = (~empty).astype(np.float32)
    weight = cv2.GaussianBlur(
        cv2.resize(seen, size, interpolation=cv2.INTER_AREA), (0, 0), SETTINGS.reach
    )
    small = cv2.resize(colours, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    total = cv2.GaussianBlur(small, (0, 0), SETTINGS.reach)
    near = total / np.maximum(weight, 1e-3)[..., None]
    filled = np.clip(cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR), 0, 255)
    return np.where(empty[..., None], filled.astype(np.uint8), colours)
