"""Whose turn it is: one request at a time has the network, some wait, the rest come again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from .refusal import Refusal


@dataclass(frozen=True)
class Settings:
    """How many wait, and how long; chosen by what the page does.

    Attributes:
        places: requests that are here at a time, the one that has the network among them.
        share: of these, from one client; behind some proxies all clients are one.
        patience: seconds that a request waits for its turn, its photos being here.
        retry: seconds after which who is turned away should come again.
    """

    places: int = 20
    share: int = 10
    patience: float = 300.0
    retry: int = 10


SETTINGS = Settings()


class Turns:
    """The places, and the one turn. For one event loop."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.settings = settings
        self._here: Counter[str] = Counter()
        self._turn = asyncio.Lock()

    @property
    def here(self) -> int:
        """How many requests have a place."""
        return self._here.total()

    @asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """A place from before the first photo comes until the answer is made.

        Raises:
            Refusal: all are taken, or this client's share of them.
        """
        settings = self.settings
        if self._here[client] >= settings.share:
            raise Refusal(
                429,
                f"{settings.share} requests from your address wait already: send the next when "
                "one is answered",
                settings.retry,
            )
        if self.here >= settings.places:
            raise Refusal(
                503,
                f"{settings.places} requests wait already: please try again in a moment",
                settings.retry,
            )
        self._here[client] += 1
        try:
            yield
        finally:
            self._here[client] -= 1
            if not self._here[client]:
                del self._here[client]

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The network to oneself, when it is free.

        Raises:
            Refusal: that took too long.
        """
        try:
            await asyncio.wait_for(self._turn.acquire(), self.settings.patience)
        except asyncio.TimeoutError:
            raise Refusal(
                503,
                "its turn did not come in time: please try again in a moment",
                self.settings.retry,
            ) from None
        try:
            yield
        finally:
            self._turn.release()
