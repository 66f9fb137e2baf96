"""A traced network with the names of its values, and what runs one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from numpy.typing import NDArray

if TYPE_CHECKING:  # a second of imports, which running a program spares
    from torch.export import ExportedProgram

# Inputs in their order to outputs in their order.
Runner: TypeAlias = Callable[..., list[NDArray[Any]]]


@dataclass(frozen=True)
class Program:
    """What was traced, and how its values are called.

    Attributes:
        exported: torch's form of it.
        inputs, outputs: names, in their order.
        channels_last: whether inputs are (B, H, W, 3) rather than (B, 3, H, W).
    """

    exported: ExportedProgram
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    channels_last: bool = False
