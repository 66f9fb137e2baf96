"""The plate brought to where the source's camera stood.

What is looked for is the motion of the scene's background; the subject is not in the plate, so
nothing of it can be explained by moving the plate, and it merely lowers every guess alike. Guesses
(no motion, correlation, features) are made exact at rising sizes, judged by how much of the plate's
structure they find again in the source, and turned down if no hand moves a camera so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ....errors import InputError
from ...arrays import Coverage, Map, Pixels
from .homographies import Matrix, displacement, move, plausible, turn
from .local_contrast import Level, pyramid
from .matching import by_correlation, by_features
from .parallax import local_flow
from .refinement import refine
from .warping import warped


@dataclass(frozen=True)
class Settings:
    """Which motions are sought and believed.

    `benchmarks/registration.py` measures what they do.

    Attributes:
        sizes: long sides, pixels, at which motions are sought.
        finest: long side at which the last fractions of a pixel are sought.
        fewest: share of the frame that must have structure, else nothing can be told.
        structured: share that must have it before two photos are called misfits.
        near: pixels at 512: a motion so small is near none.
        certain: share explained by so near a motion at which no other guess is needed.
        fitting: mean correlation below which photos don't fit each other as they are.
        narrowest: pixels; no motion can be told from a narrower strip.
        believed: mean correlation below which no motion is believed.
        smallest: pixels at 512: smaller motions are left alone.
        least_gain: of what is told without a motion, and of the evidence: so much more it must
            tell.
        farther: of what a guess tells, per long side of motion: of equals the nearer wins.
    """

    sizes: tuple[int, ...] = (128, 256, 512)
    finest: int = 1024
    fewest: float = 0.002
    structured: float = 0.01
    near: float = 2.0
    certain: float = 0.6
    fitting: float = 0.1
    narrowest: int = 24
    believed: float = 0.2
    smallest: float = 0.1
    least_gain: float = 0.02
    farther: float = 0.5


SETTINGS = Settings()

DID_NOT_MOVE = "The camera did not move."
TOO_LITTLE_SEEN = "There is too little to see in the background to tell whether the camera moved."
NOTHING_FITS = (
    "The background photo does not fit, and no camera motion explains how; it was used as it is."
)


@dataclass(frozen=True)
class Registration:
    """How the plate was moved to fit the source, and what came of it.

    Attributes:
        matrix: (3, 3) float64, maps x, y in the source to x, y in the plate, both in units of the
            long side from the top left corner (a pixel's centre is at +0.5), at any size.
        flow: (h, w, 2) float32, smooth local correction to add to the plate's x, y, in the same
            units; None for none.
        aligned: False: left as it is.
        moved: median displacement over the frame, units of the long side.
        turned: degrees that the plate was turned, counter-clockwise as seen.
        agreement: share of the plate's structure that is found again in the source at its place,
            whatever the light, 0..1; over the sure background if that was given, else over the
            whole frame, subject included. 1 if there is no structure to tell by.
        failed: the photos don't fit as they are, and no plausible motion makes them fit.
        note: what was done or why nothing, a plain sentence.
    """

    matrix: Matrix = field(default_factory=lambda: np.eye(3))
    flow: Map | None = None
    aligned: bool = False
    moved: float = 0.0
    turned: float = 0.0
    agreement: float = 1.0
    failed: bool = False
    note: str = "The background photo was used as it is."


def register(
    source: NDArray[np.uint8],
    plate: NDArray[np.uint8],
    background: Map | None = None,
    start: Registration | None = None,
) -> Registration:
    """Find the motion that brings a plate onto the source.

    Args:
        source: (h, w, 3) uint8, RGB; 512 to 1024 pixels long suffice.
        plate: (h, w, 3) uint8, of the same size.
        background: (h, w) bool or float, 1 where the source surely shows background, as a first
            matte knows it; None: unknown.
        start: what was found a moment ago, which is tried first; None: nothing was.

    Raises:
        InputError: the arrays are not two photos of one size. Whatever they show, there is a
            result.
    """
    _check(source, plate, background)
    if np.array_equal(source, plate):
        return Registration(note="The two photos are the same, pixel by pixel.")
    levels = pyramid(source, plate, background, (*SETTINGS.sizes, SETTINGS.finest))
    main = levels[min(len(SETTINGS.sizes), len(levels)) - 1]
    if (
        main.explained(main.plate)[2] < SETTINGS.fewest * main.source.size
        or min(main.size) < SETTINGS.narrowest
    ):
        return Registration(note=TOO_LITTLE_SEEN)
    matrix = _search(levels[: len(SETTINGS.sizes)], None if start is None else start.matrix)
    if len(levels) > len(SETTINGS.sizes):
        matrix = refine(levels[-1], matrix, rounds=2, fine=True)
    return _judged(main, matrix, _structured(levels[0]) and _structured(main))


def warp(plate: NDArray[np.uint8], registration: Registration) -> tuple[Pixels, Coverage | None]:
    """Move a plate as it was found to fit.

    Args:
        plate: (H, W, 3) uint8, of any size, in the shape of what was registered.
        registration: as found.

    Returns:
        The plate, (H, W, 3) uint8, its border's colours continued where it does not reach; and
        where it does, (H, W) uint8, 0 or 255, None for everywhere. A plate that is not to be moved
        comes back itself.
    """
    if not registration.aligned:
        return plate, None
    return warped(plate, registration.matrix, registration.flow)


def _structured(level: Level) -> bool:
    """Whether a plate shows enough to call a pair a misfit; noise does at fine levels only."""
    return level.explained(level.plate)[2] >= SETTINGS.structured * level.plate.size


def _judged(level: Level, matrix: Matrix, structured: bool) -> Registration:
    """A motion taken or turned down, with its parallax."""
    agreement, mean, pixels = level.explained(level.plate)
    explained, reached, others = level.explained(move(level.plate, matrix))
    if not plausible(matrix, level.size) or reached < SETTINGS.believed or others < pixels / 3:
        if mean >= SETTINGS.fitting:
            return Registration(agreement=agreement, note=DID_NOT_MOVE)
        if not structured:
            return Registration(agreement=agreement, note=TOO_LITTLE_SEEN)
        return Registration(agreement=agreement, failed=True, note=NOTHING_FITS)
    lengths = np.linalg.norm(displacement(matrix, level.size), axis=1)
    moved = move(level.plate, matrix, cv2.INTER_CUBIC)
    tells, told, pixels = level.information(moved, level.plate)
    if lengths.max() * SETTINGS.sizes[
        -1
    ] < SETTINGS.smallest or tells - told < SETTINGS.least_gain * max(told, pixels):
        matrix, lengths = np.eye(3), np.zeros(1)
    else:
        agreement = explained
    flow = local_flow(level, matrix)
    if flow is None and not lengths.any():
        return Registration(agreement=agreement, note=DID_NOT_MOVE)
    turned, shift = turn(matrix, level.size), float(np.median(lengths))
    note = _sentence(shift, turned, flow is not None)
    return Registration(matrix, flow, True, shift, turned, agreement, note=note)


def _search(levels: list[Level], start: Matrix | None) -> Matrix:
    """The best motion found, made exact at the finest of the levels."""
    back = np.eye(3) if start is None else np.linalg.inv(start)  # what is near is near the start
    middle = levels[min(1, len(levels) - 1)]
    best, told, seen = np.eye(3), middle.telling(middle.plate), middle.plate
    far = 0.0  # how far the best moves anything, long sides
    for guess in _guesses(levels, start):
        matrix = guess
        for level in levels[:2]:
            if plausible(matrix, level.size):
                matrix = refine(level, matrix)
        if plausible(matrix, middle.size):
            moved = move(middle.plate, matrix)
            lengths = np.linalg.norm(displacement(back @ matrix, middle.size), axis=1)
            tells = middle.telling(moved) * (1 - SETTINGS.farther * float(np.median(lengths)))
            if tells >= told:
                best, told, seen, far = matrix, tells, moved, float(lengths.max())
        # Only near by: bricks fit bricks a row farther almost as well.
        if (
            far * SETTINGS.sizes[-1] < SETTINGS.near
            and middle.explained(seen)[0] > SETTINGS.certain
        ):
            break
    for level in levels[2:]:
        best = refine(level, best, fine=True)
    return best


def _guesses(levels: list[Level], start: Matrix | None) -> Iterator[Matrix]:
    """Motions to start from, the likeliest first; the costly ones only if they are asked for."""
    if start is not None:
        yield start
    yield np.eye(3)
    yield from by_correlation(levels[0])
    yield from by_features(levels[-1])


def _sentence(moved: float, turned: float, flow: bool) -> str:
    parts = []
    if moved >= 0.0005:
        parts.append(f"{100 * moved:.1f} % of the picture's long side")
    if abs(turned) >= 0.05:
        parts.append(
            f"turned by {abs(turned):.1f} degrees" if parts else f"{abs(turned):.1f} degrees"
        )
    how = " and ".join(parts) if parts else "less than a thousandth of the picture"
    bent = ", near and far things each a little differently" if flow else ""
    return f"The camera had moved by {how}; the background photo was moved to fit{bent}."


def _check(source: NDArray[Any], plate: NDArray[Any], background: Map | None) -> None:
    for name, photo in (("source", source), ("plate", plate)):
        if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or not photo.size:
            raise InputError(
                f"the {name} is {photo.dtype} of shape {photo.shape}; expected uint8, (h, w, 3)"
            )
    if source.shape != plate.shape:
        raise InputError(
            f"the plate has shape {plate.shape}, the source {source.shape}: "
            "bring the plate to the source's size first"
        )
    if background is not None and background.shape != source.shape[:2]:
        raise InputError(
            f"the background mask has shape {background.shape}; expected {source.shape[:2]}"
        )
