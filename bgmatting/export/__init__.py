"""The network as a program for other runtimes: traced, converted, checked, written to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .exporting import Exported, export_weights

__all__ = ["Exported", "export_weights"]

__getattr__, __dir__ = lazy(__name__, {"Exported": ".exporting", "export_weights": ".exporting"})
