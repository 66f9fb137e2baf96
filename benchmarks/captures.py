"""Pairs of photos of one place whose camera motion is known exactly.

A scene is drawn (or cropped from a photo) at twice the size; both cameras see it from there, so
that both photos are resampled alike. Then each gets light, noise and compression of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from bgmatting.imaging.arrays import Shape
from bgmatting.training.synthesis.assets import Assets
from bgmatting.training.synthesis.scenes import dead_leaves, wall
from bgmatting.training.synthesis.shapes import draw_shape
from bgmatting.training.synthesis.textures import (
    crop_photo,
    gradient,
    random_colour,
    smooth_field,
    surface,
)

DETAIL = 2  # scene pixels per pixel of the photo; chosen by eye
MARGIN = 0.14  # of the long side, seen by moved cameras only; more than `Disturbance` moves them
# As large as the size at which pairs are aligned (imaging/alignment), of the shapes of photos.
SHAPES: tuple[Shape, ...] = ((384, 512), (512, 384), (288, 512), (512, 512))
SCENES = {"photo": 0.4, "room": 0.15, "leaves": 0.15, "plain": 0.15, "repeat": 0.15}  # by eye


@dataclass(frozen=True)
class Disturbance:
    """How far things may go; 0 for none of it.

    Attributes:
        still: share of pairs whose camera did not move at all.
        nudged: share whose camera moved by less than a pixel.
        shift: of the long side, each way.
        turn: degrees.
        growth: share.
        tilt: perspective at the frame's edge, share.
        parallax: pixels of a smooth flow besides.
        stops, balance, gamma, field: of the light, stops, shares of gain, power, share.
        noise: standard deviation, 0..1 scale.
        jpeg: share of pairs compressed.
        shadow: share of pairs whose subject casts one.
        subject: shares of the frame that it may cover.
    """

    still: float = 0.15
    nudged: float = 0.15
    shift: float = 0.05
    turn: float = 3.0
    growth: float = 0.02
    tilt: float = 0.03
    parallax: float = 0.0
    stops: float = 1.0
    balance: float = 0.12
    gamma: float = 0.15
    field: float = 0.15
    noise: float = 0.03
    jpeg: float = 0.6
    shadow: float = 0.6
    subject: tuple[float, float] = (0.05, 0.6)


@dataclass(frozen=True, eq=False)
class Capture:
    """One pair and its truth, at working size.

    Attributes:
        source, plate: (h, w, 3) uint8, RGB.
        alpha: (h, w) float32, true.
        foreground: (h, w, 3) float32, 0..1, as the source's camera renders it.
        matrix: (3, 3) float64, source to plate, units of the long side.
        flow: (h, w, 2) float32, to be added, same units; None for none.
        here, there: (h, w, 3) float32, 0..1, the place from both cameras, in one light, without
            subject, shadow or noise.
        kind: of scene.
        motion: "still", "nudged" or "moved".
    """

    source: np.ndarray
    plate: np.ndarray
    alpha: np.ndarray
    foreground: np.ndarray
    matrix: np.ndarray
    flow: np.ndarray | None
    here: np.ndarray
    there: np.ndarray
    kind: str
    motion: str


def draw_capture(
    rng: np.random.Generator, assets: Assets, strength: Disturbance = Disturbance()
) -> Capture:
    """One random pair."""
    shape = SHAPES[rng.integers(len(SHAPES))]
    height, width = shape
    margin = round(MARGIN * max(shape))
    large = ((height + 2 * margin) * DETAIL, (width + 2 * margin) * DETAIL)
    kinds = [kind for kind in SCENES if kind != "photo" or assets.backgrounds]
    weights = np.array([SCENES[kind] for kind in kinds])
    kind = str(rng.choice(kinds, p=weights / weights.sum()))
    scene = _scene(rng, kind, large, assets)

    draw = rng.random()
    motion = "still" if draw < strength.still else "moved"
    if strength.still <= draw < strength.still + strength.nudged:
        motion = "nudged"
    matrix = _motion(rng, shape, motion, strength)
    flow = None
    if strength.parallax and motion == "moved":
        flow = np.stack([smooth_field(rng, shape, 3) for _ in range(2)], 2)
        flow = (flow * strength.parallax / 2 / max(shape)).astype(np.float32)
    here = _view(scene, shape, margin, np.eye(3), None)
    there = here if motion == "still" else _view(scene, shape, margin, matrix, flow)

    foreground, alpha = _subject(rng, shape, assets, strength)
    lit = here
    if rng.random() < strength.shadow:
        lit = here * _shadow(rng, alpha)[..., None]
    source = foreground * alpha[..., None] + lit * (1 - alpha[..., None])
    common = replace(strength, stops=0.5, field=0.1)  # what both cameras do to this scene
    renderings = [_rendering(rng, shape, common), _rendering(rng, shape, strength)]
    source, foreground = renderings[0](source), renderings[0](foreground)
    plate = renderings[1](renderings[0](there))
    noise = rng.uniform(0, 1) ** 2 * strength.noise
    pressed = rng.random() < strength.jpeg
    finish = [_finish(rng, photo, noise, pressed) for photo in (source, plate)]
    return Capture(*finish, alpha, foreground, matrix, flow, here, there, kind, motion)


def true_positions(capture: Capture) -> np.ndarray:
    """Where each source pixel lies in the plate, (h, w, 2) float64, pixels."""
    positions = mapped(capture.matrix, capture.alpha.shape)
    if capture.flow is not None:
        # The flow is defined over the plate's pixels; at this smoothness one lookup suffices.
        x, y = (positions[..., i].astype(np.float32) for i in (0, 1))
        flow = cv2.remap(capture.flow, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        positions = positions - flow * max(capture.alpha.shape)
    return positions


def mapped(matrix: np.ndarray, shape: Shape) -> np.ndarray:
    """Every pixel's place by a matrix in units of the long side, (h, w, 2), pixels."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    long = max(shape)
    u, v, depth = np.einsum("ij,jhw->ihw", matrix, np.stack([x / long, y / long, np.ones(shape)]))
    return np.stack([u / depth, v / depth], 2) * long - 0.5


