"""A groom: guides that grow, clump, curl and fall in space, and the strands that follow them.

Lengths are in units of the head's height. x points to the right, y down, z at the viewer, who is
far away, so that a picture of it is x and y.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating]
_STEPS = 22  # points of a guide
_MOST_STEPS = 72  # of a strand; as many as its curls need


class Ellipsoid(NamedTuple):
    """What hair grows on and lies on."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]


@dataclass
class Style:
    """How hair grows. Shares are 0..1.

    Attributes:
        length: of the longest strands.
        lift: how far strands stand up at the root; 0 lies on the skin.
        gravity: pull per length, downwards.
        wind: (3,) the same in any direction.
        drift: how much guides wander, radians per length.
        guides: how many.
        clump: how much strands come together towards the tip; below 0 they fan out.
        tightness: of a clump already at the root: 0 even hair, 1 wet locks.
        curl: radius of the helix.
        turns: of the helix, per length.
        unison: how alike neighbours curl.
        frizz: how far single strands leave their guide.
        stray: share of strands that go their own way, and how far.
        ragged: how much shorter strands may be than the longest.
    """

    length: float = 1.0
    lift: float = 0.4
    gravity: float = 3.0
    wind: tuple[float, float, float] = (0.0, 0.0, 0.0)
    drift: float = 0.6
    guides: int = 150
    clump: float = 0.5
    tightness: float = 0.1
    curl: float = 0.0
    turns: float = 3.0
    unison: float = 0.8
    frizz: float = 0.02
    stray: tuple[float, float] = (0.05, 0.3)
    ragged: float = 0.4


class Strands(NamedTuple):
    """Grown hair.

    Attributes:
        paths: (n, steps, 3), from root to tip.
        depth: (n,) 0 next to the skin .. 1 outermost.
        guide: (n,) which one each follows.
        normals: (n, 3) of the skin at each root.
    """

    paths: Points
    depth: Points
    guide: NDArray[np.integer]
    normals: Points


def unit(vectors: Points) -> Points:
    """The same directions at length 1, along the last axis."""
    result: Points = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return result


def grow(
    rng: np.random.Generator,
    style: Style,
    roots: Points,
    normals: Points,
    courses: Points,
    solids: list[Ellipsoid],
    lengths: Points | None = None,
) -> Strands:
    """Grow a strand from each root.

    Args:
        rng: source of all randomness.
        style: how.
        roots: (n, 3).
        normals: (n, 3) of the skin there.
        courses: (n, 3) the way each is combed, along the skin.
        solids: what hair can't pass.
        lengths: (n,) of each against the longest, before they are made ragged.
    """
    count = len(roots)
    picked = rng.choice(count, min(style.guides, count), replace=False)
    guides = _grow_guides(rng, style, roots[picked], normals[picked], courses[picked], solids)
    near, next_near = _nearest(roots, roots[picked])
    steps = int(np.clip(9 * style.turns * style.length * (style.curl > 0), _STEPS, _MOST_STEPS))
    guides = _at(guides, np.linspace(0, _STEPS - 1, steps)[None])
    t = np.linspace(0, 1, steps)[:, None]
    mix = rng.uniform(0, 0.5, (count, 1, 1)) * (1 - max(0.0, style.clump))
    paths = guides[near] * (1 - mix) + guides[next_near] * mix  # n, steps, 3
    apart = (roots - paths[:, 0])[:, None]  # n, 1, 3
    held = style.tightness + (1 - style.tightness) * t ** rng.uniform(0.6, 1.6)
    paths = paths + apart * (1 - style.clump * np.where(t > 0, held, 0))
    paths += _curls(rng, style, paths, near)
    paths += _frizz(rng, style, paths.shape)
    kept = (1 if lengths is None else lengths) * (1 - style.ragged * rng.beta(1.2, 1.6, count))
    paths = _at(paths, kept[:, None] * np.arange(steps))
    depth = 0.5 * rng.uniform(0, 1, len(picked))[near] + 0.5 * rng.uniform(0, 1, count)
    return Strands(paths, depth, near, normals)


def _grow_guides(
    rng: np.random.Generator,
    style: Style,
    roots: Points,
    normals: Points,
    courses: Points,
    solids: list[Ellipsoid],
) -> Points:
    """(guides, steps, 3)."""
    count = len(roots)
    step = style.length / (_STEPS - 1)
    lift = np.clip(style.lift + rng.normal(0, 0.12, (count, 1)), 0.05, 1)
    heading = unit(normals * lift + unit(courses) * (1 - lift))
    pull = np.array([0, style.gravity, 0]) + style.wind
    turn = rng.normal(0, style.drift, (count, 3))
    place = roots.copy()
    paths = [place.copy()]
    for _ in range(_STEPS - 1):
        turn = 0.85 * turn + 0.5 * rng.normal(0, style.drift, (count, 3))
        heading = unit(heading + (pull + turn) * step)
        place = place + heading * step
        for solid in solids:
            place, heading = _pushed_out(place, heading, solid)
        paths.append(place.copy())
    return np.stack(paths, axis=1)


