"""Spectacles: lenses that are nearly nothing in frames that are thin, alone or on a face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .translucent import Sheet, grid, step

Points = NDArray[np.float64]


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """Spectacles or sunglasses, (side, side, 4) uint8 straight RGBA; on a head in one of three."""
    sheet = Sheet(side)
    span = rng.uniform(0.35, 0.85) * side  # over both lenses
    middle = np.array([side / 2, side / 2]) + rng.normal(0, 0.04 * side, 2)
    if rng.random() < 0.33:
        span = rng.uniform(0.28, 0.43) * side
        _head(rng, sheet, middle, span)
        middle = middle + np.array([0, -0.1 * span])
    yaw = rng.normal(0, 0.35)  # turned to one side: one lens narrower, one temple seen
    _frame(rng, sheet, middle, span, float(np.clip(yaw, -0.8, 0.8)))
    if rng.random() < 0.5:
        sheet.turn(rng.normal(0, 9), 0.95)
    return sheet.picture()


def _rim(rng: np.random.Generator) -> Points:
    """One lens's outline, (96, 2), about -1..1, its inner side at x = -1."""
    t = np.linspace(0, 2 * np.pi, 97)[:-1]
    power = rng.choice([1.0, 0.75, 0.5, 0.35])
    x = np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
    y = np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power * rng.uniform(0.55, 1.0)
    x = x * (1 - rng.uniform(-0.05, 0.22) * y)  # narrower below
    y = y + np.where(y < 0, -rng.uniform(0, 0.25) * np.clip(x, 0, 1) ** 2, 0)  # a cat's eye
    return np.stack([x, y], 1)


def _frame(rng: np.random.Generator, sheet: Sheet, middle: Points, span: float, yaw: float) -> None:
    shape = _rim(rng)
    bridge = rng.uniform(0.07, 0.14) * span
    half = (span - bridge) / 4
    thick = max(0.5, span * rng.choice([0.004, 0.008, 0.02, 0.045]) * rng.uniform(0.8, 1.3))
    colour, body = _material(rng)
    rimless = rng.random() < 0.12
    if rimless:
        thick = min(thick, max(0.5, 0.008 * span))
    tint, tints, alpha = _lens(rng)
    perspective = np.array([1 + 0.5 * yaw, 1 - 0.5 * yaw])
    lenses = []
    for sign, narrow in zip((-1, 1), perspective, strict=True):
        wide = half * min(1.0, narrow)
        centre = middle + np.array([sign * (bridge / 2 + wide), 0])
        lenses.append(centre + shape * [sign * wide, half])
    _temples(rng, sheet, lenses, span, thick, colour, body, yaw)
    for lens in lenses:
        _glass(rng, sheet, lens, tint, tints, alpha)
    for lens in lenses:
        if rimless:
            sheet.stroke(lens, [0.8, 0.85, 0.85], 0.5, 0.4, True)
            sheet.stroke(lens * 0.99 + 0.01 * lens.mean(axis=0), [0.1, 0.12, 0.12], 0.3, 0.3, True)
            continue
        sheet.stroke(lens, colour * 0.75, body, thick, True)
        sheet.stroke(lens - [0, 0.18 * thick], colour, body, 0.6 * thick, True)
        lit = lens - [0.1 * thick, 0.3 * thick]
        start = rng.integers(96)
        part = np.roll(lit, -start, axis=0)[: rng.integers(10, 50)]
        sheet.stroke(part, np.clip(colour + 0.5, 0, 1), 0.8, max(0.25, 0.15 * thick))
    inner = [lens[np.abs(lens[:, 0] - middle[0]).argmin()] for lens in lenses]
    t = np.linspace(0, 1, 20)[:, None]
    arch = (1 - t) * inner[0] + t * inner[1]
    arch[:, 1] -= (rng.uniform(0.1, 0.4) * half + 4 * t * (1 - t) * rng.uniform(0, 0.25) * half)[
        :, 0
    ]
    sheet.stroke(np.vstack([inner[0], arch, inner[1]]), colour * 0.85, body, max(0.6, thick * 0.9))
    for lens, sign in zip(lenses, (1, -1), strict=True):  # pads
        pad = middle + np.array([-sign * bridge * 0.42, 0.3 * half])
        t = np.linspace(0, 2 * np.pi, 25)
        ring = pad + np.stack([0.05 * half * np.cos(t) - sign * 0.04 * half * np.sin(t),
                               0.14 * half * np.sin(t)], 1)  # fmt: skip
        sheet.patch(ring, [0.85, 0.8, 0.75], 0.35)
        sheet.stroke(ring, [0.3, 0.3, 0.3], 0.4, 0.3)
        wire = np.array([lens[np.abs(lens - pad).sum(axis=1).argmin()], pad])
        sheet.stroke(wire, colour, body, max(0.4, thick * 0.4))


