"""How hair grows, by kind: straight, wavy, curly, afro, short, blown, wet, locs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .groom import Style


def straight(rng: np.random.Generator) -> Style:
    """See `KINDS`."""
    return Style(
        length=rng.uniform(0.6, 2.3), lift=rng.uniform(0.15, 0.4), gravity=rng.uniform(3, 8),
        drift=rng.uniform(0.2, 0.8), guides=int(rng.integers(60, 260)),
        clump=rng.uniform(0.1, 0.75), tightness=rng.uniform(0, 0.15),
        frizz=rng.uniform(0.01, 0.06), stray=(rng.uniform(0.02, 0.15), rng.uniform(0.1, 0.4)),
        ragged=rng.uniform(0.2, 0.7),
    )  # fmt: skip


def wavy(rng: np.random.Generator) -> Style:
    """See `KINDS`."""
    style = straight(rng)
    style.curl, style.turns = rng.uniform(0.01, 0.04), rng.uniform(1, 3)
    style.lift, style.unison = rng.uniform(0.3, 0.6), rng.uniform(0.6, 1)
    return style


def curly(rng: np.random.Generator) -> Style:
    """See `KINDS`."""
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


def blown(rng: np.random.Generator) -> Style:
    """See `KINDS`."""
    side = rng.normal(0, 4)
    return Style(
        length=rng.uniform(0.5, 1.6), lift=rng.uniform(0.4, 0.8), gravity=0,
        wind=(side, -rng.uniform(-2, 4), rng.normal(0, 1.5)), drift=rng.uniform(0.8, 2),
        guides=int(rng.integers(80, 350)), clump=rng.uniform(0.2, 0.85),
        curl=rng.uniform(0, 0.03), turns=rng.uniform(1, 2.5), frizz=rng.uniform(0.02, 0.1),
        stray=(rng.uniform(0.1, 0.35), rng.uniform(0.2, 0.5)), ragged=rng.uniform(0.3, 0.8),
    )  # fmt: skip


def _wet(rng: np.random.Generator) -> Style:
    style = straight(rng)
    style.length, style.lift = rng.uniform(0.5, 1.6), rng.uniform(0.05, 0.2)
    style.guides, style.clump = int(rng.integers(40, 120)), rng.uniform(0.85, 0.97)
    style.tightness, style.frizz = rng.uniform(0.4, 0.8), rng.uniform(0.003, 0.01)
    style.curl, style.turns, style.unison = rng.uniform(0, 0.02), rng.uniform(1, 3), 0.95
    return style


def _locs(rng: np.random.Generator) -> Style:
    style = _wet(rng)
    style.length, style.lift = rng.uniform(0.3, 1.6), rng.uniform(0.3, 0.7)
    style.guides, style.clump = int(rng.integers(60, 220)), rng.uniform(0.8, 0.93)
    style.tightness, style.frizz = 0.97, rng.uniform(0.004, 0.012)
    style.curl, style.turns, style.unison = rng.uniform(0.004, 0.012), rng.uniform(8, 14), 0
    return style


# Kind -> (how it grows, strands on the whole head, share).
KINDS: dict[str, tuple[Callable[[np.random.Generator], Style], tuple[int, int], float]] = {
    "straight": (straight, (1500, 10000), 0.22),
    "wavy": (wavy, (1500, 10000), 0.16),
    "curly": (curly, (2000, 9000), 0.14),
    "afro": (_afro, (2500, 10000), 0.12),
    "short": (_short, (5000, 14000), 0.1),
    "blown": (blown, (1200, 8000), 0.16),
    "wet": (_wet, (2000, 7000), 0.05),
    "locs": (_locs, (5000, 9000), 0.05),
}


def random_style(rng: np.random.Generator) -> tuple[Style, int]:
    """Some kind of hair, and how many strands of it."""
    names = list(KINDS)
    shares = np.array([KINDS[name][2] for name in names])
    sampler, counts, _ = KINDS[names[rng.choice(len(names), p=shares / shares.sum())]]
    return sampler(rng), int(np.exp(rng.uniform(*np.log(counts))))
