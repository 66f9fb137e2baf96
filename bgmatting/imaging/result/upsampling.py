"""Alpha and foreground from working size to full size, led by the photos themselves.

Alpha: at working size, alpha is fitted locally as a linear function of the source's colour (guided
filter: He and Sun, "Fast guided filter", 2015), which evaluated at full size follows its edges.
That is the prior for what the plate then says of each pixel (see plate_mismatch.py): with
v = F - B, minimise |I - B - a v|^2 + t (a - prior)^2, so a = (v.(I - B) + t prior) / (v.v + t).
t is large where the plate cannot be trusted. All this only near edges; elsewhere alpha is what the
network said, enlarged, so that flat regions stay clean. A photo no larger than the working size
gains too.

Foreground: source + (1 - alpha) (F - B) near edges, which is the composition equation solved for
it; source + the network's residual elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Map, by_bands
from ..photos.pair import PhotoPair
from ..resampling import Enlarged
from .filling import smooth_fill
from .plate_mismatch import measure_mismatch


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
        native: whether to refine too where the network worked at the photo's own size.
    """

    radius: int = 4
    epsilon: float = 1e-4
    flat: float = 0.02
    margin: int = 1
    doubt: float = 0.05
    caution: float = 25.0
    native: bool = True


class Upsampler:
    """One matte's way from working size to full size.

    Holds the photos and maps of working size; everything of full size is computed when asked for.

    Args:
        full: the pair at full size.
        small: the same at working size, with what the plate covers: what the network saw.
        alpha: (h, w) float32, 0..1, what it said.
        residual: (h, w, 3) float32, foreground minus source, RGB.
        settings: None: the defaults.
    """

    def __init__(
        self,
        full: PhotoPair,
        small: PhotoPair,
        alpha: Map,
        residual: Map,
        settings: Settings | None = None,
    ) -> None:
        settings = settings or Settings()
        self.full = full
        self.size = size = full.size
        self._alpha = Enlarged(alpha, size, cubic=True)
        self._residual = Enlarged(_planes(residual * 255), size)
        self._band = edge_band(alpha, settings)  # h, w
        if alpha.shape == full.source.shape[:2] and not settings.native:
            self._band = np.zeros_like(alpha)
        if not self._band.any():
            return
        colour = small.source.astype(np.float32) / 255  # h, w, 3
        mismatch = measure_mismatch(full, small, alpha)
        foreground = smooth_fill(np.clip(colour + residual, 0, 1), alpha + 1e-4, 1.0)
        doubt = settings.doubt + settings.caution * mismatch.variance
        trust = self._band * (settings.doubt / doubt)
        slope, intercept = guided_coefficients(colour, alpha, settings)
        # Photos are 0..255, and so are colours from here on: it saves passes over full-size pixels.
        self._guided = Enlarged(_planes(slope / 255, intercept), size)
        self._direction = Enlarged(_planes((foreground - mismatch.drift) * 255, trust), size)
        self._drift = Enlarged(_planes(mismatch.drift * 255, doubt * 255**2), size)
        self._near = Enlarged(self._band, size)

    def alpha(self) -> Map:
        """(H, W) float32, 0..1."""
        alpha = np.empty(self.full.source.shape[:2], dtype=np.float32)

        def work(top: int, bottom: int) -> None:
            alpha[top:bottom] = self._alpha_rows(top, bottom)

        by_bands(self.size, work)
        return alpha

    def foreground_planes(self, alpha: Map, top: int, bottom: int) -> Map:
        """Rows top..bottom-1 of the foreground: (3, n, W) float32, straight RGB, 0..255.

        Args:
            alpha: (n, W) float32, those rows' alpha at full size.
            top, bottom: which rows.
        """
        planes = self._residual.rows(top, bottom)  # 3, n, W
        columns = self._refined_columns(top, bottom)
        if columns.stop:
            clear = 1 - alpha[:, columns]  # n, m
            direction = self._direction.rows(top, bottom)[:, :, columns]  # 4, n, m
            trust = direction[3]
            plate = cv2.split(self.full.plate[top:bottom, columns])
            for change, towards, behind in zip(
                planes[:, :, columns], direction[:3], plate, strict=True
            ):
                towards -= behind  # F - B
                towards *= clear
                towards -= change
                towards *= trust
                change += towards
        for plane, own in zip(planes, cv2.split(self.full.source[top:bottom]), strict=True):
            plane += own
        return np.clip(planes, 0, 255, out=planes)

    def _alpha_rows(self, top: int, bottom: int) -> Map:
        small = self._alpha.small[self._alpha.span(top, bottom)]
        if small.min() == small.max():
            return np.full((bottom - top, self.size[0]), small.min(), dtype=np.float32)
        alpha = self._alpha.rows(top, bottom)  # n, W
        np.clip(alpha, 0, 1, out=alpha)
        columns = self._refined_columns(top, bottom)
        if columns.stop:
            fine = self._refined(top, bottom, columns)
            coarse = alpha[:, columns]
            fine -= coarse
            fine *= self._near.rows(top, bottom)[:, columns]
            coarse += fine
        return alpha

    def _refined(self, top: int, bottom: int, columns: slice) -> Map:
        """Alpha by guide and plate, (n, m) float32, in 0..1."""
        source = cv2.split(self.full.source[top:bottom, columns])
        plate = cv2.split(self.full.plate[top:bottom, columns])
        guided = self._guided.rows(top, bottom)[:, :, columns]  # 4, n, m
        direction = self._direction.rows(top, bottom)[:, :, columns]  # 4, n, m
        drift = self._drift.rows(top, bottom)[:, :, columns]  # 4, n, m
        doubt = drift[3]
        fine = guided[3]
        for slope, own in zip(guided[:3], source, strict=True):
            slope *= own
            fine += slope
        fine *= doubt
        norm = doubt
        for towards, away, own, behind in zip(direction[:3], drift[:3], source, plate, strict=True):
            towards -= behind  # F - B
            away += behind
            np.subtract(own, away, out=away)  # I - B
            away *= towards
            fine += away
            towards *= towards
            norm += towards
        fine /= norm
        result: Map = np.clip(fine, 0, 1, out=fine)
        return result

    def _refined_columns(self, top: int, bottom: int) -> slice:
        """The full-size columns that are refined in these rows; slice(0, 0) for none."""
        near = np.flatnonzero(self._band[self._alpha.span(top, bottom)].any(axis=0))
        if not near.size:
            return slice(0, 0)
        scale = self.size[0] / self._band.shape[1]
        left, right = int((near[0] - 1) * scale), int(np.ceil((near[-1] + 2) * scale))
        return slice(max(left, 0), min(right, self.size[0]))


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


def _planes(*maps: Map) -> Map:
    """Maps (h, w, C) and (h, w) -> (all their channels, h, w) float32."""
    channels = [cv2.split(values) if values.ndim == 3 else [values] for values in maps]
    return np.stack([plane for planes in channels for plane in planes]).astype(np.float32)
