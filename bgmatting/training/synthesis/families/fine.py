"""Fine things between whose parts the scene is seen: combs, nets, fences, wheels, cables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .furnishings import draw_basket, draw_cage, draw_chair, draw_cup, draw_stakes
from .implements import draw_brush, draw_comb, draw_jewellery, draw_scissors, draw_tools
from .strokes import Points, circle, lit_line, paint
from .translucent import wave


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A fine thing, (side, side, 4) uint8 straight RGBA."""
    canvas = Canvas(side)
    kinds = list(KINDS)
    shares = np.array(list(KINDS.values()))
    kinds[rng.choice(len(kinds), p=shares / shares.sum())](rng, canvas)
    turned = rng.random()
    if turned < 0.5:
        angle = rng.uniform(-180, 180) if turned < 0.15 else rng.normal(0, 12)
        _turn(rng, canvas, angle)
    return canvas.picture()


def _turn(rng: np.random.Generator, canvas: Canvas, angle: float) -> None:
    """Turned and seen from aside, so that no line lies along the pixels."""
    n = canvas.layer.shape[0]
    matrix = cv2.getRotationMatrix2D(((n - 1) / 2, (n - 1) / 2), angle, 0.8)
    across = np.eye(3)
    across[2, :2] = rng.normal(0, 0.12, 2) / n
    moved = np.array([[1, 0, n / 2], [0, 1, n / 2], [0, 0, 1]])
    full = moved @ across @ np.linalg.inv(moved) @ np.vstack([matrix, [0, 0, 1]])
    turned = cv2.warpPerspective(canvas.layer, full, (n, n), flags=cv2.INTER_NEAREST)
    canvas.layer = turned.astype(np.uint8, copy=False)


def _net(rng: np.random.Generator, canvas: Canvas) -> None:
    """A net, of threads that sag, in a ragged outline or on a hoop or racket."""
    side = canvas.side
    wide, tall = rng.uniform(0.5, 0.88, 2) * side
    pitch = side * np.exp(rng.uniform(np.log(0.012), np.log(0.09)))
    thick = np.exp(rng.uniform(np.log(0.25), np.log(min(3.0, 0.25 * pitch))))
    colour, other = paint(rng), paint(rng)
    slant = rng.choice([0.0, 1.0])
    bow = rng.uniform(0, 0.06) * side
    field = rng.normal(size=(2, 5, 5)).astype(np.float32)
    outline = rng.choice(["box", "round", "ragged"])
    t = np.linspace(-1, 1, 70)
    knots = rng.random() < 0.5
    for family in range(2):
        for s in np.arange(-2, 2, pitch / (0.5 * max(wide, tall))):
            u, v = (t * 2, s + slant * t * 2 * (1 if family else -1))
            u, v = (u, v) if slant or family else (np.full_like(t, s), t)
            if not slant and family:
                u, v = t, np.full_like(t, s)
            v = np.broadcast_to(v, t.shape)
            reach = {
                "box": np.maximum(np.abs(u), np.abs(v)),
                "round": np.hypot(u, v),
                "ragged": np.hypot(u, v)
                * (1.1 + 0.15 * np.sin(5 * np.arctan2(v, u) + field[0, 0, 0])),
            }[str(outline)]
            kept = np.flatnonzero(reach <= 1)
            if len(kept) < 2:
                continue
            points = np.stack([u, v], 1)[kept[0] : kept[-1] + 1]
            moved = _sag(points, field, bow / side) * [wide / 2, tall / 2] + side / 2
            shade = colour if family else np.clip(colour * 0.8 + 0.05 * other, 0, 1)
            canvas.polyline(moved, shade * rng.uniform(0.85, 1.1), thick)
            if knots and thick > 0.6:
                for knot in moved[::4]:
                    canvas.polyline(np.array([knot, knot + 0.1]), shade, thick * 1.8)
    if outline == "round" and rng.random() < 0.7:
        ring = _sag(circle(100), field, bow / side) * [wide / 2, tall / 2] + side / 2
        lit_line(canvas, ring, other, rng.uniform(2, 9))
        if rng.random() < 0.6:
            handle = np.array([[0.5, 0.5 + tall / side / 2], [0.5, 0.97]]) * side
            lit_line(canvas, handle, other, rng.uniform(4, 14))


