"""Heads of hair: straight, curly, afro, short, blown up, wet, thin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .groom import Ellipsoid, Points, Strands, Style, grow, unit
from .heads import NECK, SHOULDERS, SKULL, Frame, Head, draw_head, draw_shoulders
from .strands import draw_strands, random_light, random_tint, shaded


def _straight(rng: np.random.Generator) -> Style:
    return Style(
        length=rng.uniform(0.6, 2.3), lift=rng.uniform(0.15, 0.4), gravity=rng.uniform(3, 8),
        drift=rng.uniform(0.2, 0.8), guides=int(rng.integers(60, 260)),
        clump=rng.uniform(0.1, 0.75), tightness=rng.uniform(0, 0.15),
        frizz=rng.uniform(0.01, 0.06), stray=(rng.uniform(0.02, 0.15), rng.uniform(0.1, 0.4)),
        ragged=rng.uniform(0.2, 0.7),
    )  # fmt: skip


def _wavy(rng: np.random.Generator) -> Style:
    style = _straight(rng)
    style.curl, style.turns = rng.uniform(0.01, 0.04), rng.uniform(1, 3)
    style.lift, style.unison = rng.uniform(0.3, 0.6), rng.uniform(0.6, 1)
    return style


def _curly(rng: np.random.Generator) -> Style:
    return Style(
        length=rng.uniform(0.5, 1.6), lift=rng.uniform(0.4, 0.8), gravity=rng.uniform(1.5, 4),
        drift=rng.uniform(0.5, 1.2), guides=int(rng.integers(150, 500)),
        clump=rng.uniform(0.6, 0.92), tightness=rng.uniform(0.1, 0.6),
        curl=rng.uniform(0.03, 0.075), turns=rng.uniform(3, 7), unison=rng.uniform(0.75, 0.97),
        frizz=rng.uniform(0.02, 0.08), stray=(rng.uniform(0.04, 0.2), rng.uniform(0.1, 0.35)),
        ragged=rng.uniform(0.3, 0.6),
    )  # fmt: skip


def _afro(rng: np.random.Generator) -> Style:
    return Style(
        length=rng.uniform(0.2, 0.75), lift=rng.uniform(0.8, 1), gravity=rng.uniform(0, 0.5),
        drift=rng.uniform(0.4, 1.5), guides=int(rng.integers(300, 900)),
        clump=rng.uniform(0, 0.8), curl=rng.uniform(0.008, 0.03), turns=rng.uniform(8, 18),
        unison=rng.uniform(0.2, 0.8), frizz=rng.uniform(0.03, 0.12),
        stray=(rng.uniform(0.02, 0.15), rng.uniform(0.05, 0.2)), ragged=rng.uniform(0.3, 0.7),
    )  # fmt: skip


def _short(rng: np.random.Generator) -> Style:
    return Style(
        length=rng.uniform(0.06, 0.4), lift=rng.uniform(0.3, 0.9), gravity=rng.uniform(0, 2),
        drift=rng.uniform(0.3, 1.5), guides=int(rng.integers(150, 500)),
        clump=rng.uniform(0, 0.85), frizz=rng.uniform(0.01, 0.05),
        stray=(rng.uniform(0.01, 0.1), rng.uniform(0.02, 0.15)), ragged=rng.uniform(0.2, 0.7),
    )  # fmt: skip


def _blown(rng: np.random.Generator) -> Style:
    side = rng.normal(0, 4)
    return Style(
        length=rng.uniform(0.5, 1.6), lift=rng.uniform(0.4, 0.8), gravity=0,
        wind=(side, -rng.uniform(-2, 4), rng.normal(0, 1.5)), drift=rng.uniform(0.8, 2),
        guides=int(rng.integers(80, 350)), clump=rng.uniform(0.2, 0.85),
        curl=rng.uniform(0, 0.03), turns=rng.uniform(1, 2.5), frizz=rng.uniform(0.02, 0.1),
        stray=(rng.uniform(0.1, 0.35), rng.uniform(0.2, 0.5)), ragged=rng.uniform(0.3, 0.8),
    )  # fmt: skip


def _wet(rng: np.random.Generator) -> Style:
    style = _straight(rng)
    style.length, style.lift = rng.uniform(0.5, 1.6), rng.uniform(0.05, 0.2)
    style.guides, style.clump = int(rng.integers(40, 120)), rng.uniform(0.85, 0.97)
    style.tightness, style.frizz = rng.uniform(0.4, 0.8), rng.uniform(0.003, 0.01)
    style.curl, style.turns, style.unison = rng.uniform(0, 0.02), rng.uniform(1, 3), 0.95
    return style


# Kind -> (how it grows, strands on the whole head, share).
KINDS: dict[str, tuple[Callable[[np.random.Generator], Style], tuple[int, int], float]] = {
    "straight": (_straight, (3000, 9000), 0.22),
    "wavy": (_wavy, (3000, 9000), 0.16),
    "curly": (_curly, (4000, 9000), 0.16),
    "afro": (_afro, (4000, 11000), 0.12),
    "short": (_short, (5000, 14000), 0.1),
    "blown": (_blown, (2500, 8000), 0.16),
    "wet": (_wet, (3000, 7000), 0.08),
}


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A head of hair on a drawn head, or by itself, (side, side, 4) uint8 straight RGBA."""
    light = random_light(rng)
    head = Head.random(rng, light)
    names = list(KINDS)
    shares = np.array([KINDS[name][2] for name in names])
    sampler, counts, _ = KINDS[names[rng.choice(len(names), p=shares / shares.sum())]]
    style = sampler(rng)
    count = int(np.exp(rng.uniform(*np.log(counts))))
    strands = head_of_hair(rng, style, count, head)
    bare = rng.random() < 0.1  # hair alone
    frame = _framed(rng, strands, side, bare)
    tint = random_tint(rng)
    colours = shaded(rng, strands, tint, light)
    canvas = Canvas(side)
    thick = np.where(rng.random(count) < rng.uniform(0, 0.6), 0.5, 0.25)
    middle = strands.paths[..., 2].mean(axis=1)
    behind = middle < -0.03
    paths = frame.pixels(strands.paths)

    def lay(which: NDArray[np.bool_]) -> None:
        order = np.flatnonzero(which)
        order = order[np.argsort(middle[order] + 0.08 * strands.depth[order])]
        draw_strands(canvas, paths[order], colours[order], thick[order])

    lay(behind)
    if not bare:
        draw_shoulders(rng, canvas, frame, head)
        draw_head(rng, canvas, frame, head)
    lay(~behind)
    return canvas.picture()


