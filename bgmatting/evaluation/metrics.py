"""Measures of a matte against the truth: pure functions on arrays in 0..1.

Alpha is (H, W), foreground (H, W, 3); both floating point. MAD, MSE and their kin are means, x1e3,
and hardly depend on resolution. SAD, gradient and connectivity errors (Rhemann et al., "A
perceptually motivated online benchmark for image matting", CVPR 2009) are sums over pixels, /1000,
and grow with it: give the resolution beside them. Each is of the whole image or of a region of
it, see `regions`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Floats = NDArray[np.floating]
Region = NDArray[np.bool_]


@dataclass(frozen=True)
class Settings:
    """What the measures of Rhemann et al., CVPR 2009, are defined by; figures are of these alone.

    Attributes:
        sigma: of the gradient's Gaussian, pixels; from the evaluation code that matting papers
            share.
        radius: of its filters, pixels: 9x9; likewise.
        steps: at alphas of 1 / steps, 2 / steps ... 1 connectedness is asked; likewise.
        connected: alpha may exceed its connected level by less than this at no cost; from the
            paper.
    """

    sigma: float = 1.4
    radius: int = 4
    steps: int = 10
    connected: float = 0.15


SETTINGS = Settings()


def mad(pred: Floats, true: Floats, region: Region | None = None) -> float:
    """Mean absolute difference of two alphas, x1e3.

    Args:
        pred: (H, W) alpha.
        true: (H, W) alpha.
        region: (H, W) bool, the pixels measured; None: all (likewise in all functions here).

    Returns:
        The error, or NaN where the region is empty, which leaves nothing to measure.

    Raises:
        InputError: the arrays are not two alphas of one size, or the region not of theirs
            (likewise in all functions here).
    """
    pred, true = _alphas(pred, true)
    return 1e3 * _mean(np.abs(pred - true), region)


def mse(pred: Floats, true: Floats, region: Region | None = None) -> float:
    """Mean squared difference of two alphas, x1e3; NaN where the region is empty."""
    pred, true = _alphas(pred, true)
    return 1e3 * _mean(np.square(pred - true), region)


def sad(pred: Floats, true: Floats, region: Region | None = None) -> float:
    """Sum of absolute differences of two alphas, /1000."""
    pred, true = _alphas(pred, true)
    return _sum(np.abs(pred - true), region) / 1e3


def dtssd(before: Floats, pred: Floats, true_before: Floats, true: Floats) -> float:
    """How much a matte's change from one frame to the next is off, x1e2: flicker.

    The root of the mean squared difference of the changes (dtSSD of Erofeev et al., "Perceptually
    motivated benchmark for video matting", BMVC 2015).

    Args:
        before, pred: (H, W) alpha of two frames that follow one another.
        true_before, true: (H, W) alpha, theirs.
    """
    before, true_before = _alphas(before, true_before)
    pred, true = _alphas(pred, true)
    return 1e2 * float(np.sqrt(np.square((pred - before) - (true - true_before)).mean()))


def gradient_error(pred: Floats, true: Floats, region: Region | None = None) -> float:
    """Sum of squared differences of the gradients' magnitudes, /1000.

    Gradients come from first-derivative-of-Gaussian filters, sigma 1.4 px, 9x9, each divided by its
    L2 norm; the image goes on beyond its border with the border's own values, and at the region's
    edge the gradients see what lies beyond.
    """
    pred, true = _alphas(pred, true)
    return _sum(np.square(_gradient(pred) - _gradient(true)), region) / 1e3


def connectivity_error(pred: Floats, true: Floats, region: Region | None = None) -> float:
    """Sum of absolute differences of the degrees of connectedness, /1000.

    At each threshold .1, .2 ... 1 the source region is the largest 4-connected component of the
    pixels of the whole image that have at least that alpha in both mattes. A pixel's level l is the
    last threshold up to which it always belonged to that region (0 if it never did); with
    d = alpha - l its degree is 1 - d where d >= .15, else 1.
    """
    pred, true = _alphas(pred, true)
    both = np.minimum(pred, true)
    level = np.zeros_like(both)
    belongs = np.ones(both.shape, dtype=bool)
    steps = SETTINGS.steps
    for threshold in np.arange(1, steps + 1, dtype=np.float32) / np.float32(steps):
        belongs &= _largest_component(both >= threshold)
        if not belongs.any():
            break
        level[belongs] = threshold
    return _sum(np.abs(_degree(pred - level) - _degree(true - level)), region) / 1e3


def foreground_mse(
    pred: Floats, true: Floats, true_alpha: Floats, region: Region | None = None
) -> float:
    """Mean squared difference of two foregrounds where there is any foreground, x1e3.

    The mean goes over the three channels of all pixels whose true alpha is above 0, each counting
    the same however thin it is. Colours are straight (not multiplied by alpha); channel order does
    not matter as long as both have the same.

    Args:
        pred: (H, W, 3).
        true: (H, W, 3).
        true_alpha: (H, W).
        region: (H, W) bool; None: all.

    Returns:
        The error, or NaN where there is no foreground in the region.
    """
    pred, true = _pair(pred, true, "foregrounds", (3, 3))
    true_alpha = np.asarray(true_alpha)
    if true_alpha.shape != true.shape[:2]:
        raise InputError(
            f"the true alpha has shape {true_alpha.shape}, its foreground {true.shape}: "
            "both must have one height and width"
        )
    there = true_alpha > 0
    if region is not None:
        there &= _checked(region, there.shape)
    return 1e3 * _mean(np.square(pred - true), there)


def share(region: Region) -> float:
    """Share of an image's pixels that a region (H, W) bool covers, per cent."""
    return 1e2 * float(_checked(region, region.shape).mean())


def _gradient(alpha: Floats) -> Floats:
    """(H, W) -> magnitude of its gradient, the same shape."""
    x = np.arange(-SETTINGS.radius, SETTINGS.radius + 1, dtype=np.float64)
    smooth = np.exp(-0.5 * np.square(x / SETTINGS.sigma))
    slope = x * smooth
    # The 9x9 filter is an outer product, so its L2 norm is the product of the two norms.
    smooth, slope = smooth / np.linalg.norm(smooth), slope / np.linalg.norm(slope)
    across = cv2.sepFilter2D(alpha, cv2.CV_32F, slope, smooth, borderType=cv2.BORDER_REPLICATE)
    down = cv2.sepFilter2D(alpha, cv2.CV_32F, smooth, slope, borderType=cv2.BORDER_REPLICATE)
    result: Floats = np.sqrt(np.square(across) + np.square(down))
    return result


def _largest_component(mask: Region) -> Region:
    """The largest 4-connected component of `mask`; all False if `mask` is."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    if count == 1:  # only the background, label 0
        return np.zeros_like(mask)
    result: NDArray[np.bool_] = labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])
    return result


def _degree(excess: Floats) -> Floats:
    return 1 - np.where(excess >= np.float32(SETTINGS.connected), excess, 0)


def _mean(values: Floats, region: Region | None) -> float:
    inside = values if region is None else values[_checked(region, values.shape[:2])]
    return float(inside.mean(dtype=np.float64)) if inside.size else float("nan")


def _sum(values: Floats, region: Region | None) -> float:
    inside = values if region is None else values[_checked(region, values.shape)]
    return float(inside.sum(dtype=np.float64))


def _checked(region: Region, shape: tuple[int, ...]) -> Region:
    """The region, if it is one of an image of `shape`."""
    if region.shape != shape or region.dtype != np.bool_:
        raise InputError(
            f"the region is {region.dtype} of shape {region.shape}; "
            f"it must be bool of the images' height and width {shape}"
        )
    return region


def _alphas(pred: Floats, true: Floats) -> tuple[Floats, Floats]:
    return _pair(pred, true, "alphas", (2, None))


def _pair(
    pred: Floats, true: Floats, what: str, form: tuple[int, int | None]
) -> tuple[Floats, Floats]:
    """Check two arrays of `form` (dimensions, channels or None); contiguous float32 comes out."""
    pred, true = np.asarray(pred), np.asarray(true)
    dimensions, channels = form
    fits = pred.ndim == dimensions and pred.size > 0 and channels in (None, pred.shape[-1])
    if not fits or pred.shape != true.shape:
        wanted = "(H, W)" if channels is None else f"(H, W, {channels})"
        raise InputError(
            f"two {what} of one shape {wanted} are expected, got {pred.shape} and {true.shape}"
        )
    for array in (pred, true):
        if not np.issubdtype(array.dtype, np.floating):
            raise InputError(
                f"{what} must be floating point in 0..1, got {array.dtype}: divide by its maximum"
            )
        if not np.isfinite(array).all():
            raise InputError(f"{what} must be finite, got NaN or infinity")
    return np.ascontiguousarray(pred, np.float32), np.ascontiguousarray(true, np.float32)
