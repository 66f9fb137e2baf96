"""Hair that is tied: combed over the skull to one or two points, and what hangs from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .groom import Ellipsoid, Points, Strands, Style, grow, unit
from .heads import NECK, SHOULDERS, SKULL, Frame, Head
from .strands import draw_strands

_TIES = (
    ((0.0, -0.85, -0.55),),
    ((0.0, -0.2, -1.0),),
    ((0.0, 0.45, -0.9),),
    ((-0.95, 0.1, -0.3), (0.95, 0.1, -0.3)),
    ((-0.7, 0.6, -0.4), (0.7, 0.6, -0.4)),
)  # directions from the skull's middle, of heads that look at the viewer
_WOVEN_STEPS = 66


@dataclass
class Braid:
    """Three bundles, woven.

    Attributes:
        strands: all of them.
        bundle: (n,) 0, 1 or 2.
    """

    strands: Strands
    bundle: NDArray[np.integer]


def random_ties(rng: np.random.Generator) -> Points:
    """(1 or 2, 3) unit vectors from the skull's middle, of a head that looks at the viewer."""
    ties = np.array(_TIES[rng.integers(len(_TIES))])
    return unit(ties + rng.normal(0, 0.08, 3) * (len(ties) == 1))


def comb(
    rng: np.random.Generator, style: Style, roots: Points, normals: Points, ties: Points, head: Head
) -> Strands:
    """From roots along the skull to the nearest tie; all as of a head that looks at the viewer."""
    count = len(roots)
    start = unit(roots / SKULL.radii)
    nearest = (start @ ties.T).argmax(axis=1)
    end = unit(ties[nearest] + rng.normal(0, 0.05, (count, 3)))
    angle = np.arccos(np.clip((start * end).sum(1), -1, 1))[:, None, None]
    s = np.linspace(0, 1, 16)[:, None]
    way = np.sin((1 - s) * angle) * start[:, None] + np.sin(s * angle) * end[:, None]
    way = way / np.maximum(np.sin(angle), 1e-3)
    depth = rng.uniform(0, 1, count)
    away = 1.01 + 0.07 * depth[:, None, None] * np.sin(np.pi * np.clip(s, 0.05, 1))
    loose = rng.random((count, 1, 1)) < style.stray[0]
    away = away + loose * rng.gamma(2, 0.05, (count, 1, 1)) * s * (1 - 0.5 * s)
    paths = head.turned(unit(way) * np.array(SKULL.radii) * away)
    return Strands(paths, depth, rng.integers(0, 60, count), head.turned(normals))


def tails(rng: np.random.Generator, style: Style, count: int, ties: Points, head: Head) -> Strands:
    """Loose tails from the ties."""
    which = rng.integers(0, len(ties), count)
    out = head.turned(ties)[which]
    roots = head.turned(ties * SKULL.radii * 1.1)[which] + rng.normal(0, 0.035, (count, 3))
    own = replace(style, lift=rng.uniform(0.7, 1), guides=min(style.guides, 60))
    course = out + rng.normal(0, 0.5, (count, 3))
    return grow(rng, own, roots, unit(out + rng.normal(0, 0.12, out.shape)), course, _SOLIDS)


def braids(
    rng: np.random.Generator, style: Style, count: int, ties: Points, head: Head
) -> list[Braid]:
    """One braid from each tie, ending in a tuft."""
    woven = []
    thick = rng.uniform(0.04, 0.075)
    tight = rng.uniform(3, 6) / style.length**0.3
    for tie in ties:
        out = head.turned(tie)
        each = count // len(ties)
        bundle = rng.integers(0, 3, each)
        t = np.linspace(0, 1, _WOVEN_STEPS)
        knot = rng.uniform(0.8, 0.92)
        ends = np.where(t > knot, knot + (t - knot) * rng.uniform(0.1, 1, (each, 1)), t)
        line = _spine(rng, style, head.turned(tie * SKULL.radii * 1.08), out)
        spine = np.stack([np.interp(ends, t, line[:, i]) for i in range(3)], axis=2)  # n, steps, 3
        along = unit(np.gradient(line, axis=0))
        side = unit(np.cross(along, (0.1, 0.0, 1.0)))
        front = np.cross(side, along)
        phase = 2 * np.pi * (tight * style.length * t + bundle[:, None] / 3)  # n, steps
        tuft = np.clip((t - knot) / (1 - knot), 0, 1)
        girth = thick * (1.1 - 0.55 * t) * (1 - 0.75 * np.exp(-(((t - knot) / 0.015) ** 2)))
        spread = rng.normal(0, 0.3, (2, each, 1)) + rng.normal(0, 1.1, (2, each, 1)) * tuft
        across = girth * (np.sin(phase) * (1 - tuft) + spread[0])
        ahead = girth * (0.6 * np.sin(2 * phase) * (1 - tuft) + spread[1])
        paths = spine + across[..., None] * side + ahead[..., None] * front
        loose = (rng.random((each, 1, 1)) < style.stray[0]) * rng.normal(0, 0.06, (each, 1, 3))
        paths = paths + loose * np.sin(np.pi * 3 * t)[:, None] ** 2
        normals = np.broadcast_to(out, (each, 3))
        depth = np.clip(0.75 - 0.5 * np.abs(spread[1, :, 0]), 0.1, 1)
        woven.append(Braid(Strands(paths, depth, bundle * 20, normals), bundle))
    return woven


def draw_braid(canvas: Canvas, frame: Frame, braid: Braid, colours: NDArray[np.floating]) -> None:
    """Piece by piece, at each the farthest bundle first, so that they pass over each other."""
    paths = frame.pixels(braid.strands.paths)
    nearness = np.stack(
        [braid.strands.paths[braid.bundle == k, :, 2].mean(axis=0) for k in range(3)]
    )  # 3, steps
    for start in range(0, _WOVEN_STEPS - 1, 2):
        piece = slice(start, start + 3)
        for k in np.argsort(nearness[:, start]):
            mine = braid.bundle == k
            shade = 0.85 + 0.3 * (nearness[k, start] - nearness[:, start].min()) / max(
                1e-6, float(np.ptp(nearness[:, start]))
            )
            draw_strands(canvas, paths[mine, piece], colours[mine, piece] * shade, 0.5)


_SOLIDS = [SKULL, NECK, SHOULDERS]


def _spine(rng: np.random.Generator, style: Style, root: Points, out: Points) -> Points:
    """The line that a braid follows, (steps, 3)."""
    hanging = Style(
        length=style.length, lift=0.8, gravity=7, drift=0.15, guides=1, clump=0, frizz=0,
        stray=(0, 0), ragged=0,
    )  # fmt: skip
    down = np.array([[rng.normal(0, 0.1), 1.0, rng.normal(0, 0.3)]])
    wide = [Ellipsoid(s.centre, tuple(r + 0.05 for r in s.radii)) for s in _SOLIDS]  # type: ignore[arg-type]
    path = grow(rng, hanging, root[None], out[None], down, wide).paths[0]
    at = np.linspace(0, len(path) - 1, _WOVEN_STEPS)
    index = np.arange(len(path))
    return np.stack([np.interp(at, index, path[:, i]) for i in range(3)], axis=1)
