"""Hair grown on pictures of people: behind the head and out of its outline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ....errors import InputError
from .coverage import Canvas
from .groom import Ellipsoid, Points, Strands, Style, grow, unit
from .heads import SKULL, Frame
from .strands import draw_depth_first, random_light, random_tint, shaded
from .styles import random_style

_TRIES = 60  # people looked at until one has a head that is seen
_HALF_WIDTH = 0.37  # of a head, in head heights


class Place(NamedTuple):
    """Where a head is in a picture: its middle and half its width, in pixels."""

    x: float
    y: float
    radius: float


def find_head(alpha: NDArray[np.floating]) -> Place | None:
    """The head of a person: the topmost round part of the outline above something like a neck.

    Args:
        alpha: (h, w), 0..1.

    Returns:
        None where there is none, or it is cut by the frame.
    """
    height, width = alpha.shape
    inside = (alpha > 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    reach = max(3, round(0.03 * height)) | 1
    peaks = (depth == cv2.dilate(depth, np.ones((reach, reach), np.uint8))) & (
        depth > max(0.025 * height, 0.35 * float(depth.max()))
    )
    ys, xs = np.nonzero(peaks)
    if not len(ys):
        return None
    radii = depth[ys, xs]
    top = int(np.argmin(ys - radii))
    x, y, radius = float(xs[top]), float(ys[top]), float(radii[top])
    if y - 1.6 * radius < 0 or x - 1.5 * radius < 0 or x + 1.5 * radius > width:
        return None
    across = slice(max(0, int(x - radius / 2)), int(x + radius / 2) + 1)
    below = depth[int(y + 0.8 * radius) : int(y + 2.6 * radius), across]
    if len(below) < radius or below.max(axis=1).min() > 0.85 * radius:
        return None
    return Place(x, y, radius)


def draw(
    rng: np.random.Generator, side: int, people: Iterator[NDArray[np.uint8]]
) -> NDArray[np.uint8]:
    """Hair on the first of the people whose head is seen whole.

    Args:
        rng: source of all randomness.
        side: of the picture, in pixels.
        people: endless, (h, w, 4) uint8 straight RGBA.

    Returns:
        (side, side, 4) uint8, straight RGBA.

    Raises:
        InputError: none of many has a head that is seen.
    """
    for _ in range(_TRIES):
        picture = next(people)
        alpha = picture[..., 3].astype(np.float32) / 255
        head = find_head(alpha)
        if head is not None and max(alpha[:, 0].max(), alpha[:, -1].max()) < 0.5:
            return _with_hair(rng, side, picture, head)
    raise InputError(
        f"of {_TRIES} pictures of people none shows a head whole, with room about it: give others"
    )


def _with_hair(
    rng: np.random.Generator, side: int, picture: NDArray[np.uint8], head: Place
) -> NDArray[np.uint8]:
    tint = random_tint(rng, _own_colour(picture, head) if rng.random() < 0.8 else None)
    style, count = _flyaway(rng) if rng.random() < 0.45 else random_style(rng)
    strands = _outline_hair(rng, style, count)
    person, frame = _placed(rng, side, picture, head, strands)
    colours = shaded(rng, strands, tint, random_light(rng))
    paths = frame.pixels(strands.paths)
    thick = np.where(rng.random(len(paths)) < rng.uniform(0, 0.5), 0.5, 0.25)
    before = strands.paths[:, 0, 2] > rng.uniform(-0.12, 0.1)
    layers = []
    for which in (~before, before):
        canvas = Canvas(side)
        draw_depth_first(canvas, paths, strands, colours, thick, which)
        layers.append(_premultiplied(canvas.picture()))
    result = layers[0]
    for above in (person, layers[1]):
        result = above + result * (1 - above[..., 3:])
    straight = result[..., :3] / np.maximum(result[..., 3:], 1e-4)
    straight = np.where(result[..., 3:] > 1e-3, straight, layers[0][..., :3])
    pixels = np.rint(np.dstack([straight, result[..., 3]]).clip(0, 1) * 255)
    drawn: NDArray[np.uint8] = pixels.astype(np.uint8)
    return drawn


def _own_colour(picture: NDArray[np.uint8], head: Place) -> Points | None:
    """(3,) RGB 0..1 of somebody's hair, from the upper rim of the head; None of a bald one."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    away = np.hypot(x - head.x, y - head.y) / head.radius
    solid = picture[..., 3] > 250
    crown = (away > 0.7) & (away < 1.1) & (y < head.y - 0.5 * head.radius) & solid
    face = (away < 0.5) & (y > head.y) & solid
    if not crown.any() or not face.any():
        return None
    hair, skin = (np.median(picture[..., :3][where], axis=0) / 255 for where in (crown, face))
    return hair if np.abs(hair - skin).max() > 0.08 else None


