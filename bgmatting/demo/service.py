"""What the page does for its users, without a word of HTML: weights, limits, mattes."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WeightsError
from ..weights.catalogue import DEFAULT_BACKBONE, backbone_info, list_backbones
from .backbones import has_weights
from .gpu import lent, on_gpu
from .memory import give_back

if TYPE_CHECKING:
    from ..imaging import Matte, Matter

__all__ = ["DEFAULT_BACKBONE", "MAX_FILE_SIZE", "MAX_MEGAPIXELS", "Service", "Settings"]

log = logging.getLogger(__name__)

MAX_MEGAPIXELS = 50.0  # the 48 of a phone's largest mode, and a little
MAX_FILE_SIZE = 64 << 20  # bytes; a 48-megapixel JPEG has about 25 MB
SIZES = (384, 512, 768, 1024, 1536)  # working sizes on offer beside the network's own


@dataclass(frozen=True)
class Settings:
    """How to matte; the defaults suit nearly everyone.

    Attributes:
        size: working size: the long side in pixels, or "auto".
        align: whether to make the empty photo fit first, where the camera moved or light drifted.
        clean: whether to drop small islands and fill pinholes.
    """

    size: int | str = "auto"
    align: bool = True
    clean: bool = False


class Service:
    """Mattes for the page; one instance serves all users.

    Weights are loaded when first asked for, once, and shared. Thread-safe.
    """

    def __init__(self) -> None:
        self._matters: dict[str, Matter] = {}
        self._loading = threading.Lock()
        self._running = threading.Lock()
        self._matte = on_gpu(self._matte_here)

    def place(self) -> None:
        """Put all networks on a GPU that is lent call by call; where none is, nothing.

        What is on the device before the page is launched, from the main thread, comes along with
        every loan; what a call loads is loaded again by the next that gets another process.
        """
        if lent():
            for backbone in filter(has_weights, list_backbones()):
                self._load_early(backbone)

    def warm_up(self) -> None:
        """Load the default weights ahead of the first visitor, where that is possible."""
        if not lent() and has_weights(DEFAULT_BACKBONE):
            self._load_early(DEFAULT_BACKBONE)

    def _load_early(self, backbone: str) -> None:
        try:
            self.matter(backbone)
        except Exception:  # the first visitor meets it again, in words
            log.exception("could not load %s ahead of time", backbone)

    def matter(self, backbone: str) -> Matter:
        """The `Matter` of a backbone.

        Raises:
            InputError: there is no such backbone.
            WeightsError: it has no trained weights.
            HubError: its weights cannot be downloaded.
        """
        info = backbone_info(backbone)
        with self._loading:
            if backbone not in self._matters:
                if not has_weights(backbone):
                    raise WeightsError(
                        f"{info.title} has no trained weights yet: choose another backbone"
                    )
                from ..imaging import Matter

                self._matters[backbone] = Matter.from_pretrained(backbone)
            return self._matters[backbone]

    def matte(
        self, source: Path, background: Path, backbone: str, settings: Settings | None = None
    ) -> Matte:
        """Matte a pair of files.

        Raises:
            BgmattingError: it cannot be done; the message is fit for the user and names no path.
        """
        with self._running:
            give_back()  # what the requests before this one left
            return self._matte(source, background, backbone, settings or Settings())

    def _matte_here(
        self, source: Path, background: Path, backbone: str, settings: Settings
    ) -> Matte:
        return self.matter(backbone)(
            source,
            background,
            size=settings.size,
            align=settings.align,
            clean=settings.clean,
            max_megapixels=MAX_MEGAPIXELS,
        )
