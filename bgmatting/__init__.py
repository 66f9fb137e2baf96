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
    BgmattingWarning,
    ClipError,
    HubError,
    InputError,
    OutOfMemoryError,
    OutputError,
    PairError,
    PhotoError,
    TrainingError,
    WeightsError,
)
from .lazy import lazy

if TYPE_CHECKING:
    from .imaging import Matte, Matter
    from .weights.catalogue import list_backbones
    from .weights.matting_base import MattingBase
    from .weights.registering import register_backbone
    from .weights.repositories import list_weights

__all__ = [
    "BgmattingError",
    "BgmattingWarning",
    "ClipError",
    "HubError",
    "InputError",
    "Matte",
    "Matter",
    "MattingBase",
    "OutOfMemoryError",
    "OutputError",
    "PairError",
    "PhotoError",
    "TrainingError",
    "WeightsError",
    "__version__",
    "list_backbones",
    "list_weights",
    "register_backbone",
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
        "list_backbones": ".weights.catalogue",
        "list_weights": ".weights.repositories",
        "register_backbone": ".weights.registering",
    },
)
