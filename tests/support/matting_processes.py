"""What a process of a pool does in tests: it gets a `Matter` once, and mattes with it."""

from __future__ import annotations

from bgmatting import Matter

_matter: Matter


def prepare(matter):
    global _matter
    _matter = matter


def alpha(source, background):
    return _matter(source, background, size=64).alpha
