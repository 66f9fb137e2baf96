"""What comes out: a matte at the photo's full size, and the images it makes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import InputError
from ..arrays import Map, Size, by_bands, size_of
from ..memory import in_memory
from ..photos.exr import linear_light, save_exr
from ..photos.reading import Photo
from ..photos.writing import save_png
from ..resampling import Enlarged
from ..verdict.report import Report
from .backdrop import Backdrop, Colour, lay_over
from .colours import colours
from .depths import BITS, Whole, from_unit
from .despilling import Despiller, checked_strength
from .upsampling import Upsampler

KINDS = ("cutout", "alpha", "foreground", "error")
COLOUR_KINDS = ("cutout", "foreground")


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
            planes = self._planes(top, bottom)
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

    def cutout(self, *, bleed: bool = False, despill: float = 0.0) -> Image.Image:
        """The subject alone: RGBA, straight colour, black where fully transparent.

        The hidden background is left out, so that nobody can bring it back.

        Args:
            bleed, despill: as for `array`.
        """
        return self.image("cutout", bleed=bleed, despill=despill)

    @in_memory
    def composite(
        self, backdrop: Backdrop | Photo | Colour, *, despill: float = 0.0
    ) -> Image.Image:
        """The subject before something else: RGB.

        Args:
            backdrop: a colour, by name or as "#rrggbb"; a photo (path, PIL image or array), scaled
                and cropped so that it fills the frame; or "blur", the background out of focus.
            despill: as for `array`.

        Raises:
            InputError: it is none of these.
            PhotoError: the photo cannot be used.
        """
        despill = checked_strength(despill)
        behind = Backdrop.of(backdrop).pixels(self.background)  # H, W, 3 or 3
        pixels = np.empty(self.source.shape, dtype=np.uint8)

        def work(top: int, bottom: int) -> None:
            alpha = self.alpha[top:bottom]  # n, W
            planes = self._planes(top, bottom, despill)  # 3, n, W
            rest = behind[top:bottom] if behind.ndim == 3 else behind
            cv2.merge(lay_over(planes, alpha, rest), pixels[top:bottom])

        by_bands(self.size, work)
        return Image.fromarray(pixels)

    def image(
        self, kind: str = "cutout", bits: int = 8, *, bleed: bool = False, despill: float = 0.0
    ) -> Image.Image:
        """One result as a PIL image; arguments as for `array`.

        Raises:
            InputError: as `array`; or colours in 16 bits, which PIL does not have.
        """
        if bits == 16 and kind in COLOUR_KINDS:
            raise InputError(
                f"{kind} in 16 bits is no PIL image, which has 8 a channel: use "
                f"array({kind!r}, bits=16), or save(path, {kind!r}, bits=16)"
            )
        return Image.fromarray(self.array(kind, bits, bleed=bleed, despill=despill))

    def save(
        self,
        path: str | os.PathLike[str],
        kind: str = "cutout",
        bits: int = 8,
        overwrite: bool = False,
        *,
        bleed: bool = False,
        despill: float = 0.0,
    ) -> Path:
        """Write one result as PNG; see `array` and `save_png`.

        Raises:
            InputError: as `array`.
            OutputError: as `save_png`: among others, if the file exists (without `overwrite`).
        """
        pixels = self.array(kind, bits, bleed=bleed, despill=despill)
        return save_png(pixels, path, overwrite=overwrite)

    @in_memory
    def save_exr(
        self,
        path: str | os.PathLike[str],
        overwrite: bool = False,
        *,
        despill: float = 0.0,
    ) -> Path:
        """Write the cut-out as OpenEXR: 32-bit floats, linear light, premultiplied by alpha.

        Args:
            path, overwrite: as for `photos.exr.save_exr`.
            despill: as for `array`.

        Raises:
            InputError: `despill` is out of range, or the extra `exr` is not installed.
            OutputError: as `save`.
        """
        despill = checked_strength(despill)
        pixels = np.empty((*self.alpha.shape, 4), dtype=np.float32)

        def work(top: int, bottom: int) -> None:
            alpha = self.alpha[top:bottom]
            planes = linear_light(self._planes(top, bottom, despill) * np.float32(1 / 255))
            cv2.merge([*(planes * alpha), alpha], pixels[top:bottom])

        by_bands(self.size, work)
        return save_exr(pixels, path, overwrite=overwrite)

    @in_memory
    def array(
        self, kind: str = "cutout", bits: int = 8, *, bleed: bool = False, despill: float = 0.0
    ) -> Whole:
        """One result as whole numbers.

        Args:
            kind: "cutout" (RGBA, straight), "alpha" (grey), "foreground" (RGB) or "error" (grey).
            bits: a channel, 8 or 16. Photos are read as 8 bits, but alpha, and the colours where
                the background shows through, are worked out in floats: these have more to say.
            bleed: whether cut-out and foreground have, where alpha is 0, the subject's colours
                continued, so that what scales or filters them gets no dark rim. Else a cut-out's
                are black there.
            despill: 0..1, how much of the background's colour to take out of cut-out and
                foreground where they still hold it; see `despilling`.

        Returns:
            (H, W, 4), (H, W, 3) or (H, W), uint8 or uint16.

        Raises:
            InputError: no such kind, or not in so many bits, or `despill` is out of range.
        """
        if kind not in KINDS:
            raise InputError(f"unknown kind {kind!r}: choose one of {', '.join(KINDS)}")
        if bits not in BITS:
            raise InputError(f"{kind} in {bits!r} bits is not to be had: choose 8 or 16")
        if kind in COLOUR_KINDS:
            planes = partial(self._planes, despill=checked_strength(despill))
            return colours(planes, self.alpha, bits, bleed=bleed, transparent=kind == "cutout")
        return from_unit(self.alpha if kind == "alpha" else self.error, bits)

    def _planes(self, top: int, bottom: int, despill: float = 0.0) -> Map:
        """Rows of the foreground: (3, n, W) float32, straight, 0..255."""
        alpha = self.alpha[top:bottom]
        planes = self.upsampler.foreground_planes(alpha, top, bottom)
        if despill:
            self._despiller.apply(planes, alpha, self.background[top:bottom], top, despill)
        return planes

    @cached_property
    def _despiller(self) -> Despiller:
        return Despiller(self.source, self.alpha)
