"""How long the stages of some work take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


@contextmanager
def stage(timings: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds that the block takes to `timings[name]`."""
    start = perf_counter()
    yield
    timings[name] = timings.get(name, 0) + perf_counter() - start
