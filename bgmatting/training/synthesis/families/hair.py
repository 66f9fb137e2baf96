"""Heads of hair: straight, curly, afro, short, blown up, wet, thin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .coverage import Canvas
from .groom import Ellipsoid, Points, Strands, Style, grow, unit
from .heads import FACE, NECK, SHOULDERS, SKULL, Frame, Head, draw_head, draw_shoulders
from .strands import Tint, draw_depth_first, draw_strands, random_light, random_tint, shaded
from .styles import blown, curly, random_style, straight, wavy
from .tied import Braid, braids, comb, draw_braid, random_ties, tails

_UNDERCOAT = 7000  # of the short strands that cover a scalp


def draw(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A head of hair on a drawn head, or by itself, (side, side, 4) uint8 straight RGBA."""
    light = random_light(rng)
    head = Head.random(rng, light)
    tint = random_tint(rng)
    woven: list[Braid] = []
    if rng.random() < 0.22:
        grown, woven = _tied(rng, head)
    else:
        style, count = random_style(rng)
        grown = [head_of_hair(rng, style, count, head)]
    if rng.random() < 0.2:
        grown.append(beard(rng, head))
    bare = rng.random() < 0.1  # hair alone
    frame = _framed(rng, [*grown, *(braid.strands for braid in woven)], side, bare)
    canvas = Canvas(side)
    wide = rng.uniform(0, 0.6)
    drawn = [_Drawn(rng, strands, tint, light, frame, wide) for strands in grown]
    colours = [shaded(rng, braid.strands, tint, light) for braid in woven]
    for part in drawn:
        part.lay(canvas, behind=True)
    back = [braid.strands.paths[..., 2].mean() < 0 for braid in woven]
    for braid, colour, behind in zip(woven, colours, back, strict=True):
        if behind:
            draw_braid(canvas, frame, braid, colour)
    if not bare:
        draw_shoulders(rng, canvas, frame, head)
        draw_head(rng, canvas, frame, head)
        if rng.random() < 0.8:
            drawn[0].lay_undercoat(canvas, rng)
    for part in drawn:
        part.lay(canvas, behind=False)
    for braid, colour, behind in zip(woven, colours, back, strict=True):
        if not behind:
            draw_braid(canvas, frame, braid, colour)
    return canvas.picture()


