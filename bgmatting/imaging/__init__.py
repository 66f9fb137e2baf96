"""Photos in, a matte out: reading, fitting the pair, upsampling, writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .matting import PlateMatter
    from .photos.reading import read_photo
    from .pipeline import Matter
    from .result.matte import Matte


__all__ = ["Matte", "Matter", "PlateMatter", "read_photo"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "Matte": ".result.matte",
        "Matter": ".pipeline",
        "PlateMatter": ".matting",
        "read_photo": ".photos.reading",
    },
)
