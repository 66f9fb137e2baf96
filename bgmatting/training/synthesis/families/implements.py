"""Things for the hand: combs, brushes, scissors, tools, jewellery."""

from __future__ import annotations

import numpy as np

from .coverage import Canvas
from .strokes import circle, lit_line, paint
from .translucent import wave


def draw_comb(rng: np.random.Generator, canvas: Canvas) -> None:
    """Tapering teeth on one side or both of a bar, or a fork's and a rake's few."""
    side = canvas.side
    colour = paint(rng)
    wide = rng.uniform(0.5, 0.9) * side
    left, y = (side - wide) / 2, rng.uniform(0.3, 0.5) * side
    thick, long = rng.uniform(0.03, 0.1) * side, rng.uniform(0.12, 0.4) * side
    count = int(np.exp(rng.uniform(np.log(6), np.log(110))))
    share, taper, bow = rng.uniform(0.3, 0.75), rng.uniform(0.1, 0.8), rng.uniform(0, 0.08) * side
    both = rng.random() < 0.15
    for sign in (1, -1) if both else (1,):
        many = count if sign == 1 else int(count * 1.7)
        pitch = wide / many
        for i in range(many):
            x = left + (i + 0.5) * pitch
            arch = -bow * 4 * (i / many) * (1 - i / many)
            half, reach = pitch * share / 2, long * (1 + 0.02 * rng.normal()) - sign * arch
            root, tip = y + sign * thick * 0.4, y + sign * (thick / 2 + reach)
            shade = np.clip(colour * rng.uniform(0.85, 1.05), 0, 1)
            tooth = np.array([[x - half, root], [x + half, root], [x + half * taper, tip],
                              [x - half * taper, tip]])  # fmt: skip
            canvas.polygon(tooth, shade * 0.75)
            canvas.polygon(tooth * [1, 1] - [0.3 * half, 0], shade)
    t = np.linspace(0, 1, 40)
    spine = np.stack([left + t * wide, y - bow * 4 * t * (1 - t)], 1)
    lit_line(canvas, spine, colour, thick)
    if rng.random() < 0.3:  # a handle
        grip = np.array([[left + wide, y], [min(left + wide * 1.3, 0.97 * side), y]])
        lit_line(canvas, grip, colour, thick * 0.7)


def draw_brush(rng: np.random.Generator, canvas: Canvas) -> None:
    """Bristles on a handle: paint brush, broom, tooth brush, hair brush."""
    side = canvas.side
    handle, bristle = paint(rng), paint(rng)
    along = rng.random() < 0.5  # bristles in a row along it, or at its end
    count = int(rng.integers(200, 1200))
    reach = rng.uniform(0.08, 0.26) * side
    fan = rng.uniform(0.02, 0.35)
    half = rng.uniform(0.03, 0.14) * side if not along else rng.uniform(0.1, 0.3) * side
    base = np.array([0.5, 0.45]) * side
    for i in range(count):
        at = rng.uniform(-1, 1)
        angle = at * fan + rng.normal(0, 0.05)
        long = reach * rng.uniform(0.8, 1.05)
        bend = angle + np.linspace(0, rng.normal(0, 0.15), 6)
        start = base + np.array([at * half, 0.0])
        line = start - np.cumsum(np.stack([np.sin(-bend), np.cos(bend)], 1) * long / 6, axis=0)
        shade = np.clip(bristle * (0.5 + 0.6 * i / count), 0, 1)
        canvas.polyline(np.vstack([start, line]), shade, rng.uniform(0.25, 0.8))
    if along:
        bar = base + np.array([[-half, 3], [half, 3]])
        lit_line(canvas, bar, handle, 0.035 * side)
        stick = base + (np.array([[half, 3], [half + 0.16 * side, 5]]) if rng.random() < 0.5
                        else np.array([[0, 0], [0, 0.5 * side]]))  # fmt: skip
        lit_line(canvas, stick, handle, 0.02 * side)
        return
    ferrule = base + np.array([[-half * 1.1, -4], [half * 1.1, -4], [half * 0.6, 0.1 * side],
                               [-half * 0.6, 0.1 * side]])  # fmt: skip
    canvas.polygon(ferrule, np.full(3, 0.62))
    canvas.polygon(ferrule * [0.5, 1] + [0.25 * side, 0], np.full(3, 0.78))
    t = np.linspace(0, 1, 20)
    shaft = base + np.stack([0 * t, (0.1 + 0.38 * t) * side], 1)
    lit_line(canvas, shaft, handle, half * (0.9 - 0.5 * np.abs(t - 0.35)))


