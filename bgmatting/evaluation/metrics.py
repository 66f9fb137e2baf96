"""Measures of a matte against the truth: pure functions on arrays in 0..1.

Alpha is (H, W), foreground (H, W, 3); both floating point. MAD, MSE and their kin are means, x1e3,
and hardly depend on resolution. Gradient and connectivity errors (Rhemann et al., "A perceptually
motivated online benchmark for image matting", CVPR 2009) are sums over pixels, /1000, and grow
with it: give the resolution beside them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Floats = NDArray[np.floating]

SIGMA = 1.4  # of the gradient's Gaussian, pixels
RADIUS = 4  # of its filters, pixels: 9x9
THRESHOLDS = np.arange(1, 11, dtype=np.float32) / np.float32(10)
CONNECTED = np.float32(0.15)  # alpha may exceed its connected level by less than this at no cost
UNKNOWN_SHARE = 0.01  # half-width of the unknown band, as a share of the image's long side
KNOWN = 1.5 / 255  # alpha nearer than this to 0 or 1 is certain: leaves room for 8-bit rounding


def mad(pred: Floats, true: Floats) -> float:
    """Mean absolute difference of two alphas over the whole image, x1e3.

    Raises:
        InputError: the arrays are not two alphas of one size (likewise in all functions here).
    """
    pred, true = _alphas(pred, true)
    return 1e3 * float(np.abs(pred - true).mean(dtype=np.float64))


def mse(pred: Floats, true: Floats) -> float:
    """Mean squared difference of two alphas over the whole image, x1e3."""
    pred, true = _alphas(pred, true)
    return 1e3 * float(np.square(pred - true).mean(dtype=np.float64))


def gradient_error(pred: Floats, true: Floats, region: NDArray[np.bool_] | None = None) -> float:
    """Sum of squared differences of the gradients' magnitudes, /1000.

    Gradients come from first-derivative-of-Gaussian filters, sigma 1.4 px, 9x9, each divided by its
    L2 norm; the image goes on beyond its border with the border's own values.

    Args:
        pred: (H, W) alpha.
        true: (H, W) alpha.
        region: (H, W) bool, the pixels summed over; the gradients still see their neighbours.
            None: all.
    """
    pred, true = _alphas(pred, true)
    squares = np.square(_gradient(pred) - _gradient(true))
    return float(_inside(squares, region).sum(dtype=np.float64)) / 1e3


def connectivity_error(pred: Floats, true: Floats) -> float:
    """Sum of absolute differences of the degrees of connectedness, /1000.

    At each threshold .1, .2 ... 1 the source region is the largest 4-connected component of the
    pixels that have at least that alpha in both mattes. A pixel's level l is the last threshold up
    to which it always belonged to that region (0 if it never did); with d = alpha - l its degree
    is 1 - d where d >= .15, else 1.
    """
    pred, true = _alphas(pred, true)
    both = np.minimum(pred, true)
    level = np.zeros_like(both)
    belongs = np.ones(both.shape, dtype=bool)
    for threshold in THRESHOLDS:
        belongs &= _largest_component(both >= threshold)
        if not belongs.any():
            break
        level[belongs] = threshold
    difference = np.abs(_degree(pred - level) - _degree(true - level))
    return float(difference.sum(dtype=np.float64)) / 1e3


def foreground_mse(pred: Floats, true: Floats, true_alpha: Floats) -> float:
    """Mean squared difference of two foregrounds where there is any foreground, x1e3.

    The mean goes over the three channels of all pixels whose true alpha is above 0, each counting
    the same however thin it is. Colours are straight (not multiplied by alpha); channel order does
    not matter as long as both have the same.

    Args:
        pred: (H, W, 3).
        true: (H, W, 3).
        true_alpha: (H, W).

    Returns:
        The error, or NaN where the true alpha is 0 all over, which leaves nothing to measure.
    """
    pred, true = _pair(pred, true, "foregrounds", (3, 3))
    true_alpha = np.asarray(true_alpha)
    if true_alpha.shape != true.shape[:2]:
        raise InputError(
            f"the true alpha has shape {true_alpha.shape}, its foreground {true.shape}: "
            "both must have one height and width"
        )
    there = true_alpha > 0
    if not there.any():
        return float("nan")
    return 1e3 * float(np.square(pred[there] - true[there]).mean(dtype=np.float64))


def unknown_region(true: Floats, radius: float | None = None) -> NDArray[np.bool_]:
    """The pixels that a trimap made from `true` would call unknown, where matting is hard.

    Known foreground is what lies deeper than `radius` inside the opaque pixels, known background
    what lies farther than `radius` from any pixel with foreground; the rest is unknown. Hard edges
    thus have a band too. Distances are Euclidean; the image's border is no edge.

    Args:
        true: (H, W) alpha.
        radius: pixels. None: 1 % of the long side (10 px at 1024), at least 2 px, so that the
            region covers about the same part of a scene at any resolution.

    Returns:
        (H, W) bool; all False for an alpha that is 0 or 1 all over.
    """
    true, _ = _alphas(true, true)
    if radius is None:
        radius = max(2.0, UNKNOWN_SHARE * max(true.shape))
    near_background = _within(true < 1 - KNOWN, radius)
    near_foreground = _within(true > KNOWN, radius)
    return near_background & near_foreground


def unknown_mse(pred: Floats, true: Floats, region: NDArray[np.bool_] | None = None) -> float:
    """Mean squared difference of two alphas over the unknown region, x1e3.

    Args:
        pred: (H, W) alpha.
        true: (H, W) alpha.
        region: (H, W) bool; None: `unknown_region(true)`.

    Returns:
        The error, or NaN where the region is empty.
    """
    pred, true = _alphas(pred, true)
    squares = _inside(np.square(pred - true), unknown_region(true) if region is None else region)
    return 1e3 * float(squares.mean(dtype=np.float64)) if squares.size else float("nan")


def _gradient(alpha: Floats) -> Floats:
    """(H, W) -> magnitude of its gradient, the same shape."""
    x = np.arange(-RADIUS, RADIUS + 1, dtype=np.float64)
    smooth = np.exp(-0.5 * np.square(x / SIGMA))
    slope = x * smooth
    # The 9x9 filter is an outer product, so its L2 norm is the product of the two norms.
    smooth, slope = smooth / np.linalg.norm(smooth), slope / np.linalg.norm(slope)
    across = cv2.sepFilter2D(alpha, cv2.CV_32F, slope, smooth, borderType=cv2.BORDER_REPLICATE)
    down = cv2.sepFilter2D(alpha, cv2.CV_32F, smooth, slope, borderType=cv2.BORDER_REPLICATE)
    result: Floats = np.sqrt(np.square(across) + np.square(down))
    return result


def _largest_component(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest 4-connected component of `mask`; all False if `mask` is."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    if count == 1:  # only the background, label 0
        return np.zeros_like(mask)
    result: NDArray[np.bool_] = labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])
    return result


def _degree(excess: Floats) -> Floats:
    return 1 - np.where(excess >= CONNECTED, excess, 0)


def _within(mask: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """The pixels at most `radius` from one that is True."""
    if not mask.any():  # the distance transform wants something to measure from
        return mask
    elsewhere = (~mask).view(np.uint8)
    return cv2.distanceTransform(elsewhere, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= radius


def _inside(values: Floats, region: NDArray[np.bool_] | None) -> Floats:
    if region is None:
        return values
    if region.shape != values.shape or region.dtype != np.bool_:
        raise InputError(
            f"the region is {region.dtype} of shape {region.shape}; "
            f"it must be bool of the alphas' shape {values.shape}"
        )
    return values[region]


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
