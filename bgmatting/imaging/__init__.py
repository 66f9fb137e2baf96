"""Photos in, a matte out: reading, fitting the pair, upsampling, writing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .reading import read_photo

if TYPE_CHECKING:
    from .matte import Matte
    from .matter import Matter

__all__ = ["Matte", "Matter", "read_photo"]

# Imported when first asked for: who only reads or writes pictures should not wait for torch.
_LAZY = {"Matte": ".matte", "Matter": ".matter"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name], __name__), name)
    globals()[name] = value
    return value
