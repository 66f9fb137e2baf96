"""Turned glass: its walls, rims, base and the windows mirrored in it.

There is no refraction: what a scene does behind glass is told by alpha alone. So a wall darkens by
the length of the way through it, mirrors the more the more it is seen at a slant (Schlick, 1994),
and has lines along its silhouette where in truth the surroundings lie bent and pressed together.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .glazing import RIM, Glass, Light
from .outlines import Outline
from .translucent import Sheet, grid, step, wave

Field = NDArray[np.float32]


class Turned:
    """Where a turned thing lies on a sheet: for every point of its window, what is seen there.

    Attributes:
        at: the window.
        u: across the axis, -1 to 1 at the silhouette, (h, w).
        r: radius, pixels, (h, 1) or (h, w).
        near: height of the front wall's point, shares of the whole, (h, w); `far` of the back's.
        facing: cosine between the surface and the eye, (h, w).
        inside: the silhouette, (h, w) bool.
    """

    def __init__(
        self, sheet: Sheet, outline: Outline, x: float, top: float, height: float, tilt: float
    ) -> None:
        self.outline, self.x, self.top, self.height, self.tilt = (
            outline,
            x,
            top,
            height,
            float(tilt),
        )
        radius = outline.radius * height
        self.first, self.last = float(radius[0]), float(radius[-1])
        widest = float(radius.max())
        low = np.array([x - widest - 1, top - tilt * self.first - 1])
        high = np.array([x + widest + 1, top + height + tilt * self.last + 1])
        self.at, self.corner = sheet.window(low, high)
        xs, ys = grid(self.at)
        v = (ys - top) / height  # h, 1
        samples = np.linspace(0, 1, len(radius))
        self.r = np.maximum(np.interp(v, samples, radius), 0.05).astype(np.float32)  # h, 1
        slope = np.gradient(radius, height / (len(radius) - 1))
        self.slope = np.interp(v, samples, slope).astype(np.float32)  # h, 1
        across = (xs - x) / self.r  # h, w
        beyond = np.maximum(np.maximum(-v, v - 1), 0) * height / self.r / max(self.tilt, 1e-3)
        reach = np.sqrt(across**2 + beyond**2)
        self.inside: NDArray[np.bool_] = (
            (np.abs(across) <= 1) & (reach <= 1) & ((beyond == 0) | (tilt > 0.01))
        )
        self.u = np.clip(np.where(beyond > 0, np.copysign(reach, across), across), -1, 1)
        depth = np.sqrt(1 - self.u**2)
        bow = self.tilt * self.r / height * depth
        self.near, self.far = v - bow, v + bow
        self.v = v
        self.facing = depth / np.sqrt(1 + self.slope**2)
        self.bend = np.sqrt(1 + self.slope**2)
        self.angle = np.arcsin(self.u)

    def way(self) -> Field:
        """The way through both walls, 2 where they are seen straight on, (h, w)."""
        thick = self.outline.wall * self.height
        inner = np.maximum(self.r - thick, 0)
        x2 = (self.u * self.r) ** 2
        way = np.sqrt(np.maximum(self.r**2 - x2, 0)) - np.sqrt(np.maximum(inner**2 - x2, 0))
        result: Field = 2 * way / min(thick, float(self.r.max())) * np.minimum(self.bend, 3)
        return result

    def ring(self, share: float, radius: float, turn: float = 360.0) -> NDArray[np.float64]:
        """An ellipse about the axis at a share of the height, (n, 2)."""
        t = np.deg2rad(np.linspace(90 - turn / 2, 90 + turn / 2, 96))
        y = self.top + share * self.height + self.tilt * radius * np.sin(t)
        return np.stack([self.x + radius * np.cos(t), y], 1)

    def radius_at(self, share: float) -> float:
        samples = np.linspace(0, 1, len(self.outline.radius))
        return float(np.interp(share, samples, self.outline.radius)) * self.height


def draw_back(
    rng: np.random.Generator, sheet: Sheet, body: Turned, glass: Glass, light: Light
) -> None:
    """What lies behind the contents: the far lip and the far wall's mirrored windows."""
    sheet.over(light.tone, 0.35 * _windows(rng, body, glass, light, back=True), body.at)
    if body.outline.opening:
        shade = 0.9 if light.bright > 0.4 else 0.1
        thick = max(0.3, body.outline.wall * body.height * 0.5)
        sheet.stroke(body.ring(0, body.first * 0.98), [shade] * 3, 0.35 * glass.mirror, thick, True)


