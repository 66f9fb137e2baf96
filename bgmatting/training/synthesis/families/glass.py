"""Glasses and bottles, alone and in groups, with what is in and on them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .glazing import Glass, Light, draw_glass_kind, draw_light
from .outlines import OUTLINES, SHARES, Outline
from .translucent import Sheet, step, wave
from .turned import Turned, draw_back, draw_front


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """Bottles, glasses, jars, vases, bowls or bulbs, (side, side, 4) uint8 straight RGBA."""
    sheet = Sheet(side)
    light = draw_light(rng)
    tilt = rng.choice([0.0, 0.06, 0.15, 0.3]) * rng.uniform(0.6, 1.2)
    names = list(OUTLINES)
    count = int(rng.choice([1, 1, 1, 2, 3, 4, 6]))
    alike = rng.random() < 0.5
    kind = names[rng.choice(len(names), p=SHARES)]
    outline, glass = OUTLINES[kind](rng), draw_glass_kind(rng, light)
    low = 0.94 * side
    spots = np.linspace(0, side, count * 2 + 1)[1::2] + rng.normal(0, 0.08 * side / count, count)
    for i in rng.permutation(count):
        if i and not alike:
            kind = names[rng.choice(len(names), p=SHARES)]
            outline, glass = OUTLINES[kind](rng), draw_glass_kind(rng, light)
        room = side / count * (0.48 if count == 1 else 0.6)
        tall = min(
            rng.uniform(0.6, 0.9) * side, room / float(outline.radius.max()) * rng.uniform(0.7, 1)
        )
        under = low - tilt * outline.radius[-1] * tall - rng.uniform(0, 0.06) * side
        if count == 1:
            under = (side + tall) / 2 - tilt * outline.radius[-1] * tall / 2
        body = Turned(sheet, outline, float(spots[i]), under - tall, tall, tilt)
        _thing(rng, sheet, body, kind, glass, light)
    turned = rng.random()
    if turned < 0.12:  # lying, falling, poured from
        sheet.turn(rng.uniform(-180, 180), 0.72 if count > 1 else 0.85)
    elif turned < 0.45:
        sheet.turn(rng.normal(0, 5), 0.95)
    return sheet.picture()


def _thing(
    rng: np.random.Generator, sheet: Sheet, body: Turned, kind: str, glass: Glass, light: Light
) -> None:
    outline = body.outline
    draw_back(rng, sheet, body, glass, light)
    if kind == "bulb":
        _filament(rng, sheet, body)
    elif kind != "ball" and rng.random() < (0.65 if outline.body else 0.5):
        _liquid(rng, sheet, body)
    draw_front(rng, sheet, body, glass, light)
    if outline.body and rng.random() < 0.4:
        _label(rng, sheet, body, outline.body)
    if kind not in ("bulb", "ball") and rng.random() < 0.15:
        _drops(rng, sheet, body, light)
    if outline.neck and (kind == "bulb" or rng.random() < 0.65):
        _cap(rng, sheet, body, outline, kind)


def _liquid(rng: np.random.Generator, sheet: Sheet, body: Turned) -> None:
    """Water, mostly; or something with a colour of its own; to a level with a meniscus."""
    top = max(body.outline.neck, 0.04)
    level = rng.uniform(top, 0.85 * body.outline.floor)
    if rng.random() < 0.65:  # nearly clear: it only darkens a little
        colour = rng.uniform(0.1, 0.9) * np.array([0.75, 0.95, 1.0])
        centre = rng.uniform(0.01, 0.14)
    else:
        colour = np.array(
            [[0.75, 0.45, 0.05], [0.35, 0.02, 0.06], [0.16, 0.06, 0.02], [0.85, 0.65, 0.2],
             [0.1, 0.5, 0.15], [0.95, 0.4, 0.05], [0.1, 0.3, 0.8], rng.uniform(0, 1, 3),
             [0.95, 0.94, 0.9]]
        )[rng.integers(9)]  # fmt: skip
        centre = rng.uniform(0.1, 0.95)
    inner = np.maximum(body.r - body.outline.wall * body.height, 0)
    inner = inner * (body.v < body.outline.floor)
    across = np.abs(body.u) * body.r
    chord = np.sqrt(np.maximum(inner**2 - across**2, 0)) / max(float(inner.max()), 1e-3)
    filled = (body.near > level) & (across < inner)
    surface = body.radius_at(level) - body.outline.wall * body.height
    above = (body.near <= level) & (body.far > level) & (across < inner)
    alpha = 1 - (1 - centre) ** (chord * 1.3)
    sheet.over(colour, alpha * filled, body.at)
    if surface < 0.5:
        return
    sheet.over(np.clip(colour * 1.25 + 0.05, 0, 1), alpha * 0.8 * above, body.at)
    foam = centre > 0.2 and rng.random() < 0.2
    if foam:
        thick = rng.uniform(0.01, 0.12)
        froth = (body.near > level - thick) & (body.near < level + 0.01) & (across < inner)
        grain = 0.94 + 0.06 * np.clip(rng.normal(size=froth.shape).astype(np.float32), -1, 1)
        sheet.over((grain[..., None] * [1, 0.97, 0.88]).clip(0, 1), froth * 0.96, body.at)
    width = rng.uniform(0.25, 1.2)
    sheet.stroke(body.ring(level, surface), colour * 0.3, rng.uniform(0.2, 0.8), width, True)
    lit = body.ring(level + width * 0.7 / body.height, surface, rng.uniform(80, 180))
    sheet.stroke(lit, [1, 1, 1], rng.uniform(0.1, 0.7), width * 0.6)
    if rng.random() < 0.25:
        _bubbles(rng, sheet, body, level)


def _bubbles(rng: np.random.Generator, sheet: Sheet, body: Turned, level: float) -> None:
    for _ in range(rng.integers(10, 120)):
        share = rng.uniform(level, max(level + 0.01, body.outline.floor))
        x = body.x + rng.uniform(-0.9, 0.9) * body.radius_at(share)
        y = body.top + share * body.height
        radius = rng.uniform(0.3, 1.6)
        _bead(rng, sheet, x, y, radius, radius, 0.5)


def _bead(
    rng: np.random.Generator,
    sheet: Sheet,
    x: float,
    y: float,
    wide: float,
    tall: float,
    alpha: float,
) -> None:
    """A drop or a bubble: a dark edge, and a bright spot."""
    t = np.linspace(0, 2 * np.pi, 17)[:-1]
    ring = np.stack([x + wide * np.cos(t), y + tall * np.sin(t)], 1)
    sheet.patch(ring, [0.85, 0.9, 0.92], 0.12 * alpha)
    sheet.stroke(ring, [0.06, 0.07, 0.08], 0.6 * alpha, max(0.25, 0.2 * wide), True)
    spot = np.stack(
        [x - 0.35 * wide + 0.3 * wide * np.cos(t), y - 0.4 * tall + 0.3 * tall * np.sin(t)], 1
    )
    sheet.patch(spot, [1, 1, 1], min(1.0, 1.6 * alpha))
    sheet.stroke(ring[1:6] * 0.8 + 0.2 * np.array([x, y]), [1, 1, 1], 0.6 * alpha, 0.25)


def _drops(rng: np.random.Generator, sheet: Sheet, body: Turned, light: Light) -> None:
    """Condensation."""
    low = rng.uniform(0.02, 0.6)
    size = rng.uniform(0.5, 2.2)
    mist = step(body.near, low, low + 0.1) * body.inside * rng.uniform(0, 0.15)
    sheet.over(light.tone * 0.9, mist * (body.v < body.outline.floor), body.at)
    for _ in range(rng.integers(40, 260)):
        share, at = rng.uniform(low, max(low + 0.05, body.outline.floor)), rng.uniform(-0.95, 0.95)
        x = body.x + at * body.radius_at(share)
        y = body.top + share * body.height + body.tilt * body.radius_at(share) * np.sqrt(1 - at**2)
        radius = size * np.exp(rng.normal(0, 0.5))
        slim = radius * np.sqrt(1 - at**2)
        _bead(rng, sheet, x, y, max(slim, 0.3), radius * rng.uniform(1, 1.5), rng.uniform(0.4, 0.9))


def _print(rng: np.random.Generator, paper: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A printed label, (96, 192, 3) uint8: bands, a disc, blocks and lines of writing."""
    picture = np.full((96, 192, 3), paper * 255).astype(np.uint8)
    ink = [rng.uniform(0, 255, 3).tolist() for _ in range(3)]
    for _ in range(rng.integers(0, 4)):
        y, tall = int(rng.integers(0, 96)), int(rng.integers(2, 30))
        cv2.rectangle(picture, (0, y), (192, y + tall), ink[0], -1)
    for _ in range(rng.integers(0, 3)):
        x, y = (int(v) for v in rng.integers((0, 0), (192, 96)))
        cv2.circle(picture, (x, y), int(rng.integers(5, 35)), ink[1], -1)
    for _ in range(rng.integers(1, 8)):
        x, y = (int(v) for v in rng.integers((0, 8), (150, 96)))
        word = "".join(chr(c) for c in rng.integers(97, 123, rng.integers(3, 10)))
        size = rng.uniform(0.25, 1.1)
        cv2.putText(
            picture, word.title(), (x, y), cv2.FONT_HERSHEY_DUPLEX, size, ink[2], 1 + (size > 0.7)
        )
    return picture


