"""What comes out: a matte at the photo's full size, and the images it makes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import InputError
from ..arrays import Map, Size, by_bands, size_of
from ..memory import in_memory
from ..photos.reading import Photo
from ..photos.writing import save_png
from ..resampling import Enlarged
from ..verdict.report import Report
from .backdrop import Backdrop, Colour, lay_over, rounded
from .upsampling import Upsampler

KINDS = ("cutout", "alpha", "foreground", "error")
GREY_KINDS = ("alpha", "error")


@dataclass(frozen=True, eq=False, repr=False)
class Matte:
    """A matte, all of it at the source's full size.

    Colours are RGB, sRGB and straight, that is, not multiplied by alpha. `foreground` and `error`
    are computed when first asked for, and then kept; cut-outs and files do without them. Where
    memory does not suffice for something, that is an `OutOfMemoryError`.

    Attributes:
        source: (H, W, 3) uint8, the photo, upright.
        background: (H, W, 3) uint8, the background, brought to the source's size.
        alpha: (H, W) float32, 0 background to 1 foreground.
        network_size: (width, height) at which the network saw the photos.
        timings: seconds by stage, in order.
        upsampler: what brings the network's other results to full size.
        small_error: (h, w) float32, 0..1, the network's, at working size.
        report: what was found out about the pair, and done about it.
    """

    source: NDArray[np.uint8]
    background: NDArray[np.uint8]
    alpha: Map
    network_size: Size
    timings: dict[str, float]
    upsampler: Upsampler
    small_error: Map
    report: Report = field(default_factory=Report)

    def __repr__(self) -> str:
        (width, height), seen = self.size, self.network_size
        return f"Matte({width} x {height}, worked at {seen[0]} x {seen[1]})"

    @property
    def size(self) -> Size:
        """(width, height) of the photo, and of all that is made of it."""
        return size_of(self.source)

    @cached_property
    @in_memory
    def foreground(self) -> Map:
        """(H, W, 3) float32, 0..1; means something where alpha is above 0."""
        foreground = np.empty(self.source.shape, dtype=np.float32)

        def work(top: int, bottom: int) -> None:
            planes = self.upsampler.foreground_planes(self.alpha[top:bottom], top, bottom)
            planes *= np.float32(1 / 255)
            cv2.merge(list(planes), foreground[top:bottom])

        by_bands(self.size, work)
        return foreground

    @cached_property
    @in_memory
    def error(self) -> Map:
        """(H, W) float32, 0..1: how far alpha is likely to be off."""
        enlarged = Enlarged(self.small_error, self.size)
        error = np.empty(self.alpha.shape, dtype=np.float32)

        def work(top: int, bottom: int) -> None:
            np.clip(enlarged.rows(top, bottom), 0, 1, out=error[top:bottom])

        by_bands(self.size, work)
        return error

    def cutout(self) -> Image.Image:
        """The subject alone: RGBA, straight colour, black where fully transparent.

        The hidden background is left out, so that nobody can bring it back.
        """
        return Image.fromarray(self._cutout())

    @in_memory
    def composite(self, backdrop: Backdrop | Photo | Colour) -> Image.Image:
        """The subject before something else: RGB.

        Args:
            backdrop: a colour, by name or as "#rrggbb"; a photo (path, PIL image or array), scaled
                and cropped so that it fills the frame; or "blur", the background out of focus.

        Raises:
            InputError: it is none of these.
            PhotoError: the photo cannot be used.
        """
        behind = Backdrop.of(backdrop).pixels(self.background)  # H, W, 3 or 3
        pixels = np.empty(self.source.shape, dtype=np.uint8)

        def work(top: int, bottom: int) -> None:
            alpha = self.alpha[top:bottom]  # n, W
            planes = self.upsampler.foreground_planes(alpha, top, bottom)  # 3, n, W
            rest = behind[top:bottom] if behind.ndim == 3 else behind
            cv2.merge(lay_over(planes, alpha, rest), pixels[top:bottom])

        by_bands(self.size, work)
        return Image.fromarray(pixels)

    def image(self, kind: str = "cutout", bits: int = 8) -> Image.Image:
        """One result as a PIL image.

        Args:
            kind: "cutout" (RGBA), "alpha" (grey), "foreground" (RGB) or "error" (grey).
            bits: a channel; 16 for alpha and error only.

        Raises:
            InputError: no such kind, or not in so many bits.
        """
        return Image.fromarray(self._pixels(kind, bits))

    def save(
        self,
        path: str | os.PathLike[str],
        kind: str = "cutout",
        bits: int = 8,
        overwrite: bool = False,
    ) -> Path:
        """Write one result as PNG; see `image` and `save_png`.

        Raises:
            InputError: as `image`.
            OutputError: as `save_png`: among others, if the file exists (without `overwrite`).
        """
        return save_png(self._pixels(kind, bits), path, overwrite=overwrite)

    @in_memory
    def _pixels(self, kind: str, bits: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
        if kind not in KINDS:
            raise InputError(f"unknown kind {kind!r}: choose one of {', '.join(KINDS)}")
        if bits not in (8, 16) or (bits == 16 and kind not in GREY_KINDS):
            raise InputError(
                f"{kind} in {bits} bits is not to be had: alpha and error come in 8 or 16 bits, "
                "the others in 8"
            )
        if kind == "cutout":
            return self._cutout()
        if kind == "foreground":
            return self._colours()
        grey = self.alpha if kind == "alpha" else self.error
        if bits == 16:
            result: NDArray[np.uint8] | NDArray[np.uint16] = np.rint(
                np.clip(grey, 0, 1) * np.float32(65535)
            ).astype(np.uint16)
            return result
        return cv2.convertScaleAbs(grey, alpha=255)  # type: ignore[return-value]

    @in_memory
    def _cutout(self) -> NDArray[np.uint8]:
        pixels = np.zeros((*self.alpha.shape, 4), dtype=np.uint8)

        def work(top: int, bottom: int) -> None:
            alpha = cv2.convertScaleAbs(self.alpha[top:bottom], alpha=255)  # n, W
            if not alpha.any():
                return
            planes = self.upsampler.foreground_planes(self.alpha[top:bottom], top, bottom)
            colours = rounded(planes)
            for plane in colours:
                plane[alpha == 0] = 0
            cv2.merge([*colours, alpha], pixels[top:bottom])

        by_bands(self.size, work)
        return pixels

    def _colours(self) -> NDArray[np.uint8]:
        pixels = np.empty(self.source.shape, dtype=np.uint8)

        def work(top: int, bottom: int) -> None:
            planes = self.upsampler.foreground_planes(self.alpha[top:bottom], top, bottom)
            cv2.merge(rounded(planes), pixels[top:bottom])

        by_bands(self.size, work)
        return pixels