class _Drawn:
    """Strands with their colours and widths, to be drawn in two halves: behind the head, before."""

    def __init__(
        self, rng: np.random.Generator, strands: Strands, tint: Tint, light: Points, frame: Frame,
        wide: float,
    ) -> None:  # fmt: skip
        self.strands = strands
        self.colours = shaded(rng, strands, tint, light)
        self.paths = frame.pixels(strands.paths)
        self.thick = np.where(rng.random(len(self.paths)) < wide, 0.5, 0.25)
        self.behind = strands.paths[..., 2].mean(axis=1) < -0.03
        self.frame = frame

    def lay(self, canvas: Canvas, *, behind: bool) -> None:
        which = self.behind if behind else ~self.behind
        draw_depth_first(canvas, self.paths, self.strands, self.colours, self.thick, which)

    def lay_undercoat(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """What covers the skin between strands: many very short ones, dark, next to their roots."""
        seen = np.flatnonzero(self.strands.normals[:, 2] > -0.1)
        if not len(seen):
            return
        picked = rng.choice(seen, _UNDERCOAT)
        begin = self.strands.paths[picked, :2]
        heading = unit(begin[:, 1] - begin[:, 0])
        root = begin[:, 0] + rng.normal(0, 0.015, (_UNDERCOAT, 3))
        short = np.stack([root, root + 0.035 * heading], axis=1)
        dark = np.repeat(self.colours[picked, :1] * 0.7, 2, axis=1)
        draw_strands(canvas, self.frame.pixels(short), dark, 0.5)


def head_of_hair(rng: np.random.Generator, style: Style, count: int, head: Head) -> Strands:
    """Strands all over a scalp, combed from a parting."""
    roots, normals = scalp(rng, count)
    part = rng.choice([0.0, 0.0, rng.uniform(-0.25, 0.25)])
    side = np.sign(roots[:, 0] - part + rng.normal(0, 0.02, count))
    front = np.clip((roots[:, 2] - 0.05) / 0.2, 0, 1)
    lengths = np.ones(count)
    course = np.stack(
        [side * rng.uniform(0.3, 1.2), np.full(count, rng.uniform(0, 0.6)),
         np.full(count, -rng.uniform(0.2, 0.9))], axis=1
    )  # fmt: skip
    if rng.random() < 0.35:  # a fringe
        reach = np.clip(rng.uniform(0.2, 0.45) / style.length, 0, 1)
        lengths = np.where(front > rng.uniform(0.2, 0.8, count), reach, 1.0)
        course = course * (1 - front[:, None]) + front[:, None] * (0.2 * side[:, None] * (1, 0, 0))
        course[:, 2] += front
    else:  # out of the face
        course[:, 0] += side * front * rng.uniform(0.5, 2)
        course[:, 2] -= front * rng.uniform(0, 1)
    course = course + rng.normal(0, 0.15, course.shape)
    course = course - (course * normals).sum(1, keepdims=True) * normals
    roots, normals, course = (head.turned(v) for v in (roots, normals, course))
    return grow(rng, style, roots, normals, course, _solids(head), lengths)


def beard(rng: np.random.Generator, head: Head) -> Strands:
    """Strands on jaw and lip; the style is drawn here too."""
    style = Style(
        length=np.exp(rng.uniform(np.log(0.03), np.log(0.6))), lift=rng.uniform(0.3, 0.7),
        gravity=rng.uniform(1, 5), drift=rng.uniform(0.5, 1.5), guides=int(rng.integers(80, 300)),
        clump=rng.uniform(0, 0.7), curl=rng.uniform(0, 0.015), turns=rng.uniform(3, 12),
        frizz=rng.uniform(0.01, 0.05), stray=(0.08, rng.uniform(0.02, 0.12)),
    )  # fmt: skip
    sphere = unit(rng.normal(size=(60_000, 3)))
    points = sphere * FACE.radii + FACE.centre
    x, y = np.abs(points[:, 0]), points[:, 1]
    jaw = (y > 0.3 - 0.36 * (x / 0.33) ** 2) & ~((x < 0.12) & (y < 0.42))
    lip = (x < 0.13) & (y > 0.27) & (y < 0.33)
    here = (points[:, 2] > -0.02) & (jaw | lip)
    points, normals = points[here], unit(sphere[here] / np.array(FACE.radii))
    kept = rng.permutation(len(points))[: int(rng.uniform(1200, 5000))]
    roots, normals = head.turned(points[kept]), head.turned(normals[kept])
    course = np.array([0.0, 1.0, 0.0]) + rng.normal(0, 0.3, roots.shape)
    course = course - (course * normals).sum(1, keepdims=True) * normals
    return grow(rng, style, roots, normals, course, _solids(head))


def _tied(rng: np.random.Generator, head: Head) -> tuple[list[Strands], list[Braid]]:
    """Tails or braids, and the hair that is combed to them."""
    style = (straight, wavy, curly, blown)[rng.integers(4)](rng)
    ties = random_ties(rng)
    combed = comb(rng, style, *scalp(rng, int(rng.integers(3000, 6000))), ties, head)
    if rng.random() < 0.5:
        return [combed], braids(rng, style, int(rng.integers(700, 1600)), ties, head)
    return [combed, tails(rng, style, int(rng.integers(1500, 5000)), ties, head)], []


def _solids(head: Head) -> list[Ellipsoid]:
    """What hair lies on: skull, face, neck and shoulders."""
    skull = Ellipsoid(SKULL.centre, tuple(1.01 * r for r in SKULL.radii))  # type: ignore[arg-type]
    ahead = head.turned(np.array(FACE.centre))
    face = Ellipsoid((float(ahead[0]), float(ahead[1]), float(ahead[2])), FACE.radii)
    return [skull, face, NECK, SHOULDERS]


def scalp(rng: np.random.Generator, count: int) -> tuple[Points, Points]:
    """Where hair grows on a head that looks at the viewer, and which way is out: (n, 3) each."""
    line, recede = rng.normal(0.02, 0.05), rng.uniform(0.35, 0.6)
    points: Points = np.zeros((0, 3))
    while len(points) < count:
        sphere = unit(rng.normal(size=(2 * count, 3)))
        edge = line - recede * sphere[:, 2] + rng.normal(0, 0.04, len(sphere))
        points = np.concatenate([points, sphere[sphere[:, 1] < edge]])
    points = points[:count]
    return points * SKULL.radii, unit(points / np.array(SKULL.radii))


def _framed(rng: np.random.Generator, grown: list[Strands], side: int, bare: bool) -> Frame:
    """So that hair is cut by nothing but the lower edge."""
    flat = np.concatenate([strands.paths[..., :2].reshape(-1, 2) for strands in grown])
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