def _label(
    rng: np.random.Generator, sheet: Sheet, body: Turned, where: tuple[float, float]
) -> None:
    low, high = where
    tall = (high - low) * rng.uniform(0.25, 0.95)
    low = low + (high - low - tall) * rng.uniform(0, 1)
    half = np.pi / 2 if rng.random() < 0.5 else rng.uniform(0.6, 1.4)
    middle = rng.normal(0, 0.4)
    across = (body.angle - middle) / half  # -1..1 over a label
    down = (body.near - low) / tall
    paper = np.full(3, rng.uniform(0.05, 1)) if rng.random() < 0.6 else rng.uniform(0, 1, 3)
    picture = _print(rng, paper)
    mapped = cv2.remap(
        picture, ((across + 1) * 96).astype(np.float32), (down * 96).astype(np.float32),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    shade = 0.45 + 0.55 * np.clip(np.cos(body.angle - rng.uniform(-0.8, 0.8)), 0, 1)
    cover = (np.abs(across) <= 1) & (down >= 0) & (down <= 1) & body.inside
    alpha = 1.0 if rng.random() < 0.85 else rng.uniform(0.4, 0.9)
    sheet.over(mapped / np.float32(255) * shade[..., None], cover * np.float32(alpha), body.at)
    if half == np.pi / 2 or alpha < 1:
        return
    # The back of the paper shows through the glass at the label's sides.
    behind = (
        (np.abs(-body.angle - middle) > np.pi - half) & (body.far > low) & (body.far < low + tall)
    )
    sheet.over(paper * 0.6, behind * body.inside * ~cover * np.float32(0.9), body.at)


def _cap(rng: np.random.Generator, sheet: Sheet, body: Turned, outline: Outline, kind: str) -> None:
    """A lid with grooves, a cork, or the foot of a bulb: opaque."""
    down = outline.neck * body.height
    radius = body.radius_at(outline.neck / 2) + max(0.5, rng.uniform(0.002, 0.012) * body.height)
    rise = rng.uniform(0.0, 0.03) * body.height
    samples = np.full(100, radius / (down + rise), np.float32)
    samples[:4] *= np.linspace(0.93, 1, 4)
    lid = Turned(sheet, Outline(samples, 1, False), body.x, body.top - rise, down + rise, body.tilt)
    if kind == "bulb" or rng.random() < 0.2:
        colour = np.full(3, rng.uniform(0.4, 0.8)) * [1, rng.uniform(0.85, 1), rng.uniform(0.6, 1)]
    elif rng.random() < 0.15:
        colour = np.array([0.72, 0.52, 0.33])  # cork
    else:
        colour = (
            rng.uniform(0, 1, 3) if rng.random() < 0.7 else np.full(3, rng.choice([0.05, 0.95]))
        )
    shade = 0.35 + 0.65 * np.clip(np.cos(lid.angle - rng.uniform(-0.9, 0.9)), 0, 1)
    if kind == "bulb":
        shade = shade * (0.7 + 0.3 * np.sin(lid.near * 2 * np.pi * 4.5))
    elif rng.random() < 0.7:
        shade = shade * (1 - 0.3 * (np.sin(lid.angle * rng.integers(20, 60)) > 0.3))
    gleam = 0.6 * np.exp(-(((lid.angle - rng.uniform(-0.9, 0.9)) / rng.uniform(0.05, 0.2)) ** 2))
    paint = colour * shade[..., None] + (gleam * rng.uniform(0, 1))[..., None]
    sheet.over(paint.clip(0, 1), lid.inside.astype(np.float32), lid.at)
    if body.tilt > 0.02:
        sheet.patch(lid.ring(0, lid.first * 0.96), np.clip(colour * 1.15 + 0.03, 0, 1), 1.0)
    if kind != "bulb" and rng.random() < 0.5:  # the ring that stays when it is opened
        sheet.stroke(lid.ring(1.06, radius * 0.97, 178), colour * 0.8, 1.0, max(0.6, 0.1 * down))


def _filament(rng: np.random.Generator, sheet: Sheet, body: Turned) -> None:
    foot, reach = body.top + 0.2 * body.height, rng.uniform(0.25, 0.4) * body.height
    half = rng.uniform(0.03, 0.09) * body.height
    for sign in (-1, 1):
        wire = np.array([[body.x + sign * 2, foot], [body.x + sign * half, foot + reach]])
        sheet.stroke(wire, [0.25, 0.24, 0.22], 1, 0.5)
    n = 60
    across = np.linspace(-half, half, n)
    coil = foot + reach + 1.5 * np.sin(np.linspace(0, 50, n)) + 2 * wave(rng, n, 2)
    glow = [1, 0.8, 0.35] if rng.random() < 0.5 else [0.2, 0.2, 0.2]
    sheet.stroke(np.stack([body.x + across, coil], 1), glow, 1, 0.5)
