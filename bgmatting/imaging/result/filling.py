"""Maps continued to where nothing is known of them, smoothly."""

from __future__ import annotations

import cv2
import numpy as np

from ..arrays import Map


def smooth_fill(values: Map, weight: Map, sigma: float) -> Map:
    """Smooth a map by weighted averages, and continue it to where nothing has weight.

    Args:
        values: (h, w) or (h, w, 3) float32.
        weight: (h, w) float32, 0..1; not 0 everywhere.
        sigma: of the Gaussian, pixels.
    """
    spread = cv2.GaussianBlur(weight, (0, 0), sigma)
    total = cv2.GaussianBlur(_times(values, weight), (0, 0), sigma)
    mean = _times(total, 1 / np.maximum(spread, 1e-6))
    confidence = np.minimum(spread * 4, 1)  # a quarter of a full neighbourhood is enough
    filled = push_pull(mean, confidence)
    return cv2.GaussianBlur(filled, (0, 0), sigma)


def push_pull(values: Map, confidence: Map) -> Map:
    """Fill from ever coarser averages (Gortler et al., "The lumigraph", SIGGRAPH 1996).

    Args:
        values: (h, w) or (h, w, 3) float32.
        confidence: (h, w) float32, 0..1: values stay where it is 1, and count for nothing where 0.
    """
    height, width = confidence.shape
    if max(height, width) == 1:
        return values
    half = ((width + 1) // 2, (height + 1) // 2)
    weight = cv2.resize(confidence, half, interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(_times(values, confidence), half, interpolation=cv2.INTER_AREA)
    coarse = coarse.reshape(*weight.shape, *values.shape[2:])
    coarse = push_pull(_times(coarse, 1 / np.maximum(weight, 1e-6)), np.minimum(weight * 4, 1))
    below = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    below = below.reshape(values.shape)
    return below + _times(values - below, confidence)


def _times(values: Map, weight: Map) -> Map:
    return values * (weight if values.ndim == 2 else weight[..., None])
