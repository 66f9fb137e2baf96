"""Stages of a stream side by side: each in a thread, with a short queue to the next."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

DEPTH = 3  # items that wait between two stages: bounds the memory
_PATIENCE = 0.1  # seconds after which a stage that waits looks whether it was called off


class _End:
    """Comes after the last item, with the error that ended them, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[T], depth: int = DEPTH) -> Generator[T, None, None]:
    """The items, made in a thread that is a few of them ahead.

    An error in making them is raised here, after those before it. Closing the iterator ends the
    thread.
    """
    waiting: queue.Queue[T | _End] = queue.Queue(depth)
    called_off = threading.Event()

    def put(item: T | _End) -> None:
        while not called_off.is_set():
            with contextlib.suppress(queue.Full):
                waiting.put(item, timeout=_PATIENCE)
                return

    def work() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                put(item)
                if called_off.is_set():
                    break
            put(_End())
        except BaseException as error:
            put(_End(error))
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while not isinstance(item := waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        called_off.set()
        thread.join()


class Behind(Generic[T]):
    """Work on items in a thread behind: `give` waits only where too many wait already.

    Used as a context: leaving it waits for all that was given; with an error, it is called off.
    An error of the work is raised by `give`, or in the end.

    Args:
        work: done for each item, in order.
        depth: how many may wait.
    """

    def __init__(self, work: Callable[[T], object], depth: int = DEPTH) -> None:
        self._work = work
        self._waiting: queue.Queue[T | _End] = queue.Queue(depth)
        self._error: BaseException | None = None
        self._called_off = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Behind[T]:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._called_off.set()
        self._put(_End())
        self._thread.join()
        if kind is None and self._error is not None:
            raise self._error

    def give(self, item: T) -> None:
        """Have an item worked on."""
        self._put(item)
        if self._error is not None:
            raise self._error

    def _put(self, item: T | _End) -> None:
        while self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._waiting.put(item, timeout=_PATIENCE)
                return

    def _run(self) -> None:
        while not isinstance(item := self._waiting.get(), _End) and not self._called_off.is_set():
            try:
                self._work(item)
            except BaseException as error:
                self._error = error
                return
