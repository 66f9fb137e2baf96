"""Fur: animals that sit or stand, pompoms and scraps of pelt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .groom import Ellipsoid, Points, Strands, Style, grow, unit
from .heads import Frame
from .strands import Tint, draw_depth_first, random_light, random_tint, shaded


@dataclass
class Part:
    """A round part of a body: (3,) middle and half-axes, and its share of the hair."""

    centre: Points
    radii: Points
    length: float = 1.0


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """Something furry, (side, side, 4) uint8 straight RGBA."""
    kind = rng.random()
    parts = _animal(rng) if kind < 0.7 else _pompoms(rng) if kind < 0.85 else _pelt(rng)
    style = Style(
        length=float(np.exp(rng.uniform(np.log(0.1), np.log(0.5)))), lift=rng.uniform(0.25, 0.9),
        gravity=rng.uniform(0, 3), drift=rng.uniform(0.3, 1.5), guides=int(rng.integers(200, 700)),
        clump=rng.uniform(0, 0.9), tightness=rng.uniform(0, 0.3),
        curl=rng.uniform(0.003, 0.02) * (rng.random() < 0.35), turns=rng.uniform(4, 14),
        frizz=rng.uniform(0.01, 0.06), stray=(rng.uniform(0.02, 0.2), rng.uniform(0.02, 0.15)),
        ragged=rng.uniform(0.3, 0.8),
    )  # fmt: skip
    light = random_light(rng)
    tint, patch = random_tint(rng), random_tint(rng)
    turn = _facing(rng)
    count = int(np.exp(rng.uniform(np.log(8000), np.log(22000))))
    strands = _grown(rng, parts, style, count, turn)
    colours = _coat(rng, strands, tint, patch, light)
    frame = _framed(rng, strands, side)
    canvas = Canvas(side)
    paths = frame.pixels(strands.paths)
    thick = np.where(rng.random(count) < rng.uniform(0.2, 0.8), 0.5, 0.25)
    behind = strands.normals[:, 2] < 0
    draw_depth_first(canvas, paths, strands, colours, thick, behind)
    skin = np.clip(tint.root * rng.uniform(0.25, 0.6), 0, 1)
    solid = kind < 0.7 or rng.random() < 0.4  # else the strands are all there is
    for part in sorted(parts if solid else [], key=lambda part: float((part.centre @ turn)[2])):
        outline = _outline(part, turn)
        canvas.polygon(frame.pixels(outline), skin)
    draw_depth_first(canvas, paths, strands, colours, thick, ~behind)
    if kind < 0.7 and rng.random() < 0.8:
        _draw_face(canvas, frame, parts[1], turn)
    return canvas.picture()


def _animal(rng: np.random.Generator) -> list[Part]:
    """Body, head, muzzle, ears, legs, perhaps a tail; it looks at the viewer."""
    sitting = rng.random() < 0.6
    body = Part(np.array([0, 0, 0.0]), np.array([0.36, 0.5 if sitting else 0.34, 0.4]))
    size = rng.uniform(0.24, 0.32)
    middle = np.array([rng.normal(0, 0.05), -0.5 if sitting else -0.38, 0.28])
    head = Part(middle, np.array([size, size * 0.95, size]), 0.7)
    muzzle = Part(middle + np.array([0, 0.09, size * 0.75]), size * np.array([0.5, 0.4, 0.55]), 0.3)
    parts = [body, head, muzzle]
    ear = rng.uniform(0.08, 0.22), rng.uniform(0.5, 0.9)
    for way in (-1, 1):
        place = middle + size * np.array([way * ear[1], -0.95 + 0.4 * (ear[1] - 0.5), -0.1])
        parts.append(Part(place, np.array([0.07, ear[0], 0.04]), 0.5))
        foot = 0.62 if sitting else 0.55
        parts.append(
            Part(np.array([way * 0.18, foot * 0.8, 0.25]), np.array([0.1, 0.26, 0.12]), 0.5)
        )
    if rng.random() < 0.6:
        tail = np.array(
            [rng.choice([-1, 1]) * rng.uniform(0.4, 0.55), rng.uniform(-0.3, 0.4), -0.3]
        )
        parts.append(Part(tail, np.array([0.1, rng.uniform(0.15, 0.3), 0.1]), 1.5))
    return parts


def _pompoms(rng: np.random.Generator) -> list[Part]:
    """One to three balls."""
    count = int(rng.integers(1, 4))
    return [
        Part(np.array([1.1 * i, *rng.normal(0, 0.2, 2)]), np.full(3, rng.uniform(0.2, 0.5)))
        for i in range(count)
    ]


def _pelt(rng: np.random.Generator) -> list[Part]:
    """A collar or rug: flat round parts in a row."""
    bend, thick = rng.uniform(-0.5, 0.5), rng.uniform(0.12, 0.3)
    xs = np.linspace(-0.7, 0.7, 6)
    return [
        Part(np.array([x, bend * x * x + rng.normal(0, 0.02), 0]), np.array([0.22, thick, 0.15]))
        for x in xs
    ]


def _facing(rng: np.random.Generator) -> Points:
    """(3, 3), for row vectors: turned about the vertical."""
    yaw = rng.normal(0, 0.6)
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])


def _grown(
    rng: np.random.Generator, parts: list[Part], style: Style, count: int, turn: Points
) -> Strands:
    """Strands from all that is not inside another part."""
    areas = np.array([(part.radii[0] + part.radii[2]) * part.radii[1] for part in parts])
    roots, normals, lengths = np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0)
    while len(roots) < count:
        which = rng.choice(len(parts), 2 * count, p=areas / areas.sum())
        sphere = unit(rng.normal(size=(2 * count, 3)))
        centres = np.stack([part.centre for part in parts])[which]
        radii = np.stack([part.radii for part in parts])[which]
        points = centres + sphere * radii
        free = np.ones(len(points), bool)
        for i, part in enumerate(parts):
            inside = (((points - part.centre) / part.radii) ** 2).sum(axis=1) < 1
            free &= ~inside | (which == i)
        roots = np.concatenate([roots, points[free]])
        normals = np.concatenate([normals, unit(sphere / radii)[free]])
        lengths = np.concatenate([lengths, np.array([part.length for part in parts])[which][free]])
    roots, normals, lengths = roots[:count], normals[:count], lengths[:count]
    course = np.array([0, rng.uniform(0.2, 1), -rng.uniform(0, 0.8)]) + rng.normal(
        0, 0.2, (count, 3)
    )
    course = course + 0.6 * np.sign(roots[:, :1]) * (1, 0, 0)
    course = course - (course * normals).sum(1, keepdims=True) * normals
    solids = []
    for part in parts:
        x, y, z = part.centre @ turn
        a, b, c = part.radii
        solids.append(Ellipsoid((float(x), float(y), float(z)), (float(a), float(b), float(c))))
    order = rng.permutation(count)
    reach = np.clip(lengths / max(1.0, float(lengths.max())), 0, 1)
    return grow(
        rng, style, (roots @ turn)[order], (normals @ turn)[order], (course @ turn)[order], solids,
        reach[order],
    )  # fmt: skip


def _coat(
    rng: np.random.Generator, strands: Strands, tint: Tint, patch: Tint, light: Points
) -> NDArray[np.float32]:
    """Colours of one coat, plain, patched or striped, (n, steps, 3)."""
    plain = shaded(rng, strands, tint, light)
    if rng.random() < 0.35:
        return plain
    roots = strands.paths[:, 0]
    waves = rng.normal(0, rng.uniform(3, 9), (4, 3)) * (1, rng.choice([1, 3]), 1)
    field = np.sin(roots @ waves.T + rng.uniform(0, 6, 4)).sum(axis=1)
    field = field + rng.normal(0, 0.3, len(field))
    other = shaded(rng, strands, patch, light)
    return np.where((field > rng.uniform(-0.5, 1.2))[:, None, None], other, plain)


def _outline(part: Part, turn: Points) -> Points:
    """Of a part as seen, a little within its skin, (n, 2)."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wide = float(np.hypot(part.radii[0] * turn[0, 0], part.radii[2] * turn[2, 0]))
    middle = part.centre @ turn
    return np.stack(
        [middle[0] + 0.88 * wide * np.cos(angle), middle[1] + 0.88 * part.radii[1] * np.sin(angle)],
        1,
    )


