"""Film: crumpled sheets, bags, cellophane and bubble wrap, all nearly clear.

The film is a height field that breaks into flat facets. A facet mirrors what its normal points at;
between facets lie creases, bright and dark; where film lies in several layers, alpha adds up.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .crumple import crumple
from .translucent import Sheet, step, wave

Field = NDArray[np.float32]
COARSE = 2  # fields are made at this share of the layer's size, edges at all of it


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """Film of some kind, (side, side, 4) uint8 straight RGBA."""
    sheet = Sheet(side)
    kind = rng.random()
    tint = _tint(rng)
    if kind < 0.4:
        for _ in range(rng.integers(1, 4)):
            _layer(rng, sheet, _ragged(rng, side), tint)
    elif kind < 0.8:
        _bag(rng, sheet, side, tint)
    else:
        _bubble_wrap(rng, sheet, side, tint)
    if rng.random() < 0.5:
        sheet.turn(rng.uniform(-180, 180) if kind < 0.4 or kind > 0.8 else rng.normal(0, 12), 0.9)
    return sheet.picture()


def _tint(rng: np.random.Generator) -> NDArray[np.float64]:
    if rng.random() < 0.7:
        return np.clip(np.full(3, rng.uniform(0.3, 0.95)) + rng.normal(0, 0.03, 3), 0, 1)
    return rng.uniform(0.05, 0.95, 3)


def _ragged(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    """The outline of a torn or crumpled sheet: straight runs between corners, (n, 2)."""
    corners = int(rng.integers(5, 22))
    t = np.sort(rng.uniform(0, 2 * np.pi, corners)) if rng.random() < 0.5 else np.linspace(
        0, 2 * np.pi, corners, endpoint=False)  # fmt: skip
    radius = side * rng.uniform(0.2, 0.42) * (1 + 0.14 * rng.normal(size=corners))
    radius = np.clip(radius, 0.08 * side, 0.47 * side)
    centre = side / 2 + rng.normal(0, 0.02 * side, 2)
    points = centre + np.stack([radius * np.cos(t) * rng.uniform(0.7, 1), radius * np.sin(t)], 1)
    return _uneven(rng, points, 0.006 * side)


def _uneven(rng: np.random.Generator, points: NDArray[Any], by: float) -> NDArray[np.float64]:
    """Points along a closed outline, moved a little to and fro."""
    ends = np.vstack([points, points[:1]])
    parts = [np.linspace(a, b, 16)[:-1] for a, b in pairwise(ends)]
    line = np.vstack(parts)
    result: NDArray[np.float64] = line + by * np.stack(
        [wave(rng, len(line), len(line) / 5) for _ in range(2)], 1
    )
    return result


def _layer(
    rng: np.random.Generator,
    sheet: Sheet,
    outline: NDArray[Any],
    tint: NDArray[Any],
    faint: float = 1.0,
    long: float = 1.0,
) -> None:
    """One layer of film within an outline."""
    at, corner = sheet.window(outline.min(axis=0), outline.max(axis=0))
    height, width = sheet.layer[at].shape[:2]
    if min(height, width) < 16:
        return
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [np.rint((outline - corner) * 64 - 8).astype(np.int32)], 1, cv2.LINE_8, 4)
    half = (max(8, height // COARSE), max(8, width // COARSE))
    sx, sy, bend = crumple(rng, *half, int(np.exp(rng.uniform(np.log(6), np.log(90)))), long)
    crease = bend / (np.quantile(np.abs(bend), 0.95) + 1e-6)
    size = np.float32(1 / (np.std(sx) + np.std(sy) + 1e-6))
    angle = rng.uniform(0, 2 * np.pi)
    toward = (sx * np.float32(np.cos(angle)) + sy * np.float32(np.sin(angle))) * size * 1.6
    gloss, sharp = rng.uniform(0.7, 1.6), rng.uniform(0.1, 0.9)
    bright = step(toward, gloss, gloss + sharp) * np.float32(rng.uniform(0.15, 0.9))
    bright = np.maximum(bright, step(-crease, 0.6, 2.0) * np.float32(faint * rng.uniform(0.3, 0.9)))
    dark = step(-toward, gloss, gloss + 1.0) * np.float32(rng.uniform(0.05, 0.4))
    dark = np.maximum(dark, step(crease, 0.7, 2.5) * np.float32(faint * rng.uniform(0.1, 0.7)))
    steep = np.clip(np.hypot(sx, sy) * size - 0.4, 0, 2)
    base = faint * (rng.uniform(0.02, 0.12) + rng.uniform(0, 0.1) * steep)
    fields = [cv2.resize(f.astype(np.float32), (width, height)) for f in (base, dark, bright)]
    shades = (tint, tint * rng.uniform(0.05, 0.4), np.clip(tint * 0.3 + 0.7, 0, 1))
    for shade, cover in zip(shades, fields, strict=True):
        sheet.over(np.clip(shade, 0, 1), np.clip(cover, 0, 0.98) * inside, at)
    _edge(rng, sheet, outline, tint)


def _edge(
    rng: np.random.Generator, sheet: Sheet, outline: NDArray[Any], tint: NDArray[Any]
) -> None:
    """Film ends in a line, in parts folded back so that it is double."""
    width = rng.uniform(0.25, 0.8)
    sheet.stroke(outline, np.clip(tint * 0.4 + 0.55, 0, 1), rng.uniform(0.15, 0.7), width, True)
    sheet.stroke(outline + 0.4, tint * 0.25, rng.uniform(0.05, 0.4), width, True)
    middle = outline.mean(axis=0)
    for _ in range(rng.integers(0, 5)):
        n = len(outline)
        part = np.roll(outline, -rng.integers(n), axis=0)[: max(4, int(n * rng.uniform(0.05, 0.3)))]
        depth = rng.uniform(0.03, 0.12) * (1 + 0.6 * wave(rng, len(part), 3))[:, None].clip(0.1, 2)
        fold = np.vstack([part, (part + depth * (middle - part))[::-1]])
        sheet.patch(fold, np.clip(tint * 0.6 + 0.35, 0, 1), rng.uniform(0.06, 0.4))
        sheet.stroke(fold[len(part) :], [1, 1, 1], rng.uniform(0.1, 0.6), 0.4)


def _bag(rng: np.random.Generator, sheet: Sheet, side: int, tint: NDArray[Any]) -> None:
    """A bag: two walls, gathered or zipped or with handles above, seams and folds along it."""
    tall, wide = rng.uniform(0.5, 0.85) * side, rng.uniform(0.3, 0.6) * side
    x, top = side / 2, (side - tall) / 2
    t = np.linspace(0, 1, 40)
    kind = rng.integers(3)
    if kind == 0:  # gathered: a neck, and a ruffle above it
        neck = rng.uniform(0.12, 0.25)
        half = wide / 2 * np.where(
            t < neck, 0.12 + 0.4 * np.clip(1 - t / neck, 0, 1) ** 1.3,
            0.12 + 0.88 * np.sqrt(np.clip((t - neck) / (0.5 - neck), 0, 1)))  # fmt: skip
    elif kind == 1:  # flat, zipped
        half = np.full_like(t, wide / 2) * (1 + 0.03 * wave(rng, 40, 4))
    else:  # carried by handles
        half = wide / 2 * (0.75 + 0.25 * np.sqrt(t))
    half = half * (1 - 0.25 * np.clip((t - 0.85) / 0.15, 0, 1) ** 2 * rng.uniform(0, 1))
    left, right = (half * (1 + 0.04 * wave(rng, 40, 9)) for _ in range(2))
    y = top + t * tall
    outline = np.vstack([np.stack([x - left, y], 1), np.stack([x + right, y], 1)[::-1]])
    long = rng.uniform(1, 4)
    if kind == 2:
        for sign in (-1, 1):
            u = np.linspace(0, np.pi, 30)
            ring = np.stack([x + sign * wide * 0.22 + 0.1 * wide * np.cos(u),
                             top + 3 - rng.uniform(0.12, 0.2) * tall * np.sin(u)], 1)  # fmt: skip
            sheet.stroke(ring, np.clip(tint + 0.2, 0, 1), rng.uniform(0.2, 0.6), 0.05 * wide)
            sheet.stroke(ring + 1, [1, 1, 1], rng.uniform(0.2, 0.7), 0.6)
    _layer(rng, sheet, outline, tint, long=long)
    if rng.random() < 0.5:
        _contents(rng, sheet, x, y, half)
    _layer(rng, sheet, outline, tint, long=long)
    for _ in range(rng.integers(4, 25)):  # folds that fall from the top
        start = x + rng.uniform(-0.9, 0.9) * half[0]
        end = x + (start - x) / half[0] * half[25] * rng.uniform(0.6, 1.1)
        n = int(rng.integers(8, 36))
        bow = 0.015 * side * wave(rng, n, 3)
        line = np.stack([np.linspace(start, end, n) + bow, np.linspace(y[0], y[n], n)], 1)
        line[:, 0] = np.clip(line[:, 0], x - left[:n], x + right[:n])
        shade = [1, 1, 1] if rng.random() < 0.65 else tint * 0.3
        sheet.stroke(line, shade, rng.uniform(0.08, 0.7), rng.uniform(0.25, 1.4))
    if kind == 0:
        at = int(0.18 * 40)
        tie = np.array([[x - left[at] - 1, y[at]], [x + right[at] + 1, y[at]]])
        sheet.stroke(tie, rng.uniform(0, 1, 3), 1, rng.uniform(1.5, 5))
    if kind == 1:
        for i in (1, 2):
            zip_line = np.array([[x - left[i], y[i]], [x + right[i], y[i]]])
            sheet.stroke(zip_line, rng.uniform(0, 1, 3), rng.uniform(0.3, 0.9), rng.uniform(0.8, 3))
    if rng.random() < 0.3:  # print
        paint, where = rng.uniform(0, 1, 3), rng.uniform(0.3, 0.7)
        word = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [0.3 * wide, 0.08 * tall]
        sheet.patch(word + np.array([x, top + where * tall]), paint, rng.uniform(0.5, 1))


def _contents(
    rng: np.random.Generator, sheet: Sheet, x: float, y: NDArray[Any], half: NDArray[Any]
) -> None:
    """Fruit, buns, beads: opaque, in the lower part of a bag."""
    count = int(rng.choice([3, 8, 40]))
    size = 0.35 * float(half.max()) / np.sqrt(count / 4)
    colour = rng.uniform(0.1, 1, 3)
    for _ in range(count):
        i = int(rng.integers(22, 37))
        room = max(half[i] - size, 0)
        centre = np.array([x + rng.uniform(-1, 1) * room, min(y[i], y[-1] - size)])
        t = np.linspace(0, 2 * np.pi, 40)
        shade = np.clip(colour * rng.uniform(0.8, 1.1) + rng.normal(0, 0.03, 3), 0, 1)
        for k in np.linspace(1, 0.1, 18):
            ring = centre - (1 - k) * size * 0.35 + k * size * np.stack([np.cos(t), np.sin(t)], 1)
            sheet.patch(ring, np.clip(shade * (1.25 - 0.65 * k), 0, 1), 1)


def _bubble_wrap(rng: np.random.Generator, sheet: Sheet, side: int, tint: NDArray[Any]) -> None:
    """Film with rows of domes: each a faint lens with a dark edge and a mirrored window."""
    wide, tall = rng.uniform(0.4, 0.85, 2) * side
    box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [wide / 2, tall / 2] + side / 2
    outline = _uneven(rng, box, 0.006 * side)
    _layer(rng, sheet, outline, tint, faint=0.7)
    pitch = rng.uniform(0.025, 0.08) * side
    radius = pitch * rng.uniform(0.36, 0.46)
    t = np.linspace(0, 2 * np.pi, 28)
    light = rng.uniform(0, 2 * np.pi)
    toward = np.array([np.cos(light), np.sin(light)])
    bow = [wave(rng, side, 3) * rng.uniform(0, 0.02) * side for _ in range(2)]
    rows, columns = int(tall / pitch / 0.87), int(wide / pitch)
    edge, gleam = rng.uniform(0.2, 0.7), rng.uniform(0.5, 1)
    for i in range(rows):
        for j in range(columns):
            px = (side - wide) / 2 + (j + 0.5 + 0.5 * (i % 2)) * pitch
            py = (side - tall) / 2 + (i + 0.5) * pitch * 0.87
            if px + radius > (side + wide) / 2:
                continue
            centre = np.array([px + bow[0][int(py) % side], py + bow[1][int(px) % side]])
            r = radius * rng.uniform(0.9, 1.05)
            ring = centre + r * np.stack([np.cos(t), np.sin(t)], 1)
            sheet.patch(ring, tint, 0.06)
            sheet.stroke(ring, tint * 0.3, 0.5 * edge, max(0.4, 0.1 * r), True)
            arc = np.linspace(light - 0.8, light + 0.8, 10)
            lit = centre + 0.8 * r * np.stack([np.cos(arc), np.sin(arc)], 1)
            sheet.stroke(lit, [1, 1, 1], 0.6 * gleam, max(0.4, 0.14 * r))
            sheet.stroke(centre - 0.9 * (lit - centre), [1, 1, 1], 0.3 * gleam, 0.4)
            spot = centre + toward * r * 0.35 + 0.16 * r * np.stack([np.cos(t), np.sin(t)], 1)
            sheet.patch(spot, [1, 1, 1], gleam)
