"""What waits for the Hub says so, and ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from bgmatting.cli.messages import plain_warnings
from bgmatting.errors import HubError
from bgmatting.hub import patience
from bgmatting.hub.patience import longest_wait, patiently


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Waiting cut short; set the event to end what is still waiting."""
    monkeypatch.setattr(patience, "SETTINGS", patience.Settings(longest=0.5, word=0.1))
    monkeypatch.setattr(patience.constants, "HF_HUB_ETAG_TIMEOUT", 0)
    monkeypatch.setattr(patience.constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0)
    released = threading.Event()
    yield released
    released.set()


def test_what_is_given_at_once() -> None:
    assert patiently(lambda _: 3, "count") == 3
    with pytest.raises(KeyError):
        patiently(lambda _: {}[1], "look")


def test_silence_ends(hurried: threading.Event, capsys: pytest.CaptureFixture[str]) -> None:
    with plain_warnings(), pytest.raises(HubError, match="cannot fetch it: "):
        patiently(lambda _: hurried.wait(60), "fetch it")
    said = capsys.readouterr().err.splitlines()
    assert said
    assert all(line.startswith("bgmatting: https://huggingface.co has given noth") for line in said)
    assert not logging.getLogger("bgmatting").handlers


def test_what_goes_on_slowly_is_waited_for(hurried: threading.Event) -> None:
    def slowly(bar_class: type) -> str:
        with bar_class(total=20, disable=True) as bar:
            for _ in range(20):
                hurried.wait(0.1)
                bar.update(1)
        return "all of it"

    assert patiently(slowly, "fetch it") == "all of it"


def test_the_bound_follows_what_huggingface_hub_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert longest_wait() == 30
    monkeypatch.setattr(patience.constants, "HF_HUB_DOWNLOAD_TIMEOUT", 120)
    assert longest_wait() == 120