def _pushed_out(place: Points, heading: Points, solid: Ellipsoid) -> tuple[Points, Points]:
    """Points inside an ellipsoid brought to its surface, going on along it."""
    centre, radii = np.array(solid.centre), np.array(solid.radii)
    scaled = (place - centre) / radii
    away = np.linalg.norm(scaled, axis=1, keepdims=True)
    inside = away < 1
    outwards = unit(scaled / radii)
    on_skin = centre + scaled / np.maximum(away, 1e-6) * radii
    inwards = np.minimum((heading * outwards).sum(axis=1, keepdims=True), 0)
    along = unit(heading - 0.95 * inwards * outwards)
    return np.where(inside, on_skin, place), np.where(inside, along, heading)


def _nearest(roots: Points, guides: Points) -> tuple[NDArray[Any], NDArray[Any]]:
    """The two nearest guides of each root, as indices."""
    squares = (roots**2).sum(1)[:, None] - 2 * roots @ guides.T + (guides**2).sum(1)
    if len(guides) == 1:
        return np.zeros(len(roots), int), np.zeros(len(roots), int)
    two = np.argpartition(squares, 1, axis=1)[:, :2]
    first = np.take_along_axis(squares, two, axis=1).argmin(axis=1)
    rows = np.arange(len(roots))
    return two[rows, first], two[rows, 1 - first]


def _curls(
    rng: np.random.Generator, style: Style, paths: Points, near: NDArray[np.integer]
) -> Points:
    """What winds each strand about its path, (n, steps, 3)."""
    if style.curl <= 0:
        return np.zeros_like(paths)
    count = len(paths)
    tangents = unit(np.gradient(paths, axis=1))
    one = unit(np.cross(tangents, np.array([0.3, 0.2, 1.0])))
    other = np.cross(tangents, one)
    guides = int(near.max()) + 1
    loose = 1 - style.unison
    phase = rng.uniform(0, 2 * np.pi, guides)[near] + loose * rng.normal(0, 2.5, count)
    turns = style.turns * np.exp(rng.normal(0, 0.25, guides))[near]
    turns = turns * np.exp(loose * rng.normal(0, 0.3, count))
    radius = style.curl * np.exp(rng.normal(0, 0.3, guides))[near]
    t = np.linspace(0, 1, paths.shape[1])
    angle = 2 * np.pi * turns[:, None] * style.length * t + phase[:, None]
    grown = radius[:, None] * np.minimum(1, t * 4)
    result: Points = grown[..., None] * (
        np.cos(angle)[..., None] * one + np.sin(angle)[..., None] * other
    )
    return result


def _frizz(rng: np.random.Generator, style: Style, shape: tuple[int, ...]) -> Points:
    """How single strands leave their path, (n, steps, 3)."""
    count, steps, _ = shape
    t = np.linspace(0, 1, steps)[:, None]
    wander = _wander(rng, shape)
    share, reach = style.stray
    strays = rng.random((count, 1, 1)) < share
    bend, back = rng.normal(0, reach, (2, count, 1, 3)) * rng.uniform(0.3, 1.3, (2, count, 1, 1))
    result: Points = style.frizz * wander * np.sqrt(t) + strays * (
        bend * t**1.5 - back * t**3 + 0.25 * reach * wander * t
    )
    return result


def _wander(rng: np.random.Generator, shape: tuple[int, ...]) -> Points:
    """Smooth ways out from nothing, about as far as 1, (n, steps, 3)."""
    count, steps, _ = shape
    t = np.linspace(0, 1, steps)[:, None]
    sum_: Points = np.zeros(shape)
    for low, high in ((0.4, 1.0), (1.0, 2.5), (2.5, 6.0)):
        waves = rng.uniform(low, high, (count, 1, 3))
        phase = rng.uniform(0, 2 * np.pi, (count, 1, 3))
        size = rng.normal(0, 0.8, (count, 1, 3)) / waves
        sum_ += size * (np.sin(2 * np.pi * waves * t + phase) - np.sin(phase))
    return sum_


def _at(paths: Points, places: Points) -> Points:
    """Paths (n, m, 3) at places (n or 1, k) counted in points from the root, (n, k, 3)."""
    places = np.broadcast_to(places, (len(paths), places.shape[1]))
    low = np.clip(places.astype(int), 0, paths.shape[1] - 2)
    rows = np.arange(len(paths))[:, None]
    rest = (places - low)[..., None]
    result: Points = paths[rows, low] * (1 - rest) + paths[rows, low + 1] * rest
    return result