def _flyaway(rng: np.random.Generator) -> tuple[Style, int]:
    """What escapes from any hair: fine strands about the outline."""
    style = Style(
        length=rng.uniform(0.1, 0.6), lift=rng.uniform(0.15, 0.7), gravity=rng.uniform(0, 4),
        drift=rng.uniform(0.8, 2.5), guides=int(rng.integers(150, 500)), clump=rng.uniform(0, 0.6),
        curl=rng.uniform(0, 0.03), turns=rng.uniform(1, 5), unison=rng.uniform(0, 0.7),
        frizz=rng.uniform(0.02, 0.12), stray=(rng.uniform(0.05, 0.3), rng.uniform(0.05, 0.3)),
        ragged=rng.uniform(0.5, 0.9),
    )  # fmt: skip
    return style, int(np.exp(rng.uniform(np.log(500), np.log(6000))))


def _outline_hair(rng: np.random.Generator, style: Style, count: int) -> Strands:
    """Hair from the back of a head and from its outline, over the ears at most."""
    points: Points = np.zeros((0, 3))
    while len(points) < count:
        sphere = unit(rng.normal(size=(3 * count, 3)))
        low = rng.normal(0.25, 0.15, len(sphere))
        points = np.concatenate([points, sphere[(sphere[:, 1] < low) & (sphere[:, 2] < 0.2)]])
    points = points[:count]
    roots, normals = points * SKULL.radii * 0.97, unit(points / np.array(SKULL.radii))
    course = np.stack(
        [np.sign(roots[:, 0]) * rng.uniform(0.2, 1), np.full(count, rng.uniform(-0.3, 0.6)),
         np.full(count, -rng.uniform(0.1, 0.6))], axis=1
    )  # fmt: skip
    course = course + rng.normal(0, 0.2, course.shape)
    course = course - (course * normals).sum(1, keepdims=True) * normals
    return grow(rng, style, roots, normals, course, [Ellipsoid(SKULL.centre, SKULL.radii)])


def _placed(
    rng: np.random.Generator,
    side: int,
    picture: NDArray[np.uint8],
    head: Place,
    strands: Strands,
) -> tuple[NDArray[np.float32], Frame]:
    """The person on a canvas, premultiplied (side, side, 4) 0..1, so that the hair has room."""
    height, width = picture.shape[:2]
    covered = np.nonzero(picture[..., 3].max(axis=0) > 127)[0]
    flat = strands.paths[..., :2].reshape(-1, 2)
    unit_px = head.radius / _HALF_WIDTH
    x, y = head.x, head.y - 0.08 * unit_px
    low, high = np.quantile(flat, [0.001, 0.999], axis=0) * unit_px + (x, y)
    left, right = min(low[0], float(covered[0])), max(high[0], float(covered[-1]))
    bottom = float(height)
    if rng.random() < 0.75:  # head and shoulders, as in calls
        bottom = min(bottom, y + unit_px * rng.uniform(0.9, 2.5))
        rows = picture[: int(bottom), :, 3].max(axis=0) > 127
        covered = np.nonzero(rows)[0]
        left, right = min(low[0], float(covered[0])), max(high[0], float(covered[-1]))
    top = min(float(low[1]), y - 0.6 * unit_px)
    room = side * rng.uniform(0.88, 0.98)
    scale = min(room / (right - left), room / (bottom - top), 1.25)
    matrix = np.array([[scale, 0, side / 2 - scale * (left + right) / 2],
                       [0, scale, side - scale * bottom]])  # fmt: skip
    whole: np.ndarray = _premultiplied(picture)
    shrink = min(1.0, scale)
    if shrink < 1:  # area-average first: the warp itself does not filter
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        whole = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
        matrix[:, :2] = np.diag([scale * width / size[0], scale * height / size[1]])
    centred = matrix.copy()  # OpenCV has pixel centres at whole numbers
    centred[:, 2] += 0.5 * np.array([matrix[0, 0] - 1, matrix[1, 1] - 1])
    person = cv2.warpAffine(whole, centred, (side, side), flags=cv2.INTER_LINEAR)
    frame = Frame(scale * unit_px, scale * x + matrix[0, 2], scale * y + matrix[1, 2])
    return person.clip(0, 1).astype(np.float32), frame


def _premultiplied(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    layer = np.float32(1 / 255) * picture.astype(np.float32)
    return np.dstack([layer[..., :3] * layer[..., 3:], layer[..., 3]])