def head_of_hair(rng: np.random.Generator, style: Style, count: int, head: Head) -> Strands:
    """Strands all over a scalp, combed from a parting."""
    roots, normals = _scalp(rng, count)
    part = rng.choice([0.0, 0.0, rng.uniform(-0.25, 0.25)])
    fringe = rng.uniform(-0.6, 1.2)
    side = np.sign(roots[:, :1] - part + rng.normal(0, 0.02, (count, 1)))
    forward = fringe * (roots[:, 2:] > 0.1)
    course = np.concatenate(
        [side * rng.uniform(0.3, 1.2), np.full_like(side, rng.uniform(0, 0.6)),
         -rng.uniform(0.2, 0.9) + forward], axis=1
    )  # fmt: skip
    course = course + rng.normal(0, 0.15, course.shape)
    course = course - (course * normals).sum(1, keepdims=True) * normals
    roots, normals, course = (head.turned(v) for v in (roots, normals, course))
    skull = Ellipsoid(SKULL.centre, tuple(1.01 * r for r in SKULL.radii))  # type: ignore[arg-type]
    return grow(rng, style, roots, normals, course, [skull, NECK, SHOULDERS])


def _scalp(rng: np.random.Generator, count: int) -> tuple[Points, Points]:
    """Where hair grows on a head that looks at the viewer, and which way is out: (n, 3) each."""
    line, recede = rng.normal(0.02, 0.05), rng.uniform(0.35, 0.6)
    points: Points = np.zeros((0, 3))
    while len(points) < count:
        sphere = unit(rng.normal(size=(2 * count, 3)))
        edge = line - recede * sphere[:, 2] + rng.normal(0, 0.04, len(sphere))
        points = np.concatenate([points, sphere[sphere[:, 1] < edge]])
    points = points[:count]
    return points * SKULL.radii, unit(points / np.array(SKULL.radii))


def _framed(rng: np.random.Generator, strands: Strands, side: int, bare: bool) -> Frame:
    """So that hair is cut by nothing but the lower edge."""
    flat = strands.paths[..., :2].reshape(-1, 2)
    low, high = np.quantile(flat, [0.001, 0.999], axis=0)
    low, high = np.minimum(low, (-0.45, -0.5)), np.maximum(high, (0.45, 0.6))
    cut = high[1] if bare else rng.uniform(0.7, 2.0)
    if not bare:
        reach = 0.5 + 0.55 * min(1.0, max(0.0, (cut - 0.7) / 0.5))
        low[0], high[0] = min(low[0], -reach), max(high[0], reach)
    room = side * rng.uniform(0.86, 0.98)
    scale = min(room / (high[0] - low[0]), room / (cut - low[1]))
    x = side / 2 - scale * (low[0] + high[0]) / 2
    y = side - scale * cut if not bare else side / 2 - scale * (low[1] + cut) / 2
    return Frame(scale, x, y)
