"""Photos that come into a folder: which are new, and no longer growing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Look: TypeAlias = tuple[int, int, int]  # bytes; last change in nanoseconds; inode


@dataclass(frozen=True)
class Settings:
    """When a file counts as whole.

    Attributes:
        settled: seconds for which its size and time have not changed. Cameras and copies write
            many times a second; chosen by that.
    """

    settled: float = 2.0


SETTINGS = Settings()


class Arrivals:
    """What a folder has got, looked at again and again.

    Args:
        settled: seconds without a change after which a file is whole.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        settled: float = SETTINGS.settled,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settled, self._clock = settled, clock
        self._handled: dict[Path, Look] = {}
        self._growing: dict[Path, tuple[Look, float]] = {}

    def ready(self, photos: Iterable[Path]) -> list[Path]:
        """Those that are whole and were not given out before as they are now, in their order.

        A photo that changed since is new again; so is one that went and came back.

        Args:
            photos: all that are there now.
        """
        now = self._clock()
        looks = {photo: look for photo in photos if (look := _look(photo)) is not None}
        self._handled = {photo: look for photo, look in self._handled.items() if photo in looks}
        growing, whole = {}, []
        for photo, look in looks.items():
            if self._handled.get(photo) == look:
                continue
            before, since = self._growing.get(photo, (None, now))
            if look != before:
                since = now
            if look[0] and now - since >= self.settled:
                self._handled[photo] = look
                whole.append(photo)
            else:
                growing[photo] = look, since
        self._growing = growing
        return whole

    @property
    def waiting(self) -> int:
        """How many are there that may still grow; empty files, which may never, not counted."""
        return sum(look[0] > 0 for look, _ in self._growing.values())


def _look(photo: Path) -> Look | None:
    """What tells a file from what it was; None: it is gone, or out of reach."""
    try:
        found = photo.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
