"""Cut anything out of a photo, hair and all, given one more photo of the same scene without it.

from bgmatting import Matter

matte = Matter.from_pretrained("mobilenetv2")("photo.jpg", "empty-scene.jpg")
matte.save("cutout.png")
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .errors import (
    BgmattingError,
    HubError,
    InputError,
    OutputError,
    PairError,
    PhotoError,
    WeightsError,
)

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

# Imported when first asked for: `bgmatting --help` should not wait for torch.
_LAZY = {"MattingBase": ".weights.matting_base", "Matte": ".imaging", "Matter": ".imaging"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
