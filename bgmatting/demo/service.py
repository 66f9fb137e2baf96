"""What the page does for its users, without a word of HTML: weights, limits, mattes."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, WeightsError

if TYPE_CHECKING:
    from ..imaging import Matte, Matter

MAX_MEGAPIXELS = 50.0  # the 48 of a phone's largest mode, and a little
MAX_FILE_SIZE = "64mb"  # a 48-megapixel JPEG has about 25
DEFAULT_BACKBONE = "mobilenetv2"

TITLES = {"mobilenetv2": "MobileNetV2", "resnet50": "ResNet-50", "resnet101": "ResNet-101"}


class Service:
    """Mattes for the page; one instance serves all users.

    Weights are loaded when first asked for, once, and shared. Thread-safe.
    """

    def __init__(self) -> None:
        self._matters: dict[str, Matter] = {}
        self._loading = threading.Lock()
        self._running = threading.Lock()

    def choices(self) -> list[tuple[str, str]]:
        """(what to show, backbone's name) of every backbone; says so where weights are missing."""
        return [
            (title if has_weights(name) else f"{title} (no trained weights yet)", name)
            for name, title in TITLES.items()
        ]

    def matter(self, backbone: str) -> Matter:
        """The `Matter` of a backbone.

        Raises:
            InputError: there is no such backbone.
            WeightsError: it has no trained weights.
            HubError: its weights cannot be downloaded.
        """
        if backbone not in TITLES:
            raise InputError(f"unknown backbone {backbone!r}: choose one of {', '.join(TITLES)}")
        with self._loading:
            if backbone not in self._matters:
                if not has_weights(backbone):
                    raise WeightsError(
                        f"{TITLES[backbone]} has no trained weights yet: choose another backbone"
                    )
                from ..imaging import Matter

                self._matters[backbone] = Matter.from_pretrained(backbone)
            return self._matters[backbone]

    def matte(self, source: Path, background: Path, backbone: str) -> Matte:
        """Matte a pair of files.

        Raises:
            BgmattingError: it cannot be done; the message is fit for the user and names no path.
        """
        matter = self.matter(backbone)
        with self._running:
            return matter(source, background, max_megapixels=MAX_MEGAPIXELS)


def has_weights(backbone: str) -> bool:
    """Whether trained weights of a backbone come with the checkout, or a repository was named."""
    from ..hub.repositories import REPO_VARIABLE, shipped_weights

    return shipped_weights(backbone) is not None or bool(os.environ.get(REPO_VARIABLE))
