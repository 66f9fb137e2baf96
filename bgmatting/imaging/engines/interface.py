"""What every engine is: a pair of photos in, the network's answer out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


class Engine(ABC):
    """A network made ready to run fast, one pair at a time; safe to call from several threads.

    It can be copied and pickled.

    Attributes:
        name: as `Matter` takes it.
        device: where the network runs.
        dtype: what it computes in.
    """

    name: ClassVar[str]
    device: torch.device
    dtype: torch.dtype

    @property
    @abstractmethod
    def threads(self) -> int:
        """How many threads it uses on the CPU."""

    @abstractmethod
    def __call__(
        self, source: NDArray[np.uint8], background: NDArray[np.uint8]
    ) -> tuple[Floats, Floats, Floats]:
        """Matte a pair at its own size.

        Args:
            source, background: (h, w, 3) uint8, RGB.

        Returns:
            alpha (h, w) in 0..1, residual (h, w, 3), which is foreground minus source, and error
            (h, w) in 0..1; float32.

        Raises:
            OutOfMemoryError: there is not enough memory.
            InputError: the numbers overflow this precision.
        """


def split_answer(values: Floats) -> tuple[Floats, Floats, Floats]:
    """(h, w, 5) of alpha, residual and error -> what an engine gives, each in memory of its own."""
    alpha, residual, error = (
        np.ascontiguousarray(part) for part in (values[..., 0], values[..., 1:4], values[..., 4])
    )
    return alpha, residual, error
