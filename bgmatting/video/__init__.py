"""Clips in, clips with alpha out: decoding, following a plate over time, steadying, encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .run import matte_clip, mattes

__all__ = ["matte_clip", "mattes"]

__getattr__, __dir__ = lazy(__name__, {"matte_clip": ".run", "mattes": ".run"})