def draw_scissors(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.side
    opened = rng.uniform(0.03, 0.45)
    metal, grip = np.full(3, rng.uniform(0.3, 0.9)), paint(rng)
    pivot, long = np.array([0.5, 0.5]) * side, rng.uniform(0.3, 0.42) * side
    wide = long * rng.uniform(0.05, 0.1)
    for sign in (-1, 1):
        turn = np.array(
            [[np.cos(opened), -sign * np.sin(opened)], [sign * np.sin(opened), np.cos(opened)]]
        )
        blade = np.array(
            [
                [0, wide],
                [sign * wide, 0],
                [sign * wide, -0.3 * long],
                [0, -long],
                [-sign * 0.2 * wide, 0],
            ]
        )
        canvas.polygon(pivot + blade @ turn.T, metal * (0.85 if sign > 0 else 1))
        canvas.polygon(pivot + blade * [0.5, 1] @ turn.T, np.clip(metal * 1.15, 0, 1))
        shank = np.array([[0, 0], [-sign * 0.1 * long, 0.35 * long]])
        lit_line(canvas, pivot + shank @ turn.T, metal, wide * 1.2)
        ring = circle(60) * [0.16 * long, 0.24 * long] + [-sign * 0.17 * long, 0.55 * long]
        lit_line(canvas, pivot + ring @ turn.T, grip, wide * 0.9)
    canvas.polygon(pivot + circle(20) * wide * 0.5, metal * 0.5)


def draw_tools(rng: np.random.Generator, canvas: Canvas) -> None:
    """A handful of thin tools: pencils, needles, screwdrivers, wrenches, forks, whisks."""
    side = canvas.side
    count = int(rng.integers(2, 9))
    for i in range(count):
        x = side * (0.1 + 0.8 * (i + 0.5) / count)
        lean = rng.normal(0, 0.06) * side
        top, low = rng.uniform(0.08, 0.3) * side, rng.uniform(0.7, 0.92) * side
        head, foot = np.array([x + lean, top]), np.array([x, low])
        down = foot - head
        metal, colour = np.full(3, rng.uniform(0.3, 0.95)), paint(rng)
        thick = side * rng.uniform(0.008, 0.03)
        kind = rng.integers(5)
        if kind == 0:  # pencil or needle
            lit_line(canvas, np.array([head, head + 0.88 * down]), colour, thick)
            lit_line(canvas, np.array([head + 0.86 * down, foot]), metal * [0.95, 0.8, 0.6],
                     np.array([thick, 0.3]))  # fmt: skip
        elif kind == 1:  # screwdriver
            lit_line(canvas, np.array([head + 0.35 * down, foot]), metal, thick * 0.35)
            lit_line(canvas, np.array([head, head + 0.38 * down]), colour, thick * 1.6)
        elif kind == 2:  # wrench
            lit_line(canvas, np.array([head, foot]), metal, thick)
            arc = circle(60)[8:46] @ np.array([[0, 1], [-1, 0]])
            lit_line(canvas, head + arc * thick * 1.4, metal, thick * 0.7)
        elif kind == 3:  # fork
            lit_line(canvas, np.array([head + 0.3 * down, foot]), metal, thick * 0.6)
            for s in np.linspace(-1.2, 1.2, int(rng.integers(2, 6))):
                beside = np.array([s * thick, 0])
                tine = np.array([head + beside, head + 0.2 * down + beside, head + 0.32 * down])
                canvas.polyline(tine, metal * 0.9, max(0.5, 0.22 * thick))
        else:  # whisk
            lit_line(canvas, np.array([head + 0.5 * down, foot]), metal, thick)
            t = np.linspace(0, np.pi, 40)
            for s in np.linspace(-1, 1, int(rng.integers(4, 12))):
                bow = np.stack([s * 3 * thick * np.sin(t) ** 0.8 * np.sin(t / 2 + 0.8), 0 * t], 1)
                wire = head + np.outer(0.5 * t / np.pi, down) + bow
                canvas.polyline(wire, metal * rng.uniform(0.7, 1.1), rng.uniform(0.3, 1.0))


def draw_jewellery(rng: np.random.Generator, canvas: Canvas) -> None:
    """A necklace of links or pearls, or dangling ear rings."""
    side = canvas.side
    metal = (
        np.array([0.95, 0.78, 0.35]) if rng.random() < 0.5 else np.full(3, rng.uniform(0.4, 0.95))
    )
    stone = rng.uniform(0, 1, 3)
    if rng.random() < 0.5:
        t = np.linspace(-1, 1, int(rng.integers(50, 180)))
        deep = rng.uniform(0.3, 0.75) * side
        wide = rng.uniform(0.15, 0.42) * side
        x = side / 2 + wide * t * (1 + 0.02 * wave(rng, len(t), 6))
        y = 0.1 * side + deep * (1 - np.abs(t) ** rng.uniform(1.8, 3))
        line = np.stack([x, y], 1)
        link = rng.uniform(0.004, 0.013) * side
        pearls = rng.random() < 0.4
        for i, (at, along) in enumerate(zip(line, np.gradient(line, axis=0), strict=True)):
            along = along / max(float(np.hypot(*along)), 1e-6)
            if pearls:
                for k in (1.0, 0.7, 0.35):
                    shade = np.clip(metal * (1.25 - 0.6 * k), 0, 1)
                    canvas.polygon(at - (1 - k) * link * 0.5 + circle(14) * link * k, shade)
                continue
            ring = circle(16) * link * [1.3, 0.35 if i % 2 else 0.8]
            ring = at + ring @ np.array([along, [-along[1], along[0]]])
            canvas.polyline(ring, metal * rng.uniform(0.6, 1.1), max(0.3, 0.3 * link))
        drop = line[len(line) // 2] + (0, 2 * link)
        for k in (1.0, 0.6, 0.3):
            gem = drop + (0, 2.5 * link) + circle(7) * [2, 3] * link * k
            canvas.polygon(gem, np.clip(stone * (1.3 - 0.6 * k) + 0.3 * (1 - k), 0, 1))
        return
    for share in (0.32, 0.68):
        at = np.array([share, 0.12]) * side
        size = 0.02 * side
        hook = at + circle(30)[:22] * size * [0.8, 1.3]
        canvas.polyline(hook, metal, 0.9)
        down = at[1] + size
        rng_pair = np.random.default_rng(int(side * 1000 * stone[0]))  # both alike
        for _ in range(int(rng_pair.integers(2, 6))):
            radius = side * rng_pair.uniform(0.015, 0.07)
            kind = rng_pair.integers(3)
            middle = np.array([at[0], down + radius])
            if kind == 0:
                lit_line(canvas, middle + circle(50) * radius, metal, rng_pair.uniform(0.6, 3))
            elif kind == 1:
                for k in (1.0, 0.65, 0.3):
                    canvas.polygon(middle - 0.2 * (1 - k) * radius + circle(24) * radius * 0.6 * k,
                                   np.clip(stone * (1.4 - 0.7 * k), 0, 1))  # fmt: skip
            else:
                for s in np.linspace(-0.8, 0.8, int(rng_pair.integers(3, 12))):
                    chain = (
                        middle + np.array([[s * 0.3, -1], [s, 1.2 + 0.3 * np.cos(s * 2)]]) * radius
                    )
                    canvas.polyline(chain, metal * 0.9, 0.5)
            down += 2 * radius
