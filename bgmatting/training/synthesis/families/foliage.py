"""Plants: trees, bushes, house plants, ferns, palms, grass, reeds, flowers and bare branches.

Leaves are drawn from the back to the front, dark inside and light outside, in gaps of all sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .branching import bark, draw_branches, grow_branches, kept_inside
from .coverage import Canvas
from .leaves import LeafKind, draw_flower, draw_leaf, draw_leaf_kind
from .translucent import wave

Points = NDArray[np.float64]


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A plant, (side, side, 4) uint8 straight RGBA."""
    canvas = Canvas(side)
    kinds = list(KINDS)
    kind = kinds[rng.choice(len(kinds), p=[share for _, share in KINDS.values()])]
    KINDS[kind][0](rng, canvas)
    return canvas.picture()


def _tree(rng: np.random.Generator, canvas: Canvas) -> None:
    """A tree, a bush, or a bonsai in its dish."""
    side = canvas.side
    bush, bonsai = rng.random() < 0.3, rng.random() < 0.15
    foot = np.array([0.5, 0.9 if bonsai else 0.97]) * side
    tall = side * (rng.uniform(0.1, 0.18) if bush else rng.uniform(0.2, 0.3))
    wide = side * rng.uniform(0.015, 0.05) * (0.5 if bush else 1) * (1.5 if bonsai else 1)
    branches = []
    for _ in range(int(rng.integers(4, 9)) if bush else 1):
        branches += grow_branches(rng, foot, tall, wide, 3 if bush else 4, rng.uniform(0.4, 0.8))
    branches = kept_inside(branches, foot, side)
    wood = bark(rng)
    draw_branches(canvas, branches, wood, rng.uniform(0, 1, len(branches)))
    kind = draw_leaf_kind(rng, side * rng.uniform(0.012, 0.045))
    tips = [line for line, wide_, _ in branches if wide_ < wide * 0.5] or [branches[-1][0]]
    ends = np.vstack(tips)
    count = int(rng.choice([200, 800, 2000, 3500]))
    cloud = rng.uniform(0.01, 0.05) * side
    # Leaves hang in clusters; where there are none the scene shows.
    picked = ends[rng.integers(len(ends), size=count)] + rng.normal(0, cloud, (count, 2))
    _leaves(rng, canvas, picked, kind, rng.uniform(0, 2 * np.pi, count))
    if rng.random() < 0.25:
        _blossoms(rng, canvas, ends, side * rng.uniform(0.008, 0.022))
    if bonsai:
        _pot(rng, canvas, 0.88, 0.97, rng.uniform(0.12, 0.25), 0.9)


def _leaves(
    rng: np.random.Generator, canvas: Canvas, at: Points, kind: LeafKind, angles: NDArray[Any]
) -> None:
    """Leaves at points, those behind first; lit from one side, dark deep inside."""
    depth = np.sort(rng.uniform(0, 1, len(at)))
    middle, reach = at.mean(axis=0), at.std() + 1e-6
    light = np.array([rng.uniform(-1, 1), -1.0])
    outer = (at - middle) @ light / reach
    for place, angle, far, out in zip(at, angles, depth, outer, strict=True):
        shade = 0.3 + 0.6 * far + 0.12 * np.clip(out, -1.5, 1.5) + rng.normal(0, 0.08)
        draw_leaf(rng, canvas, place, float(angle), kind, float(np.clip(shade, 0.15, 1.25)))


def _blossoms(rng: np.random.Generator, canvas: Canvas, at: Points, size: float) -> None:
    petal, heart = rng.uniform(0.3, 1, 3), np.array([0.95, 0.8, 0.2])
    for place in at[rng.integers(len(at), size=int(rng.integers(10, 120)))]:
        flat = rng.uniform(0.4, 1)
        draw_flower(rng, canvas, place + rng.normal(0, size, 2), size, flat, 5, petal, heart)


def _pot(
    rng: np.random.Generator, canvas: Canvas, top: float, low: float, half: float, taper: float
) -> None:
    side = canvas.side
    colour = np.array([0.7, 0.36, 0.2]) if rng.random() < 0.4 else rng.uniform(0.05, 0.95, 3)
    for k in np.linspace(1, -0.8, 14):
        shade = np.clip(colour * (0.55 + 0.55 * np.sqrt(max(0, 1 - (k + 0.1) ** 2))), 0, 1)
        x = np.array([-half, half * k, half * k * taper, -half * taper])
        canvas.polygon(np.stack([0.5 + x, [top, top, low, low]], 1) * side, shade)
    rim = np.array([[-1, 0], [1, 0], [1, 0.022], [-1, 0.022]]) * [half * 1.06, 1] + [0.5, top]
    canvas.polygon(rim * side, np.clip(colour * 0.95, 0, 1))