def _motion(
    rng: np.random.Generator, shape: Shape, motion: str, strength: Disturbance
) -> np.ndarray:
    if motion == "still":
        return np.eye(3)
    height, width = shape
    long = max(shape)
    amount = 1.0 if motion == "moved" else 0.02
    shift = rng.uniform(-1, 1, 2) * strength.shift * amount
    if motion == "nudged":
        shift = rng.uniform(-0.8, 0.8, 2) / long
    turn = np.radians(rng.uniform(-1, 1) * strength.turn * amount)
    growth = 1 + rng.uniform(-1, 1) * strength.growth * amount
    tilt = rng.uniform(-1, 1, 2) * strength.tilt * amount * 2
    cos, sin = np.cos(turn) * growth, np.sin(turn) * growth
    about = np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]], [*tilt, 1]])
    centre = np.array([[1, 0, width / 2 / long], [0, 1, height / 2 / long], [0, 0, 1]])
    return centre @ about @ np.linalg.inv(centre)


def _view(scene: np.ndarray, shape: Shape, margin: int, matrix: np.ndarray, flow) -> np.ndarray:
    """The scene from a camera that moved by `matrix`, its detail averaged as a sensor does."""
    height, width = shape
    y, x = (np.mgrid[: height * DETAIL, : width * DETAIL] + 0.5) / DETAIL
    long = max(shape)
    coordinates = np.stack([x / long, y / long, np.ones(x.shape)])
    u, v, depth = np.einsum("ij,jhw->ihw", np.linalg.inv(matrix), coordinates)
    u, v = u / depth * long, v / depth * long
    if flow is not None:
        fine = cv2.resize(flow, x.shape[::-1], interpolation=cv2.INTER_CUBIC) * long
        # What lies at x in the plate lies at inverse(x + flow) in the source.
        u, v = u + fine[..., 0], v + fine[..., 1]
    seen = cv2.remap(
        scene,
        ((u + margin) * DETAIL - 0.5).astype(np.float32),
        ((v + margin) * DETAIL - 0.5).astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return np.clip(cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA), 0, 1)


def _scene(rng: np.random.Generator, kind: str, shape: Shape, assets: Assets):
    if kind == "photo":
        return crop_photo(rng, assets.background(rng), shape)
    if kind == "room":
        return _room(rng, shape)
    if kind == "leaves":
        return dead_leaves(rng, shape, assets)
    return _plain(rng, shape) if kind == "plain" else _repeat(rng, shape)


def _room(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A wall with a floor, and furniture made of boxes and lines."""
    scene = np.clip(wall(rng, shape), 0.05, 1)
    for _ in range(rng.integers(3, 12)):
        box = cv2.boxPoints(
            (
                (float(rng.integers(shape[1])), float(rng.integers(shape[0]))),
                tuple(rng.uniform(0.02, 0.3, 2) * max(shape)),
                float(rng.choice([0, rng.normal(0, 3), rng.uniform(0, 90)])),
            )
        ).astype(np.int32)
        cv2.fillPoly(scene, [box], random_colour(rng).tolist(), cv2.LINE_AA)
        thick = int(rng.integers(1, 8))
        cv2.polylines(scene, [box], True, random_colour(rng).tolist(), thick, cv2.LINE_AA)
    return cv2.GaussianBlur(scene, (0, 0), 1.0)


def _plain(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A nearly flat wall: a few faint marks, lines or a skirting board."""
    scene = np.clip(gradient(rng, shape), 0.1, 0.95)
    scene = cv2.GaussianBlur(scene, (0, 0), 3)
    for _ in range(rng.integers(2, 7)):
        faint = scene * rng.uniform(0.93, 1.07) + rng.normal(0, 0.01, 3).astype(np.float32)
        mask = np.zeros(shape, np.uint8)
        x, y = int(rng.integers(shape[1])), int(rng.integers(shape[0]))
        which = rng.integers(4)
        if which == 0:
            cv2.line(mask, (x, 0), (x + int(rng.normal(0, 20)), shape[0]), 255, 6, cv2.LINE_AA)
        elif which == 1:
            cv2.line(mask, (0, y), (shape[1], y + int(rng.normal(0, 20))), 255, 6, cv2.LINE_AA)
        elif which == 2:
            radius = int(rng.uniform(0.005, 0.04) * max(shape))
            cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
        else:
            h, w = (int(v) for v in rng.uniform(0.02, 0.15, 2) * max(shape))
            cv2.rectangle(mask, (x, y), (x + w, y + h), 255, -1)
        soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), rng.uniform(0.7, 3))
        scene += (faint - scene) * soft[..., None]
    return np.clip(scene, 0, 1)


