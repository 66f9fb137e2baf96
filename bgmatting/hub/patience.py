"""One bound on how long the Hub may keep a user waiting for nothing, and a word meanwhile.

huggingface_hub has bounds for each read and tries again several times; a Hub that answers "go on"
(100) for ever, or "later" (429), would hold its user for minutes without a word all the same.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from huggingface_hub import constants
from huggingface_hub.utils.tqdm import tqdm as hub_bar

from ..errors import HubError

T = TypeVar("T")

log = logging.getLogger("bgmatting.hub")


@dataclass(frozen=True)
class Settings:
    """Seconds; chosen by what people put up with.

    Attributes:
        longest: without an answer or a byte, before it is given up; longer where
            HF_HUB_ETAG_TIMEOUT or HF_HUB_DOWNLOAD_TIMEOUT is. huggingface_hub's own five tries
            after an error take 23 s.
        word: without an answer, before something is said of it, and again after each such time.
    """

    longest: float = 30
    word: float = 5


SETTINGS = Settings()


class SilenceError(HubError):
    """The Hub gave nothing for too long."""


def longest_wait() -> float:
    """How many seconds nothing may come from the Hub."""
    return max(SETTINGS.longest, constants.HF_HUB_ETAG_TIMEOUT, constants.HF_HUB_DOWNLOAD_TIMEOUT)


def patiently(call: Callable[[type[Any]], T], doing: str) -> T:
    """What a call to the Hub gives, if it doesn't keep silent for too long.

    Args:
        call: is given a class of progress bars (`tqdm_class` of huggingface_hub); what they are
            told counts as a sign of life.
        doing: what is tried, as it reads after "cannot": "fetch config.json from alice/x".

    Raises:
        SilenceError: nothing came for `longest_wait()`. The call goes on in its thread, which ends
            with the process at the latest.
    """
    waiting = _Waiting(call)
    longest, said = longest_wait(), 0.0
    while not waiting.done.wait(min(SETTINGS.word, longest) / 5):
        silent = time.monotonic() - waiting.heard
        if silent >= longest:
            raise SilenceError(
                f"cannot {doing}: {constants.ENDPOINT} gave nothing for {longest:.0f} seconds (it "
                "may be busy, or allow no more requests for now); try again later, or set "
                "HF_HUB_ETAG_TIMEOUT to more seconds"
            )
        said = min(said, silent)  # something came meanwhile
        if silent >= said + SETTINGS.word:
            said = silent
            log.warning(
                "%s has given nothing for %.0f seconds; waiting up to %.0f",
                constants.ENDPOINT, silent, longest,
            )  # fmt: skip
    return waiting.result()


class _Waiting(Generic[T]):
    """A call that runs in a thread of its own.

    Attributes:
        done: set when it has ended.
        heard: when it last gave a sign of life, by the monotonic clock.
    """

    def __init__(self, call: Callable[[type[Any]], T]) -> None:
        self.done = threading.Event()
        self.heard = time.monotonic()
        self._call = call
        self._given: list[T] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True, name="bgmatting-hub").start()

    def _run(self) -> None:
        waiting = self

        class Bar(hub_bar):
            def update(self, n: float | None = 1) -> Any:
                waiting.heard = time.monotonic()
                shown: bool | None = super().update(n)
                return shown

        try:
            self._given.append(self._call(Bar))
        except BaseException as error:
            self._error = error
        finally:
            self.done.set()

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._given[0]
