"""What the Hub's library says of its own while it fails stays out of the user's sight."""

from __future__ import annotations

import logging

import pytest
from huggingface_hub.utils import logging as hub_logging

from bgmatting.errors import HubError
from bgmatting.hub.network_errors import plain_errors


def test_retries_are_not_reported(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with plain_errors("a/b", "fetch it"):
            logging.getLogger("huggingface_hub.utils._http").warning("Retrying in 8s [Retry 4/5].")
            raise ConnectionError("no route")

    before = hub_logging.get_verbosity()
    with pytest.raises(HubError, match="cannot fetch it"):
        fail()
    out, err = capfd.readouterr()
    assert "Retrying" not in out + err
    assert hub_logging.get_verbosity() == before
