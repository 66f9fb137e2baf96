"""What the Hub's library says of its own while it fails stays out of the user's sight."""

from __future__ import annotations

import logging

import pytest
from huggingface_hub.utils import logging as hub_logging

from bgmatting.errors import HubError
from bgmatting.hub.network_errors import plain_errors


def test_retries_are_not_reported() -> None:
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    def fail() -> None:
        with plain_errors("a/b", "fetch it"):
            logging.getLogger("huggingface_hub.utils._http").warning("Retrying in 8s [Retry 4/5].")
            raise ConnectionError("no route")

    library, listener = logging.getLogger("huggingface_hub"), Listener()
    before = hub_logging.get_verbosity()
    library.addHandler(listener)
    try:
        with pytest.raises(HubError, match="cannot fetch it"):
            fail()
    finally:
        library.removeHandler(listener)
    assert said == []
    assert hub_logging.get_verbosity() == before
