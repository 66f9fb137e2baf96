"""Ctrl-C and SIGTERM heeded between two steps, so that a run that is stopped can go on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Whether someone asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def heed(self, number: int, frame: FrameType | None) -> None:
        """Take note; on a second Ctrl-C don't wait for the step to end."""
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def between_steps() -> Iterator[Interruption]:
    """Inside, Ctrl-C and SIGTERM (a job's time is up, torchrun stops) only leave a note.

    Python lets none but the main thread heed signals; elsewhere the note stays blank.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = {
        number: signal.signal(number, interruption.heed)
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
