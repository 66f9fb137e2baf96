"""Bodies of requests: not too slow, not too large, and read ahead of who they are for."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

SILENCE, WHOLE = 20.0, 600.0  # seconds without a byte; for all of a request's body


def timed(receive: Receive) -> Receive:
    """A body that may not come too slowly.

    Raises:
        asyncio.TimeoutError: from the call that waits too long.
    """
    ends = asyncio.get_running_loop().time() + WHOLE

    async def within() -> Message:
        left = ends - asyncio.get_running_loop().time()
        return await asyncio.wait_for(receive(), max(0.0, min(SILENCE, left)))

    return within


class TooLarge(Exception):
    """A body that has more bytes than it may."""


def bounded(receive: Receive, limit: int) -> Receive:
    """A body of `limit` bytes at most; the call that gets more raises `TooLarge`."""
    size = 0

    async def within() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise TooLarge
        return message

    return within


async def whole_body(receive: Receive) -> bytes:
    """All of a body.

    Raises:
        ClientDisconnect: it ended before.
    """
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, then whatever else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
