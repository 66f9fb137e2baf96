"""Alpha and foreground from working size to full size, led by the photos themselves.

Alpha: at working size, alpha is fitted locally as a linear function of the source's colour (guided
filter: He and Sun, "Fast guided filter", 2015), which evaluated at full size follows its edges.
That is the prior for what the plate then says of each pixel (see plate.py): with
v = F - B, minimise |I - B - a v|^2 + t (a - prior)^2, so a = (v.(I - B) + t prior) / (v.v + t).
t is large where the plate cannot be trusted. All this only near edges; elsewhere alpha is what the
network said, enlarged, so that flat regions stay clean.

Foreground: source + (1 - alpha) (F - B) near edges, which is the composition equation solved for
it; source + the network's residual elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .plate import Map, measure_plate, smooth_fill
from .resampling import Enlarged

BAND_PIXELS = 1 << 18  # of full size, in work at once per thread: bounds the memory


@dataclass(frozen=True)
class Settings:
    """How alpha is upsampled; the defaults were measured by benchmarks/upsampling.py.

    Attributes:
        radius: of the guided filter's windows, working pixels.
        epsilon: its regularisation, in squared colour 0..1.
        flat: alpha that differs by no more than this from 0 or 1, or its neighbours, is flat.
        margin: working pixels around what is not flat that are refined too.
        doubt: t where the plate agrees perfectly, in squared colour 0..1.
        caution: by how many times the plate's variance t grows.
    """

    radius: int = 2
    epsilon: float = 1e-4
    flat: float = 0.02
    margin: int = 1
    doubt: float = 0.1
    caution: float = 50.0


class Upsampler:
    """One matte's way from working size to full size.

    Holds the photos and maps of working size; everything of full size is computed when asked for.

    Args:
        source, background: (H, W, 3) uint8, full size.
        small_source, small_background: (h, w, 3) uint8, what the network saw.
        alpha: (h, w) float32, 0..1, what it said.
        residual: (h, w, 3) float32, foreground minus source, RGB.
        settings: None: the defaults.
    """

    def __init__(
        self,
        source: NDArray[np.uint8],
        background: NDArray[np.uint8],
        small_source: NDArray[np.uint8],
        small_background: NDArray[np.uint8],
        alpha: Map,
        residual: Map,
        settings: Settings | None = None,
    ) -> None:
        settings = settings or Settings()
        self.source, self.background = source, background
        self.shape = shape = source.shape[1::-1]  # W, H
        self._alpha = Enlarged(alpha, shape, cubic=True)
        self._residual = Enlarged(residual * 255, shape)
        self._band = edge_band(alpha, settings)  # h, w
        if alpha.shape == source.shape[:2]:
            self._band = np.zeros_like(alpha)  # nothing to add to what the network said
        if not self._band.any():
            return
        colour = small_source.astype(np.float32) / 255  # h, w, 3
        plate = measure_plate(source, background, small_source, small_background, alpha)
        foreground = smooth_fill(np.clip(colour + residual, 0, 1), alpha + 1e-4, 1.0)
        doubt = settings.doubt + settings.caution * plate.variance
        slope, intercept = guided_coefficients(colour, alpha, settings)
        trust = self._band * (settings.doubt / doubt)
        # Photos are 0..255, and so are colours from here on: it saves passes over full-size pixels.
        self._guided = Enlarged(_stack(slope / 255, intercept), shape)
        self._direction = Enlarged(_stack((foreground - plate.drift) * 255, self._band), shape)
        self._drift = Enlarged(_stack(plate.drift * 255, doubt * 255**2), shape)
        self._residual = Enlarged(_stack(residual * 255, trust), shape)

    def alpha(self) -> Map:
        """(H, W) float32, 0..1."""
        alpha = np.empty(self.shape[::-1], dtype=np.float32)

        def work(top: int, bottom: int) -> None:
            alpha[top:bottom] = self._alpha_rows(top, bottom)

        by_bands(self.shape, work)
        return alpha

    def foreground_rows(self, alpha: Map, top: int, bottom: int) -> Map:
        """Rows top..bottom-1 of the foreground: (n, W, 3) float32, straight RGB, 0..255.

        Args:
            alpha: (n, W) float32, those rows' alpha at full size.
            top, bottom: which rows.
        """
        rows = self.source[top:bottom].astype(np.float32)  # n, W, 3
        change = self._residual.rows(top, bottom)  # n, W, 3 or 4
        if self._refines(top, bottom):
            direction, _ = self._foreground_minus_background(top, bottom)
            direction *= (1 - alpha)[..., None]
            direction -= change[..., :3]
            direction *= change[..., 3:]
            rows += direction
        rows += change[..., :3]
        return np.clip(rows, 0, 255, out=rows)

    def _refines(self, top: int, bottom: int) -> bool:
        return bool(self._band[self._alpha.span(top, bottom)].any())

    def _alpha_rows(self, top: int, bottom: int) -> Map:
        small = self._alpha.small[self._alpha.span(top, bottom)]
        if small.min() == small.max():
            return np.full((bottom - top, self.shape[0]), small.min(), dtype=np.float32)
        alpha = np.clip(self._alpha.rows(top, bottom), 0, 1)
        if not self._refines(top, bottom):
            return alpha
        source = self.source[top:bottom].astype(np.float32)  # n, W, 3
        guided = self._guided.rows(top, bottom)  # n, W, 4
        fine = np.einsum("ijk,ijk->ij", guided[..., :3], source)
        fine += guided[..., 3]
        direction, near = self._foreground_minus_background(top, bottom)
        drift = self._drift.rows(top, bottom)
        source -= self.background[top:bottom]
        source -= drift[..., :3]  # source minus background
        doubt = drift[..., 3]
        fine *= doubt
        fine += np.einsum("ijk,ijk->ij", direction, source)
        fine /= np.einsum("ijk,ijk->ij", direction, direction) + doubt
        np.clip(fine, 0, 1, out=fine)
        fine -= alpha
        fine *= near
        alpha += fine
        return alpha

    def _foreground_minus_background(self, top: int, bottom: int) -> tuple[Map, Map]:
        """F - B, (n, W, 3) in 0..255, and how much to refine, (n, W) in 0..1."""
        rows = self._direction.rows(top, bottom)  # n, W, 4
        return rows[..., :3] - self.background[top:bottom], rows[..., 3]


def edge_band(alpha: Map, settings: Settings) -> Map:
    """Where a matte is not flat: (h, w) float32, 1 there, falling softly to 0 around it."""
    window = np.ones((3, 3), dtype=np.uint8)
    low, high = cv2.erode(alpha, window), cv2.dilate(alpha, window)
    between = (alpha > settings.flat) & (alpha < 1 - settings.flat)
    edges = (between | (high - low > settings.flat)).astype(np.float32)
    window = np.ones((2 * settings.margin + 1,) * 2, dtype=np.uint8)
    band = cv2.GaussianBlur(cv2.dilate(edges, window), (0, 0), 1.0)
    # The Gaussian's far tail would have whole photos refined by a thousandth.
    return np.where(band > 0.01, band, np.float32(0))


def guided_coefficients(colour: Map, alpha: Map, settings: Settings) -> tuple[Map, Map]:
    """Local linear fits of alpha to colour (He, Sun and Tang, "Guided image filtering", 2013).

    Args:
        colour: (h, w, 3) float32, 0..1.
        alpha: (h, w) float32.

    Returns:
        Slopes (h, w, 3) and intercepts (h, w), averaged over the windows that hold a pixel.
    """

    def mean(values: Map) -> Map:
        side = 2 * settings.radius + 1
        return cv2.boxFilter(values, -1, (side, side), borderType=cv2.BORDER_REFLECT_101)

    mean_colour, mean_alpha = mean(colour), mean(alpha)
    covariance = mean(colour * alpha[..., None]) - mean_colour * mean_alpha[..., None]
    r, g, b = cv2.split(colour)
    mr, mg, mb = cv2.split(mean_colour)
    rr = mean(r * r) - mr * mr + settings.epsilon
    gg = mean(g * g) - mg * mg + settings.epsilon
    bb = mean(b * b) - mb * mb + settings.epsilon
    rg, rb, gb = mean(r * g) - mr * mg, mean(r * b) - mr * mb, mean(g * b) - mg * mb
    # The symmetric 3x3 matrix's inverse, by cofactors.
    c00, c01, c02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    c11, c12, c22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = rr * c00 + rg * c01 + rb * c02
    x, y, z = cv2.split(covariance)
    slope = np.stack(
        [c00 * x + c01 * y + c02 * z, c01 * x + c11 * y + c12 * z, c02 * x + c12 * y + c22 * z],
        axis=2,
    )
    slope /= determinant[..., None]
    intercept = mean_alpha - (slope * mean_colour).sum(axis=2)
    return mean(slope), mean(intercept)


def by_bands(shape: tuple[int, int], work: Callable[[int, int], None]) -> None:
    """Call work(top, bottom) for bands of rows that cover (W, H), several at once."""
    width, height = shape
    rows = max(1, BAND_PIXELS // width)
    tops = range(0, height, rows)
    threads = min(len(tops), os.cpu_count() or 1, 4)
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda top: work(top, min(top + rows, height)), tops):
            pass


def _stack(three: Map, one: Map) -> Map:
    return np.concatenate([three, one[..., None]], axis=2).astype(np.float32)
