"""Clients that go away, or are slow: as an ASGI server passes them on."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter

import pytest
from support.loops import run_apart

from bgmatting.demo import bodies
from bgmatting.errors import PhotoError
from bgmatting.serve.app import build_app
from bgmatting.serve.turns import Turns

BOUNDARY = b"x"


@pytest.fixture
def body(pair):
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"; filename="a.png"\r\n\r\n%s\r\n'
        % (name.encode(), content)
        for name, (_, content) in pair.items()
    ]
    return b"".join(parts) + b"--x--\r\n"


def call(app, *messages):
    """What is answered to a request whose body comes as these messages; then nothing more comes."""
    return run_apart(asked(app, *messages))


async def asked(app, *messages, client="10.0.0.1"):
    """Status and body; the whole within a minute."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/matte",
        "raw_path": b"/matte",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=" + BOUNDARY)],
        "client": (client, 5),
        "server": ("localhost", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    waiting, sent = list(messages), []

    async def receive():
        if waiting:
            return waiting.pop(0)
        await asyncio.sleep(3600)

    async def send(message):
        sent.append(message)

    await asyncio.wait_for(app(scope, receive, send), 60)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_for_one_who_has_gone_nothing_is_worked_out(service, body, monkeypatch):
    monkeypatch.setattr(service, "matte", lambda *_: pytest.fail("worked for nobody"))
    turns = Turns()
    whole = {"type": "http.request", "body": body, "more_body": False}
    status, _ = call(build_app(service, turns), whole, {"type": "http.disconnect"})
    assert status == 499
    assert turns.here == 0


def test_one_who_goes_amid_the_photos(service, body):
    turns = Turns()
    half = {"type": "http.request", "body": body[:500], "more_body": True}
    status, said = call(build_app(service, turns), half, {"type": "http.disconnect"})
    assert status == 408
    assert json.loads(said)["error"]
    assert turns.here == 0


def test_one_who_falls_silent(service, body, monkeypatch):
    monkeypatch.setattr(bodies, "SILENCE", 0.05)
    half = {"type": "http.request", "body": body[:500], "more_body": True}
    status, said = call(build_app(service), half)
    assert status == 408
    assert "too slowly" in json.loads(said)["error"]


def test_one_who_stays_is_answered(service, body):
    whole = {"type": "http.request", "body": body, "more_body": False}
    status, said = call(build_app(service), whole)
    assert status == 200
    assert said.startswith(b"\x89PNG")


def test_thirty_at_once_are_answered_one_by_one_or_told_to_come_again(service, body, monkeypatch):
    running, most = [], []

    def matte(*_):
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        raise PhotoError("a photo is damaged")

    monkeypatch.setattr(service, "matte", matte)
    whole = {"type": "http.request", "body": body, "more_body": False}
    turns = Turns()
    app = build_app(service, turns)

    async def main():
        clients = ["a"] * 12 + ["b"] * 18
        return await asyncio.gather(*(asked(app, whole, client=client) for client in clients))

    statuses = Counter(status for status, _ in run_apart(main()))
    assert statuses == {422: 20, 429: 10}
    assert max(most) == 1
    assert turns.here == 0
