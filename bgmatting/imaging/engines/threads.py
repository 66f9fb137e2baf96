"""How many threads the network may use: never more than the cores given to this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ...cores import usable_cores
from ...errors import InputError


def resolve_threads(threads: int | None) -> int:
    """The number of threads meant.

    Args:
        threads: a number, of which no more are taken than there are cores; None: as many as torch
            would take (heeding `OMP_NUM_THREADS`), again no more than there are cores.

    Raises:
        InputError: it is no number of threads.
    """
    if threads is None:
        threads = torch.get_num_threads()
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise InputError(f"threads is {threads!r}; expected a whole number of at least 1, or None")
    return min(threads, usable_cores())


@contextmanager
def torch_threads(threads: int) -> Iterator[None]:
    """Have torch use that many threads within the block, where called from this thread."""
    before = torch.get_num_threads()
    if before == threads:
        yield
        return
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