def _material(rng: np.random.Generator) -> tuple[Points, float]:
    kind = rng.random()
    if kind < 0.35:
        return np.full(3, rng.uniform(0.02, 0.2)), 1.0
    if kind < 0.6:  # metal
        return np.full(3, rng.uniform(0.3, 0.8)) * [
            1,
            rng.uniform(0.8, 1),
            rng.uniform(0.5, 1),
        ], 1.0
    if kind < 0.8:
        return rng.uniform(0, 1, 3), 1.0
    return rng.uniform(0.2, 0.9, 3), rng.uniform(0.4, 0.85)  # clear plastic


def _lens(rng: np.random.Generator) -> tuple[Points, float, float]:
    """Colour, how much more of it above than below, and alpha."""
    if rng.random() < 0.72:
        return np.full(3, rng.uniform(0.1, 0.9)), rng.uniform(0, 0.5), rng.uniform(0.01, 0.1)
    colour = rng.uniform(0, 0.25, 3) if rng.random() < 0.7 else rng.uniform(0, 0.7, 3)
    return colour, rng.uniform(0, 1), rng.uniform(0.35, 0.97)


def _glass(
    rng: np.random.Generator, sheet: Sheet, lens: Points, tint: Points, tints: float, alpha: float
) -> None:
    at, corner = sheet.window(lens.min(axis=0), lens.max(axis=0))
    inside = np.zeros(sheet.layer[at].shape[:2], np.uint8)
    if 0 in inside.shape:
        return
    cv2.fillPoly(inside, [np.rint((lens - corner) * 64 - 8).astype(np.int32)], 1, cv2.LINE_8, 4)
    x, y = grid(at)
    low, high = lens.min(axis=0), lens.max(axis=0)
    down = (y - low[1]) / (high[1] - low[1])  # h, 1
    across = (x - low[0]) / (high[0] - low[0])  # 1, w
    sheet.over(tint, inside * (alpha * (1 - tints * down)).astype(np.float32), at)
    lean = rng.uniform(-0.8, 0.8)
    slanted = (across + lean * down).astype(np.float32)
    tone = np.clip(np.array([0.9, 0.95, 1.0]) + rng.normal(0, 0.08, 3), 0, 1)
    for _ in range(rng.integers(0, 4)):  # a window, a lamp, bluish coating
        start, wide = rng.uniform(-0.3, 1), rng.uniform(0.05, 0.45)
        soft = float(rng.choice([0.01, 0.05, 0.3]))
        band = step(slanted, start - soft, start + soft)
        band = band * (1 - step(slanted, start + wide - soft, start + wide + soft))
        a, b = np.sort(rng.uniform(-0.2, 1.2, 2))
        band = band * step(down.astype(np.float32), a - 0.02, a + 0.02)
        band = band * (1 - step(down.astype(np.float32), b - 0.02, b + 0.02))
        sheet.over(tone, band * inside * np.float32(rng.uniform(0.05, 0.7) ** 1.5), at)


