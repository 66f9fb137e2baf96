"""Things that stand: baskets, cages, chairs with slats, wire cups with pens, stakes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .coverage import Canvas
from .strokes import circle, lit_line, paint
from .translucent import wave


def draw_basket(rng: np.random.Generator, canvas: Canvas) -> None:
    """Woven bands that leave gaps, a rim, a handle."""
    side = canvas.side
    colour = paint(rng)
    top, low = rng.uniform(0.35, 0.5) * side, rng.uniform(0.8, 0.92) * side
    half, taper = rng.uniform(0.22, 0.4) * side, rng.uniform(0.6, 1.0)
    rows, columns = int(rng.integers(5, 26)), int(rng.integers(9, 40))
    gap = rng.uniform(0.25, 0.9)
    ring = circle(80)
    for back in (True, False):
        dim = 0.5 if back else 1.0
        stretch = (low - top) / rows * gap
        angles = np.linspace(0, np.pi, columns) + (np.pi if back else 0)
        for angle in angles:
            x = np.array([np.cos(angle) * half, np.cos(angle) * half * taper]) + side / 2
            y = np.array([top, low]) + np.sin(angle) * half * 0.16 * np.array([1, taper])
            canvas.polyline(np.stack([x, y], 1), colour * dim * 0.75, max(0.5, 0.4 * stretch))
        for i in range(rows + 1):
            share = i / rows
            r = half * (1 + (taper - 1) * share)
            arc = ring[40:] if back else ring[:41]
            weave = 0.12 * stretch * np.sin(np.arange(len(arc)) * 1.6 + np.pi * i)
            line = arc * [r, 0.16 * r] + [side / 2, top + share * (low - top)]
            line[:, 1] += weave
            canvas.polyline(
                line, np.clip(colour * dim * rng.uniform(0.85, 1.15), 0, 1), max(0.4, stretch * 0.6)
            )
    lit_line(canvas, ring * [half, 0.16 * half] + [side / 2, top], colour, 0.02 * side)
    if rng.random() < 0.6:
        t = np.linspace(0, np.pi, 50)
        arch = np.stack(
            [side / 2 + half * np.cos(t), top - rng.uniform(0.5, 0.9) * half * np.sin(t)], 1
        )
        lit_line(canvas, arch, colour, rng.uniform(0.012, 0.03) * side)


def draw_cage(rng: np.random.Generator, canvas: Canvas) -> None:
    """A bird cage or a lamp's: bars on rings, under a dome, a hook, perhaps a bird."""
    side = canvas.side
    colour = paint(rng)
    bars, thick = int(rng.integers(10, 48)), rng.uniform(0.3, 2.0)
    half, top, low = rng.uniform(0.18, 0.32) * side, 0.4 * side, 0.9 * side
    dome = rng.uniform(0.5, 1.1) * half
    ring = circle(80)
    if rng.random() < 0.5:
        perch = np.array([[0.5 * side - half, 0.68 * side], [0.5 * side + half, 0.68 * side]])
        lit_line(canvas, perch, np.array([0.6, 0.45, 0.3]), 3)
        body = np.array([0.5 + rng.normal(0, 0.04), 0.63]) * side
        feather = rng.uniform(0.1, 1, 3)
        canvas.polygon(body + ring * [0.035 * side, 0.05 * side], feather * 0.85)
        canvas.polygon(body + ring * 0.028 * side - [0.01 * side, 0.06 * side], feather)
        tail = np.array([[0.01, 0.02], [0.05, 0.13], [0.03, 0.13]]) * side
        canvas.polygon(body + tail, feather * 0.6)
    t = np.linspace(0, np.pi / 2, 14)
    for angle in np.linspace(0, 2 * np.pi, bars, endpoint=False):
        x, z = np.cos(angle) * half, np.sin(angle) * half * 0.2
        arch = np.stack([side / 2 + x * np.sin(t), top - dome * np.cos(t) + z * np.sin(t)], 1)
        line = np.vstack([arch, [side / 2 + x, low + z]])
        canvas.polyline(line, colour * (1.0 if z > 0 else 0.65), thick)
    for share in np.linspace(0, 1, int(rng.integers(2, 5))):
        at = np.array([side / 2, top + share * (low - top)])
        canvas.polyline(at + ring * [half, 0.2 * half], colour * 0.85, thick * 1.6)
    lit_line(
        canvas, np.array([side / 2, low]) + ring * [half * 1.03, 0.2 * half], colour, 0.02 * side
    )
    hook = np.array([side / 2, top - dome - 0.025 * side]) + ring * 0.025 * side
    canvas.polyline(hook, colour, max(1, thick))


