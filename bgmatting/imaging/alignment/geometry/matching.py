"""Guesses at how a camera moved: from features where there are some, by correlation where not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import Map
from .homographies import Matrix, from_pixels
from .local_contrast import Level


@dataclass(frozen=True)
class Settings:
    """How motions are guessed.

    `benchmarks/registration.py` measures what they do.

    Attributes:
        features: of each photo.
        clearer: a match's distance must be below this share of the second best's.
        farthest_match: of the long side; matches farther apart are none.
        inlier_distance: pixels off a motion that fits.
        fewest_matches: that a motion must fit.
        turns: degrees, at which correlation looks.
        search: how far correlation looks, of the long side.
        peaks: of correlation that are followed, for each turn.
    """

    features: int = 1200
    clearer: float = 0.85
    farthest_match: float = 0.3
    inlier_distance: float = 2.0
    fewest_matches: int = 8
    turns: tuple[float, ...] = (-4.5, -3.0, -1.5, 0.0, 1.5, 3.0, 4.5)
    search: float = 0.15
    peaks: int = 3


SETTINGS = Settings()


def by_features(level: Level) -> Iterator[Matrix]:
    """Motions that many matches of SIFT features agree on: a homography, then a similarity."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(_features, (level.source, level.plate)))
    (source, of_source), (plate, of_plate) = found
    if (
        of_source is None
        or of_plate is None
        or min(len(source), len(plate)) < SETTINGS.fewest_matches
    ):
        return
    matches = cv2.BFMatcher(cv2.NORM_L2).knnMatch(of_source, of_plate, k=2)
    pairs = [
        m
        for m, n in (m for m in matches if len(m) == 2)
        if m.distance < SETTINGS.clearer * n.distance
    ]
    if len(pairs) < SETTINGS.fewest_matches:
        return
    start = np.array([source[m.queryIdx].pt for m in pairs])
    end = np.array([plate[m.trainIdx].pt for m in pairs])
    near = np.linalg.norm(end - start, axis=1) < SETTINGS.farthest_match * max(level.size)
    start, end = start[near], end[near]
    if len(start) < SETTINGS.fewest_matches:
        return
    cv2.setRNGSeed(0)  # so that the same photos give the same matte
    for fit in (_homography, _similarity):
        matrix = fit(start, end)
        if matrix is not None:
            yield from_pixels(matrix, level.size)


def by_correlation(level: Level) -> Iterator[Matrix]:
    """Shifts, with a turn each, at which the two structures correlate best, best first.

    All structure counts, however faint, and the subject only adds noise: this finds the motion on
    a wall that has no features.
    """
    width, height = level.size
    reach = max(2, round(SETTINGS.search * max(width, height)))
    padded = [cv2.getOptimalDFTSize(side + reach) for side in (width, height)]
    known = level.source if level.background is None else level.source * level.background
    source = np.fft.rfft2(known, padded[::-1])
    best = []
    for degrees in SETTINGS.turns:
        turned = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
        moved = cv2.warpAffine(level.plate, turned, (width, height), flags=cv2.WARP_INVERSE_MAP)
        plate = np.fft.rfft2(moved, padded[::-1])
        surface = np.fft.irfft2(np.conj(source) * plate, padded[::-1])
        surface = np.roll(surface, (reach, reach), axis=(0, 1))[: 2 * reach + 1, : 2 * reach + 1]
        for value, x, y in _peaks(surface):
            shift = np.array([[1, 0, x - reach], [0, 1, y - reach], [0, 0, 1]], dtype=np.float64)
            whole = np.vstack([turned, [0, 0, 1]]) @ shift
            best.append((value, whole))
    best.sort(key=lambda item: -item[0])
    for _, matrix in best[: SETTINGS.peaks]:
        yield from_pixels(matrix, level.size)


def _features(structure: Map) -> tuple[Sequence[cv2.KeyPoint], np.ndarray | None]:
    """SIFT features and their descriptors (Lowe, 2004)."""
    finder = cv2.SIFT.create(nfeatures=SETTINGS.features, contrastThreshold=0.02, edgeThreshold=15)
    return finder.detectAndCompute(_picture(structure), None)


def _picture(structure: Map) -> np.ndarray:
    """Structure as 8-bit grey."""
    return cv2.convertScaleAbs(np.clip(structure, -3, 3), alpha=42, beta=128)


def _homography(start: np.ndarray, end: np.ndarray) -> Matrix | None:
    matrix, inliers = cv2.findHomography(
        start, end, cv2.USAC_MAGSAC, SETTINGS.inlier_distance, maxIters=2000, confidence=0.999
    )
    if matrix is None or inliers.sum() < SETTINGS.fewest_matches:
        return None
    return np.asarray(matrix)


def _similarity(start: np.ndarray, end: np.ndarray) -> Matrix | None:
    matrix, inliers = cv2.estimateAffinePartial2D(
        start,
        end,
        method=cv2.RANSAC,
        ransacReprojThreshold=SETTINGS.inlier_distance,
        confidence=0.999,
    )
    if matrix is None or inliers.sum() < SETTINGS.fewest_matches:
        return None
    return np.vstack([matrix, [0, 0, 1]])


def _peaks(surface: np.ndarray) -> list[tuple[float, int, int]]:
    """The highest points of a correlation: (value, column, row)."""
    surface = surface.astype(np.float32)
    highest = cv2.dilate(surface, np.ones((5, 5), dtype=np.uint8))
    rows, columns = np.nonzero(surface == highest)
    order = np.argsort(-surface[rows, columns])[: SETTINGS.peaks]
    return [(float(surface[rows[i], columns[i]]), int(columns[i]), int(rows[i])) for i in order]