def _draw_face(canvas: Canvas, frame: Frame, head: Part, turn: Points) -> None:
    """Eyes and a nose, of those that look this way."""
    for x, y, size in ((-0.4, -0.05, 0.13), (0.4, -0.05, 0.13), (0, 0.42, 0.15)):
        place = np.array([x, y, 0.95 if y < 0 else 1.35]) * head.radii + head.centre
        middle = place @ turn
        if middle[2] < head.centre[2] * 0.5:
            continue
        angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        ring = np.stack([np.cos(angle), np.sin(angle) * (1 if y < 0 else 0.7)], 1) * head.radii[0]
        canvas.polygon(frame.pixels(middle[:2] + ring * size), (0.05, 0.035, 0.03))
        canvas.polygon(frame.pixels(middle[:2] + ring * size * 0.25 - 0.01), (0.85, 0.85, 0.85))


def _framed(rng: np.random.Generator, strands: Strands, side: int) -> Frame:
    flat = strands.paths[..., :2].reshape(-1, 2)
    low, high = np.quantile(flat, [0.0005, 0.9995], axis=0)
    scale = side * rng.uniform(0.8, 0.98) / float((high - low).max())
    x, y = side / 2 - scale * (low + high) / 2
    return Frame(scale, float(x), float(y))