def draw_chair(rng: np.random.Generator, canvas: Canvas) -> None:
    """Four legs, a seat, a back of slats, bars or caning; or a stool or a ladder."""
    side = canvas.side
    colour = paint(rng)
    thick = rng.uniform(0.012, 0.03) * side
    half, seat = rng.uniform(0.16, 0.26) * side, rng.uniform(0.52, 0.62) * side
    shift, rise = rng.uniform(-0.12, 0.12) * side, rng.uniform(0.03, 0.09) * side
    x = side / 2 - shift / 2
    back = np.array([[x - half + shift, seat - rise], [x + half + shift, seat - rise]])
    front = np.array([[x - half, seat], [x + half, seat]])
    foot = rng.uniform(0.3, 0.36) * side
    for corner in back:
        lit_line(canvas, np.array([corner, corner + np.array([0, foot])]), colour * 0.7, thick)
    high = rng.uniform(0.28, 0.4) * side
    spread = rng.uniform(0.9, 1.1)
    tops = (back - back.mean(axis=0)) * spread + back.mean(axis=0) - (0, high)
    kind = rng.integers(3)
    if kind == 0:
        for share in np.linspace(0.15, 1, int(rng.integers(2, 9))):
            slat = back + share * (tops - back)
            lit_line(canvas, slat, colour * 0.95, thick * rng.uniform(0.4, 1.2))
    elif kind == 1:
        for share in np.linspace(0, 1, int(rng.integers(4, 14))):
            bar = np.array(
                [back[0] + share * (back[1] - back[0]), tops[0] + share * (tops[1] - tops[0])]
            )
            lit_line(canvas, bar, colour * 0.9, thick * rng.uniform(0.15, 0.6))
    else:
        n = int(rng.integers(8, 30))
        for share in np.linspace(0, 1, n):
            across = back + share * (tops - back)
            along = np.array(
                [back[0] + share * (back[1] - back[0]), tops[0] + share * (tops[1] - tops[0])]
            )
            canvas.polyline(across, colour * 0.8, 0.6)
            canvas.polyline(along, colour * 0.9, 0.6)
    for a, b in zip(back, tops, strict=True):
        lit_line(canvas, np.array([a, b]), colour, thick)
    lit_line(canvas, tops, colour, thick * 1.3)
    canvas.polygon(np.vstack([back, front[::-1]]), np.clip(colour * 1.1, 0, 1))
    lit_line(canvas, front, colour * 0.85, thick)
    for corner in front:
        lit_line(canvas, np.array([corner, corner + np.array([0, foot])]), colour, thick)
    rung = front + np.array([0, foot * rng.uniform(0.4, 0.8)])
    lit_line(canvas, rung, colour * 0.9, thick * 0.6)


def draw_cup(rng: np.random.Generator, canvas: Canvas) -> None:
    """A cup of wire mesh with pens in it."""
    side = canvas.side
    half, top, low = rng.uniform(0.12, 0.22) * side, 0.45 * side, 0.93 * side
    metal, ring = np.full(3, rng.uniform(0.05, 0.9)), circle(80)
    pitch, thick = rng.uniform(2.5, 9), rng.uniform(0.4, 1.6)

    def mesh(back: bool) -> None:
        shade = metal * (0.6 if back else 1)
        t = np.linspace(0, np.pi, 40) + (np.pi if back else 0)
        for y in np.arange(top, low, pitch):
            canvas.polyline(
                np.stack([side / 2 + half * np.cos(t), y + 0.18 * half * np.sin(t)], 1),
                shade,
                thick,
            )
        for angle in np.linspace(t[0], t[-1], int(np.pi * half / pitch)):
            x, z = side / 2 + half * np.cos(angle), 0.18 * half * np.sin(angle)
            canvas.polyline(np.array([[x, top + z], [x, low + z]]), shade, thick)

    mesh(True)
    for _ in range(int(rng.integers(0, 9))):
        x = side / 2 + rng.uniform(-0.7, 0.7) * half
        end = np.array([x + rng.normal(0, 0.8) * half, rng.uniform(0.12, 0.38) * side])
        thick_pen = rng.uniform(0.008, 0.022) * side
        pen = np.array([[side / 2 + (x - side / 2) * 0.4, low - 4], end])
        lit_line(canvas, pen, paint(rng), thick_pen)
        tip = np.array([end, end + (end - pen[0]) * 0.06])
        lit_line(canvas, tip, paint(rng), np.array([thick_pen, 0.4]))
    mesh(False)
    for y in (top, low):
        lit_line(canvas, ring * [half, 0.18 * half] + [side / 2, y], metal, 0.012 * side)


def draw_stakes(rng: np.random.Generator, canvas: Canvas) -> None:
    """Stakes, masts, tripods and stands with strings between them."""
    side = canvas.side
    count = int(rng.integers(3, 9))
    feet = np.stack([np.linspace(0.12, 0.88, count), rng.uniform(0.85, 0.96, count)], 1) * side
    meet = np.array([0.5, rng.uniform(0.08, 0.2)]) * side if rng.random() < 0.5 else None
    colour = paint(rng)
    ends = []
    for foot in feet:
        end = meet + rng.normal(0, 0.02 * side, 2) if meet is not None else (
            foot - (rng.normal(0, 0.05) * side, rng.uniform(0.4, 0.75) * side))  # fmt: skip
        line = foot + np.linspace(0, 1, 12)[:, None] * (end - foot)
        line[:, 0] += 0.003 * side * wave(rng, 12, 4)
        lit_line(
            canvas,
            line,
            np.clip(colour * rng.uniform(0.8, 1.1), 0, 1),
            rng.uniform(0.003, 0.018) * side,
        )
        ends.append(line)
    string, droop = paint(rng), rng.uniform(0, 0.04) * side
    t = np.linspace(0, 1, 16)[:, None]
    for share in rng.uniform(0, 0.9, int(rng.integers(2, 12))):
        i = int(share * 12)
        for one, two in pairwise(ends):
            line = one[i] * (1 - t) + two[i] * t
            line[:, 1] += (droop * 4 * t * (1 - t))[:, 0]
            canvas.polyline(line, string, rng.uniform(0.25, 0.9))