def _repeat(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Bricks, tiles, blinds or a lattice, with the small differences that real ones have."""
    scene = gradient(rng, shape)
    pitch = rng.uniform(0.02, 0.09, 2) * max(shape)
    if rng.random() < 0.25:
        pitch[1] = 2 * max(shape)  # blinds
    joint = max(2, int(min(pitch) * rng.uniform(0.05, 0.2)))
    colour = random_colour(rng)
    spread = rng.uniform(0.01, 0.08)
    rows = int(shape[0] / pitch[0]) + 2
    columns = int(shape[1] / pitch[1]) + 3
    offset = rng.uniform(0, 0.5)
    for row in range(rows):
        for column in range(columns):
            top = int(row * pitch[0])
            left = int((column - 1 + (row % 2) * offset) * pitch[1])
            corner = (left + int(pitch[1]) - joint, top + int(pitch[0]) - joint)
            tone = np.clip(colour + rng.normal(0, spread), 0, 1)
            cv2.rectangle(scene, (left, top), corner, tone.tolist(), -1)
    return np.clip(cv2.GaussianBlur(scene, (0, 0), 1.0), 0, 1)


def _subject(
    rng: np.random.Generator, shape: Shape, assets: Assets, strength: Disturbance
) -> tuple[np.ndarray, np.ndarray]:
    """A foreground and an alpha that covers the share asked for, as far as the frame allows."""
    want = rng.uniform(*strength.subject)
    if assets.people:
        picture = assets.subject("people", rng)
        colour, alpha = picture[..., :3].astype(np.float32) / 255, picture[..., 3] / 255.0
    else:
        kind = str(rng.choice(["humanoid", "blob", "hard"]))
        alpha = draw_shape(rng, kind, (384, 384))
        colour = surface(rng, (384, 384), assets)
    rows, columns = (np.flatnonzero(alpha.max(axis=axis) > 0.02) for axis in (1, 0))
    if not rows.size:
        return np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    alpha, colour = alpha[part].astype(np.float32), colour[part]
    scale = np.sqrt(want * shape[0] * shape[1] / max(alpha.sum(), 1.0))
    scale = min(scale, 1.3 * shape[0] / alpha.shape[0], 1.3 * shape[1] / alpha.shape[1])
    bottom = shape[0] if rng.random() < 0.6 else rng.uniform(0.4, 1.2) * shape[0]
    left = rng.uniform(-0.3, 1.0) * (shape[1] - alpha.shape[1] * scale)
    place = np.array([[scale, 0, left], [0, scale, bottom - alpha.shape[0] * scale]])
    alpha = cv2.warpAffine(alpha, place, shape[::-1], flags=cv2.INTER_LINEAR)
    colour = cv2.warpAffine(
        colour, place, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return colour, np.clip(alpha, 0, 1)


def _shadow(rng: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    long = max(alpha.shape)
    shift = np.float64([[1, 0, rng.normal(0, 0.06) * long], [0, 1, rng.normal(0.02, 0.04) * long]])
    cast = cv2.warpAffine(alpha, shift, alpha.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(cast, (0, 0), rng.uniform(0.004, 0.05) * long)
    return 1 - rng.uniform(0.05, 0.5) * soft


def _rendering(rng: np.random.Generator, shape: Shape, strength: Disturbance):
    """A camera's exposure, white balance, tone and shading, as a function of a photo."""
    gain = 2 ** (rng.uniform(-1, 1) * strength.stops) * np.exp(
        rng.uniform(-1, 1, 3) * strength.balance
    )
    power = np.exp(rng.uniform(-1, 1) * strength.gamma)
    field = 1 + strength.field * np.clip(smooth_field(rng, shape, 2), -1, 1)

    def render(photo: np.ndarray) -> np.ndarray:
        linear = np.clip(photo, 0, 1) ** 2.2 * gain.astype(np.float32) * field[..., None]
        return np.clip(linear, 0, 1) ** np.float32(power / 2.2)

    return render


def _finish(rng: np.random.Generator, photo: np.ndarray, noise: float, pressed: bool):
    grain = rng.normal(0, noise, photo.shape).astype(np.float32)
    photo = np.clip(photo + grain * np.sqrt(0.3 + photo), 0, 1)
    pixels = np.rint(photo * 255).astype(np.uint8)
    if pressed:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 97))]
        _, data = cv2.imencode(".jpg", pixels[..., ::-1], quality)
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].copy()
    return pixels
