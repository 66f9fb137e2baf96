"""Cut anything out of a photo, hair and all, given one more photo of the same scene without it.

from bgmatting import Matter

matte = Matter.from_pretrained("mobilenetv2")("photo.jpg", "empty-scene.jpg")
matte.save("cutout.png")
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from .errors import (
    BgmattingError,
    HubError,
    InputError,
    OutputError,
    PairError,
    PhotoError,
    WeightsError,
)
from .lazy import lazy

if TYPE_CHECKING:
    from .imaging import Matte, Matter
    from .weights.matting_base import MattingBase

__all__ = [
    "BgmattingError",
    "HubError",
    "InputError",
    "Matte",
    "Matter",
    "MattingBase",
    "OutputError",
    "PairError",
    "PhotoError",
    "WeightsError",
    "__version__",
]

try:
    __version__ = version("bgmatting")
except PackageNotFoundError:  # run from a folder that was never installed
    __version__ = "0+unknown"

__getattr__, __dir__ = lazy(
    __name__,
    {
        "MattingBase": ".weights.matting_base",
        "Matte": ".imaging.result.matte",
        "Matter": ".imaging.pipeline",
    },
)