def _house_plant(rng: np.random.Generator, canvas: Canvas) -> None:
    """Long stalks from a pot, each with one large leaf, or many small ones along it."""
    side = canvas.side
    foot = np.array([0.5, 0.8]) * side
    many = rng.random() < 0.5
    green = draw_leaf_kind(
        rng, side * (rng.uniform(0.02, 0.05) if many else rng.uniform(0.09, 0.2))
    )
    count = int(rng.integers(8, 40))
    for i in range(count):
        far = i / count
        angle = rng.normal(0, 0.75)
        long = side * rng.uniform(0.2, 0.62) * (1 - 0.25 * abs(angle))
        bend = angle + np.linspace(0, 1, 14) * (rng.normal(0, 0.3) + 0.6 * np.sign(angle))
        steps = np.stack([np.sin(bend), -np.cos(bend)], 1) * long / 14
        start = foot + np.array([rng.normal(0, 0.03) * side, 0.0])
        line = np.vstack([start, start + np.cumsum(steps, axis=0)])
        shade = 0.35 + 0.65 * far
        canvas.polyline(
            line, green.colour * shade * 0.8, np.linspace(side * 0.006, side * 0.002, 15)
        )
        if not many:
            draw_leaf(rng, canvas, line[-1], float(bend[-1] + rng.normal(0, 0.4)), green, shade)
            continue
        for j in range(2, 15):
            for sign in (-1, 1):
                turn = bend[min(j, 13)] + sign * rng.uniform(0.4, 1.0)
                draw_leaf(rng, canvas, line[j], float(turn), green, shade * rng.uniform(0.8, 1.15))
    _pot(rng, canvas, 0.78, 0.97, rng.uniform(0.1, 0.2), rng.uniform(0.7, 0.95))


def _fronds(rng: np.random.Generator, canvas: Canvas) -> None:
    """A fern, or a palm on its trunk: ribs with leaflets to both sides."""
    side, palm = canvas.side, rng.random() < 0.5
    top = np.array([0.5, 0.4 if palm else 0.85]) * side
    kind = draw_leaf_kind(rng, 1.0)
    if palm:
        sway = 0.5 * side + 0.03 * side * wave(rng, 20, 2)
        trunk = np.stack([np.append(sway[:-1], top[0]), np.linspace(0.98 * side, top[1], 20)], 1)
        draw_branches(canvas, [(trunk, 0.05 * side, 0.03 * side)], bark(rng), np.ones(1))
    count = int(rng.integers(7, 22))
    pairs = int(rng.integers(14, 45))
    slim, lean = rng.uniform(0.06, 0.22), rng.uniform(0.5, 1.2)
    for i in range(count):
        shade = 0.4 + 0.6 * i / count + rng.normal(0, 0.08)
        angle = rng.uniform(-1.5, 1.5) if palm else rng.normal(0, 0.7)
        long = side * rng.uniform(0.3, 0.42) * (1.0 if palm else 1.35)
        droop = np.linspace(0, 1, pairs) ** 1.5 * rng.uniform(0.4, 1.5) * (np.sign(angle) or 1)
        bend = angle + droop
        steps = np.stack([np.sin(bend), -np.cos(bend)], 1) * long / pairs
        rib = top + np.cumsum(steps, axis=0)
        canvas.polyline(rib, kind.colour * shade * 0.75, np.linspace(0.007, 0.002, pairs) * side)
        for j in range(1, pairs):
            size = long * 0.3 * np.sin(np.pi * (0.12 + 0.85 * j / pairs)) * rng.uniform(0.85, 1.1)
            for sign in (-1, 1):
                turn = bend[j] + sign * (lean + rng.normal(0, 0.06))
                leaflet = LeafKind(kind.colour, kind.other, float(size), slim, 0.0, kind.vary)
                draw_leaf(rng, canvas, rib[j], float(turn), leaflet, shade * rng.uniform(0.85, 1.1))


