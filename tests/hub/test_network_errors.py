"""What goes wrong on the way to the Hub, by the classes of its library; and that it keeps quiet."""

from __future__ import annotations

import logging

import pytest
from huggingface_hub.errors import (
    EntryNotFoundError,
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    XetDownloadError,
)
from huggingface_hub.utils import logging as hub_logging

from bgmatting.errors import HubError, WeightsError
from bgmatting.hub.network_errors import http, plain_errors


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


HTTP_ERRORS = {
    "ConnectTimeout": "did not answer in time",
    "ReadTimeout": "did not answer in time",
    "PoolTimeout": "did not answer in time",
    "ConnectError": "cannot be reached",
    "ProxyError": "cannot be reached",
    "UnsupportedProtocol": "cannot be reached",
    "ReadError": "the transfer broke off",
    "WriteError": "the transfer broke off",
    "RemoteProtocolError": "the transfer broke off",
}


def said_of(error: Exception, cause: Exception | None = None) -> str:
    with (
        pytest.raises(HubError, match=r"^cannot fetch it: ") as caught,
        plain_errors("a/b", "fetch it"),
    ):
        raise error from cause
    return str(caught.value)


def answer(status: int, kind: type[HfHubHTTPError] = HfHubHTTPError, said: str = "") -> Exception:
    request = http.Request("GET", "https://hub.example/a/b")
    response = http.Response(status, request=request)
    return kind("What the library says.", response=response, server_message=said)


def test_the_http_library_is_the_one_in_use() -> None:
    assert issubclass(HfHubHTTPError, http.HTTPError)


@pytest.mark.parametrize(("name", "expected"), HTTP_ERRORS.items())
def test_transport_by_class(name: str, expected: str) -> None:
    assert expected in said_of(getattr(http, name)("Words that say nothing."))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), "did not answer in time"),
        (ConnectionRefusedError(), "cannot be reached"),
        (XetDownloadError("No."), "the transfer broke off"),
        (FileMetadataError("No."), "does not answer like a Hub"),
        (OfflineModeIsEnabled("No."), "HF_HUB_OFFLINE is set"),
        (EntryNotFoundError("No."), "has no such file"),
        (HFValidationError("Such a\n name."), "Such a name."),
        (OSError(28, "No space left", "/x"), "/x: No space left"),
        (answer(401), "refused the token"),
        (answer(401, RepositoryNotFoundError), "there is no repository a/b"),
        (answer(403, GatedRepoError), "gated"),
        (answer(404, RevisionNotFoundError), "no such revision"),
        (answer(403), "may not do that"),
        (answer(429), "too many requests"),
        (answer(503), "trouble on its side"),
        (answer(400, said="Such a\n name."), "answered 400: Such a name."),
        (answer(400), "no reason given"),
        # Without a class of their own, by their words:
        (
            RuntimeError("Cannot send a request, as the client has been closed."),
            "cannot be reached",
        ),
        (OSError("Consistency check failed: file should be of size 2"), "ended early"),
        (LookupError(), "LookupError: no message"),
    ],
)
def test_what_is_said_of_each(error: Exception, expected: str) -> None:
    assert expected in said_of(error)


def test_what_is_wrapped_is_looked_at() -> None:
    assert "broke off" in said_of(RuntimeError("While uploading."), http.WriteError("No."))
    metadata = FileMetadataError("No.")
    assert "does not answer like a Hub" in said_of(LocalEntryNotFoundError("No."), metadata)
    assert "not in the cache" in said_of(LocalEntryNotFoundError("No."))


def test_our_own_errors_pass() -> None:
    with pytest.raises(WeightsError, match=r"^As it is\.$"), plain_errors("a/b", "fetch it"):
        raise WeightsError("As it is.")