def draw_front(
    rng: np.random.Generator, sheet: Sheet, body: Turned, glass: Glass, light: Light
) -> None:
    """Walls, silhouette, base, mirrors and lip, over what is in it."""
    rows = body.u.shape[0]
    density = glass.density * (1 + 0.15 * wave(rng, rows, 4))[:, None].clip(0.4, 2)
    tint = (1 - np.exp(-density * body.way())) * body.inside
    sheet.over(np.clip(glass.tint, 0, 1), tint.clip(0, 0.97), body.at)
    _base(rng, sheet, body, glass, light)
    thick = np.clip(body.outline.wall * body.height, 0.5, 4.0)
    near = (1 - np.abs(body.u)) * body.r / body.bend / thick  # walls from the silhouette
    for side, (alpha, shade) in zip((body.u < 0, body.u >= 0), glass.rims, strict=True):
        # What is bent into the rim changes along it.
        strength = (0.75 + 0.3 * wave(rng, rows, rng.uniform(2, 8)))[:, None].clip(0.2, 1)
        lit = (0.12 * wave(rng, rows, rng.uniform(2, 10)))[:, None]
        cover = np.interp(near, RIM, alpha).astype(np.float32) * strength * (side & body.inside)
        bright = np.clip(np.interp(near, RIM, shade).astype(np.float32) + lit, 0, 1)[..., None]
        colour = bright * light.tone + (1 - bright) * glass.tint * 0.5
        sheet.over(colour, cover, body.at)
    slant = 0.03 + 0.97 * (1 - body.facing) ** 5
    mirrored = np.clip(slant * glass.mirror, 0, 1) * body.inside * rng.uniform(0.2, 0.7)
    sheet.over(light.tone * light.bright, mirrored, body.at)
    sheet.over(light.tone, _windows(rng, body, glass, light), body.at)
    if body.outline.opening:
        _lip(rng, sheet, body, glass, light)


def _windows(
    rng: np.random.Generator, body: Turned, glass: Glass, light: Light, back: bool = False
) -> Field:
    """How much of a window each point mirrors, (h, w) 0..1."""
    height, width = body.u.shape
    angle = -body.angle if back else body.angle
    pitch = np.arctan(-body.slope)  # h, 1
    if glass.wobble:
        cells = rng.uniform(3, 12)
        coarse = rng.normal(size=(2, round(cells * 1.5) + 3, 6)).astype(np.float32)
        uneven = [cv2.resize(c, (width, height), interpolation=cv2.INTER_CUBIC) for c in coarse]
        angle, pitch = angle + glass.wobble * uneven[0], pitch + glass.wobble * uneven[1]
    total = np.zeros_like(angle)
    for left, right, low, high, strength in light.windows:
        cover = strength * _band(angle, left, right, light.feather)
        cover = cover * _band(pitch, low, high, light.feather * 1.5)
        for values, (a, b), bars in ((angle, (left, right), light.bars[0]),
                                     (body.near, (0.15, 0.9), light.bars[1])):  # fmt: skip
            for i in range(bars):
                at, wide = a + (b - a) * (i + 1) / (bars + 1), 0.06 * (b - a)
                cover = cover * (1 - _band(values, at - wide, at + wide, 0.01))
        if rng.random() < 0.5:  # a window ends somewhere, and is half hidden
            a, b = sorted(rng.uniform(0, 1, 2))
            cover = cover * _band(body.near, a - 0.05, b + 0.05, rng.choice([0.01, 0.05, 0.2]))
        total = 1 - (1 - total) * (1 - cover)
    result: Field = total * body.inside * min(1.0, glass.mirror)
    return result