def _temples(
    rng: np.random.Generator, sheet: Sheet, lenses: list[Points], span: float, thick: float,
    colour: Points, body: float, yaw: float,
) -> None:  # fmt: skip
    """The arms: behind the lenses, folded out of sight, to the sides, or going back in depth."""
    spread = rng.uniform(-0.12, 0.2)
    for sign, lens in zip((-1, 1), lenses, strict=True):
        outer = lens[(lens[:, 0] * sign).argmax()] * [1, 0.25] + lens.min(axis=0) * [0, 0.75]
        outer = outer + np.array([0, 0.25 * (lens[:, 1].max() - lens[:, 1].min())])
        reach = span * (spread + sign * -0.5 * yaw)
        end = outer + np.array([sign * reach, rng.uniform(-0.1, 0.06) * span])
        drop = end + np.array([sign * 0.03 * span, rng.uniform(0.05, 0.12) * span])
        wide = max(0.6, thick * rng.uniform(0.5, 1.0))
        sheet.stroke(np.array([outer, end, drop]), colour * 0.65, body, wide)
        hinge = np.array([outer - [sign * thick, 0], outer + np.array([sign * thick, 0])])
        sheet.stroke(hinge, colour, body, max(0.8, 1.3 * thick))


def _head(rng: np.random.Generator, sheet: Sheet, middle: Points, span: float) -> None:
    """An oval with the shading of a face, as much as spectacles need behind them."""
    tall, wide = 0.95 * span, span * rng.uniform(0.52, 0.62)
    at, _ = sheet.window(
        middle - [wide * 1.2, tall * 1.3], middle + np.array([wide * 1.2, tall * 1.3])
    )
    x, y = grid(at)
    u, v = (x - middle[0]) / wide, (y - middle[1]) / tall
    jaw = 1 - 0.1 * np.clip(v, 0, 1) ** 2
    reach = np.sqrt((u / jaw) ** 2 + v**2)
    lean = rng.uniform(-0.4, 0.4)
    light = 0.7 + 0.3 * np.sqrt(np.clip(1 - np.minimum(reach, 1) ** 2, 0, 1)) + lean * u * 0.4
    skin = rng.uniform(0.3, 0.95) * np.array([1, rng.uniform(0.65, 0.82), rng.uniform(0.5, 0.72)])
    for sign in (-1, 1):
        eye = ((u - sign * 0.42) / 0.2) ** 2 + ((v + 0.1) / 0.07) ** 2
        light = light * (1 - 0.35 * np.exp(-eye / 3))
        light = light * (
            1 - 0.3 * np.exp(-(((u - sign * 0.1) / 0.05) ** 2) - ((v - 0.22) / 0.04) ** 2)
        )
    paint = (light[..., None] * skin).clip(0, 1).astype(np.float32)
    hair = (v < -0.55 + 0.25 * u**2 + 0.008 * np.sin(u * 60)).astype(np.float32)[..., None]
    paint = paint * (1 - hair) + hair * np.float32(rng.uniform(0.02, 0.5)) * light[..., None]
    mouth = np.exp(-((u / 0.35) ** 4) - ((v - 0.5) / 0.05) ** 2)[..., None]
    paint = paint * (1 - 0.5 * mouth) + 0.5 * mouth * skin * [0.8, 0.4, 0.4]
    sheet.over(paint, (reach <= 1).astype(np.float32), at)
    for sign in (-1, 1):
        t = np.linspace(0, 2 * np.pi, 33)
        for radius, shade in ((0.13, 0.92), (0.055, 0.12)):
            eye_at = middle + np.array([sign * 0.42 * wide, -0.1 * tall])
            flat = 0.45 if radius > 0.1 else 1.0
            ring = eye_at + radius * wide * np.stack([np.cos(t), flat * np.sin(t)], 1)
            sheet.patch(ring, [shade] * 3, 1)
        arch = -0.24 * tall - 0.03 * tall * np.sin(np.linspace(0, 3, 12))
        brow = middle + np.stack([sign * np.linspace(0.2, 0.65, 12) * wide, arch], 1)
        sheet.stroke(brow, skin * 0.3, 1, 0.035 * wide)