def _sag(points: Points, field: NDArray[Any], by: float) -> Points:
    at = ((points + 1) * 1.99).astype(np.float32)
    moved = [
        cv2.remap(f, at[:, :1], at[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)[:, 0]
        for f in field
    ]
    return points + 2 * by * np.stack(moved, 1)


def _fence(rng: np.random.Generator, canvas: Canvas) -> None:
    """Chain link, pickets, or rails of iron."""
    side = canvas.side
    left, right = 0.04 * side, 0.96 * side
    top, low = rng.uniform(0.15, 0.45) * side, rng.uniform(0.75, 0.95) * side
    colour = paint(rng)
    kind = rng.integers(3)
    if kind == 0:
        pitch = rng.uniform(0.02, 0.08) * side
        thick = rng.uniform(0.3, 1.8)
        for x in np.arange(left + pitch, right - pitch / 2, pitch):
            for phase in (0, 1):
                n = int((low - top) / pitch * 2)
                y = top + np.arange(n + 1) * pitch / 2
                zig = x + (((np.arange(n + 1) + phase) % 2) - 0.5) * pitch * 1.04
                canvas.polyline(np.stack([zig, y], 1), colour * rng.uniform(0.75, 1.1), thick)
        for x in np.arange(left, right + 1, (right - left) / rng.integers(1, 4)):
            post = np.array([[x, top - 0.03 * side], [x, low + 0.02 * side]])
            lit_line(canvas, post, np.clip(colour * 1.1, 0, 1), rng.uniform(4, 10))
        lit_line(canvas, np.array([[left, top], [right, top]]), colour, rng.uniform(1, 5))
        return
    count = int(rng.integers(7, 40))
    pitch = (right - left) / count
    wide = pitch * (rng.uniform(0.35, 0.85) if kind == 1 else rng.uniform(0.06, 0.25))
    for share in (0.15, 0.8):
        at = top + share * (low - top)
        lit_line(canvas, np.array([[left, at], [right, at]]), colour * 0.8, max(1.5, 0.03 * side))
    for i in range(count):
        x = left + (i + 0.5) * pitch + rng.normal(0, 0.03 * pitch)
        shade = np.clip(colour * rng.uniform(0.8, 1.1), 0, 1)
        half = wide / 2
        peak = top - rng.uniform(0.4, 1.2) * wide
        body = np.array(
            [[x - half, low], [x - half, top], [x, peak], [x + half, top], [x + half, low]]
        )
        canvas.polygon(body, shade)
        canvas.polygon(
            body * [0, 1] + [[x - half, 0], [x - half, 0], [x, 0], [x, 0], [x, 0]], shade * 0.85
        )
        if kind == 2:
            canvas.polygon(np.array([x, peak]) + circle(12) * wide * [0.9, 1.4], shade)


def _wheel(rng: np.random.Generator, canvas: Canvas) -> None:
    """A wheel, or a whole bicycle: tyre, rim, spokes that cross, hub, frame."""
    side = canvas.side
    whole = rng.random() < 0.5
    radius = side * (rng.uniform(0.19, 0.225) if whole else rng.uniform(0.3, 0.44))
    slim = rng.uniform(0.55, 1.0) if not whole else 1.0
    hubs = np.array([[0.25, 0.66], [0.75, 0.66]]) * side if whole else np.array([[0.5, 0.5]]) * side
    tyre, metal, frame = paint(rng) * 0.4, np.full(3, rng.uniform(0.35, 0.95)), paint(rng)
    for hub in hubs:
        count = int(rng.choice([16, 20, 28, 32, 36]))
        cross = rng.choice([0.0, 0.5, 1.1])
        start = rng.uniform(0, 6)
        for i in range(count):
            angle = start + 2 * np.pi * i / count
            root = angle + cross * (1 if i % 2 else -1)
            ends = np.array([[np.cos(root), np.sin(root)], [np.cos(angle), np.sin(angle)]])
            ends = hub + ends * [[0.07], [0.93]] * radius * [slim, 1]
            canvas.polyline(ends, metal * rng.uniform(0.7, 1.1), rng.uniform(0.25, 0.9))
        ring = circle(140) * [slim, 1]
        lit_line(canvas, hub + 0.92 * radius * ring, metal, 0.035 * radius + 0.6)
        lit_line(canvas, hub + radius * ring, tyre, rng.uniform(0.03, 0.1) * radius + 1)
        canvas.polygon(hub + 0.06 * radius * ring, metal * 0.6)
    if whole:
        back, front = hubs / side
        seat, pedals, head = np.array([0.4, 0.37]), np.array([0.46, 0.67]), np.array([0.65, 0.38])
        thick = rng.uniform(2.5, 6)
        bars = np.array([head, head - (0.01, 0.07), head + np.array([0.06, -0.08])])
        post = np.array([seat, seat - (0.01, 0.05)])
        for path in ([back, pedals, seat, back], [seat, head, pedals], [head, front], post, bars):
            lit_line(canvas, np.array(path) * side, frame, thick)
        saddle = np.array([[-0.05, -0.055], [0.05, -0.06], [0.05, -0.05], [-0.04, -0.04]])
        canvas.polygon((seat + saddle) * side, np.full(3, 0.08))
        canvas.polygon((pedals + circle(30) * 0.035) * side, metal * 0.5)
        canvas.polyline((pedals + np.array([[0, 0.03], [-0.21, 0.02]])) * side, metal * 0.3, 0.8)
        canvas.polyline((pedals + np.array([[0, -0.03], [-0.21, -0.03]])) * side, metal * 0.3, 0.8)


def _cables(rng: np.random.Generator, canvas: Canvas) -> None:
    """Cables and strings in loops, at times with plugs or ear pieces; yarn."""
    side = canvas.side
    for _ in range(int(rng.integers(1, 7))):
        n = int(rng.integers(150, 400))
        x, y = (wave(rng, n, rng.uniform(2, 14)) for _ in range(2))
        points = np.stack([x / np.abs(x).max(), y / np.abs(y).max()], 1)
        line = side / 2 + points * rng.uniform(0.15, 0.45, 2) * side
        colour, thick = paint(rng), np.exp(rng.uniform(np.log(0.4), np.log(7)))
        lit_line(canvas, line, colour, thick)
        if rng.random() < 0.5:
            for end, next_ in ((line[0], line[4]), (line[-1], line[-5])):
                away = (end - next_) / max(float(np.hypot(*(end - next_))), 1e-3)
                plug = np.array([end, end + away * rng.uniform(6, 22)])
                lit_line(canvas, plug.clip(0, side), colour * 0.9, thick + rng.uniform(2, 8))
                tip = np.array([plug[1], plug[1] + away * rng.uniform(4, 10)])
                canvas.polyline(tip.clip(0, side), np.full(3, 0.75), thick * 0.6 + 0.5)


KINDS: dict[Callable[[np.random.Generator, Canvas], None], float] = {
    _net: 2,
    _fence: 2,
    _wheel: 2,
    _cables: 1.5,
    draw_comb: 2,
    draw_brush: 1,
    draw_scissors: 0.7,
    draw_tools: 1.3,
    draw_jewellery: 1.5,
    draw_basket: 1,
    draw_cage: 1,
    draw_chair: 1.2,
    draw_cup: 1,
    draw_stakes: 1,
}