def _band(values: NDArray[Any], low: float, high: float, feather: float) -> NDArray[Any]:
    soft = max(feather, 1e-3)
    return step(values, low - soft, low + soft) * (1 - step(values, high - soft, high + soft))


def _base(rng: np.random.Generator, sheet: Sheet, body: Turned, glass: Glass, light: Light) -> None:
    """Thick glass at the bottom: rings of dark and bright, or the petals of blown plastic."""
    # A stem's foot is flat.
    floor = max(body.outline.floor, 0.985) if body.outline.stem else body.outline.floor
    if floor >= 1:
        return
    if body.outline.plastic:
        return _petals(rng, sheet, body, glass, light)
    for _ in range(rng.integers(2, 7)):
        share = 1 - (1 - floor) * rng.uniform(0, 1) ** 0.7
        radius = body.radius_at(share) * rng.uniform(0.75, 1.0)
        shade = rng.choice([0.0, 1.0]) * rng.uniform(0.75, 1) + rng.uniform(0, 0.2)
        colour = shade * light.tone if shade > 0.5 else glass.tint * rng.uniform(0.1, 0.8)
        width = max(0.3, (1 - floor) * body.height * rng.uniform(0.03, 0.35))
        turn = 360 if rng.random() < 0.5 else rng.uniform(60, 200)
        sheet.stroke(
            body.ring(share, radius, turn), colour, rng.uniform(0.15, 0.8), width, turn == 360
        )
    low, high = body.ring(floor, body.radius_at(floor) * 0.9, 180), body.ring(1, body.last, 180)
    shade, alpha = glass.tint * 0.7, float(np.clip(glass.density * 2, 0.03, 0.7))
    sheet.patch(np.concatenate([low, high[::-1]]), shade, alpha)
    sheet.stroke(body.ring(1, body.last * 0.97, 170), glass.tint * 0.3, rng.uniform(0.2, 0.7), 0.8)


def _petals(
    rng: np.random.Generator, sheet: Sheet, body: Turned, glass: Glass, light: Light
) -> None:
    """Feet of a blown bottle: facets, some dark with all of the tint, some bright."""
    count = int(rng.integers(3, 7))
    low, high = 1 - rng.uniform(0.03, 0.09), 0.995
    for i in range(count):
        middle = -1 + 2 * (i + rng.uniform(0.2, 0.8)) / count
        half = rng.uniform(0.5, 1.1) / count
        for _ in range(rng.integers(2, 6)):
            at = np.clip(middle + rng.normal(0, 0.4 * half, 3) + half * np.array([-1, 0, 1]), -1, 1)
            shares = rng.uniform(low, high, 3)
            y = body.top + shares * body.height + body.tilt * body.last * np.sqrt(1 - at**2)
            corners = np.stack([body.x + at * body.last * 0.97, y], 1)
            dark = rng.random() < 0.55
            colour = glass.tint * rng.uniform(0.1, 0.6) if dark else light.tone
            sheet.patch(corners, np.clip(colour, 0, 1), rng.uniform(0.1, 0.85))


def _lip(rng: np.random.Generator, sheet: Sheet, body: Turned, glass: Glass, light: Light) -> None:
    thick = float(np.clip(body.outline.wall * body.height, 0.4, 5))
    dark = glass.tint * 0.4
    sheet.stroke(body.ring(0, body.first - thick / 2), dark, rng.uniform(0.2, 0.7), thick, True)
    line = max(0.3, thick * 0.3)
    for turn in (rng.uniform(60, 360), rng.uniform(20, 120)):
        sheet.stroke(
            body.ring(0, body.first - thick * rng.uniform(0.1, 0.9), turn), light.tone,
            rng.uniform(0.3, 0.95), line,
        )  # fmt: skip