def _grass(rng: np.random.Generator, canvas: Canvas) -> None:
    """Blades, reeds, bamboo or corn; the tips are fine."""
    side = canvas.side
    kind = draw_leaf_kind(rng, 1.0)
    count = int(rng.choice([40, 150, 500, 900]))
    wide = side * rng.uniform(0.002, 0.012) * (1 if count > 200 else 1.8)
    spread, tall = rng.uniform(0.06, 0.3) * side, rng.uniform(0.3, 0.85) * side
    lean = rng.normal(0, 0.15)
    ears = rng.random() < 0.4
    brown = np.array([0.45, 0.33, 0.18]) * rng.uniform(0.6, 1.6)
    for i in range(count):
        shade = 0.35 + 0.65 * i / count + rng.normal(0, 0.1)
        long = tall * rng.uniform(0.35, 1.05)
        n = 16
        start = rng.normal(lean, 0.22)
        bend = start + np.linspace(0, 1, n) ** 2 * rng.normal(0.3 * np.sign(start), 0.6)
        steps = np.stack([np.sin(bend), -np.cos(bend)], 1) * long / n
        x = np.clip(rng.normal(0.5 * side, spread), 0.05 * side, 0.95 * side)
        line = np.array([x, 0.98 * side]) + np.cumsum(steps, axis=0)
        mix = np.linspace(0, 1, n)[:, None] * rng.uniform(0, 0.6)
        tone = kind.colour * (1 - mix) + kind.other * mix + rng.normal(0, kind.vary, 3)
        widths = wide * rng.uniform(0.5, 1.2) * np.linspace(1, 0.05, n) ** 0.7
        canvas.polyline(line, np.clip(tone * shade, 0, 1), widths)
        if widths[0] > 2:
            canvas.polyline(
                line + np.array([0.2 * widths[0], 0]),
                np.clip(tone * shade * 1.25, 0, 1),
                widths * 0.3,
            )
        if ears and rng.random() < 0.25:
            end = line[-5:]
            canvas.polyline(end, np.clip(brown * shade * 1.2, 0, 1), min(wide + 1.5, 5))
            for _ in range(14):
                hair = end[rng.integers(5)] + np.array([[0, 0], rng.normal(0, 0.015 * side, 2)])
                canvas.polyline(hair, np.clip(brown * 1.5 * shade, 0, 1), 0.3)


def _flowers(rng: np.random.Generator, canvas: Canvas) -> None:
    """A bunch, or one large flower: stalks with leaves, heads of many petals."""
    side = canvas.side
    count = int(rng.choice([1, 3, 7, 15]))
    green = draw_leaf_kind(rng, side * rng.uniform(0.04, 0.1))
    foot = np.array([0.5, 0.99]) * side
    size = side * (rng.uniform(0.2, 0.3) if count == 1 else rng.uniform(0.05, 0.13))
    one_kind, petals = rng.uniform(0.05, 1, 3), int(rng.integers(5, 40))
    heart = np.array([rng.uniform(0.3, 1), rng.uniform(0.2, 0.8), 0.1])
    heads = []
    for i in range(count):
        angle = rng.normal(0, 0.1) if count == 1 else rng.uniform(-0.55, 0.55)
        long = side * rng.uniform(0.45, 0.8) if count > 1 else 0.6 * side
        n = 14
        bend = angle + np.linspace(-0.3, 0.3, n) * rng.normal(0, 0.6)
        line = foot + np.cumsum(np.stack([np.sin(bend), -np.cos(bend)], 1) * long / n, axis=0)
        shade = 0.5 + 0.5 * (i + 1) / count
        canvas.polyline(line, green.colour * shade * 0.8, side * rng.uniform(0.005, 0.012))
        for j in rng.integers(1, 11, rng.integers(0, 9)):
            turn = bend[j] + rng.choice([-1, 1]) * rng.uniform(0.3, 1.1)
            draw_leaf(rng, canvas, line[j], float(turn), green, shade * rng.uniform(0.6, 1.1))
        heads.append(line[-1])
    for head in heads:
        colour = one_kind if rng.random() < 0.8 else rng.uniform(0.05, 1, 3)
        flat, big = rng.uniform(0.4, 1), size * rng.uniform(0.7, 1.1)
        for ring in (1.0, 0.72, 0.5)[: 3 if petals > 14 else 1]:
            draw_flower(
                rng, canvas, head, big * ring, flat, petals, colour * (1.25 - 0.25 * ring), heart
            )


def _bare(rng: np.random.Generator, canvas: Canvas) -> None:
    """Branches in winter, down to twigs of a quarter of a pixel."""
    side = canvas.side
    foot = np.array([0.5, 0.98]) * side
    branches = grow_branches(
        rng, foot, side * 0.27, side * rng.uniform(0.01, 0.05), 5, rng.uniform(0.35, 0.7)
    )
    branches = kept_inside(branches, foot, side)
    draw_branches(canvas, branches, bark(rng), rng.uniform(0, 1, len(branches)))
    if rng.random() < 0.5:
        kind = draw_leaf_kind(rng, side * rng.uniform(0.008, 0.02))
        ends = np.vstack([line[-2:] for line, _, _ in branches])
        picked = ends[rng.integers(len(ends), size=int(rng.integers(20, 300)))]
        _leaves(rng, canvas, picked, kind, rng.uniform(0, 2 * np.pi, len(picked)))


KINDS: dict[str, tuple[Callable[[np.random.Generator, Canvas], None], float]] = {
    "tree": (_tree, 0.3),
    "house plant": (_house_plant, 0.16),
    "fronds": (_fronds, 0.14),
    "grass": (_grass, 0.14),
    "flowers": (_flowers, 0.14),
    "bare": (_bare, 0.12),
}
