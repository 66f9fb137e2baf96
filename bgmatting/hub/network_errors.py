"""What goes wrong between here and the Hub, said in one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from huggingface_hub import constants
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

from ..errors import BgmattingError, HubError

# The HTTP library that huggingface_hub speaks through: httpx in its versions 1, httpx2 in 2. It
# comes with huggingface_hub, and both may be installed; the one in use is the one whose error its
# own errors derive from.
http: Any = import_module(HfHubHTTPError.__bases__[0].__module__.partition(".")[0])

LOG_IN = "log in with 'hf auth login', set HF_TOKEN, or pass token="


@contextmanager
def plain_errors(repo_id: str, doing: str, *, offline: bool = False) -> Iterator[None]:
    """Turn what huggingface_hub raises inside into `HubError`.

    Args:
        repo_id: the repository concerned.
        doing: what was tried, as it reads after "cannot": "fetch config.json from alice/x".
        offline: whether the network was left alone on purpose.
    """
    verbosity = hub_logging.get_verbosity()
    hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # its retries are not news: what comes of them is
    try:
        yield
    except BgmattingError:
        raise
    except Exception as error:
        # Anything at all: nobody shall see a traceback for what happens out there.
        raise HubError(f"cannot {doing}: {_reason(error, repo_id, offline)}") from error
    finally:
        hub_logging.set_verbosity(verbosity)


def _reason(error: BaseException, repo_id: str, offline: bool) -> str:
    if isinstance(error, GatedRepoError):
        page = f"{constants.ENDPOINT}/{repo_id}"
        return f"the repository is gated: ask for access at {page}, then {LOG_IN}"
    if isinstance(error, RepositoryNotFoundError):
        return (
            f"there is no repository {repo_id} on the Hub that you may see, and no folder of that "
            f"name here; check the spelling, or, if it is private, {LOG_IN}"
        )
    if isinstance(error, RevisionNotFoundError):
        return "the repository has no such revision (branch, tag or commit)"
    if isinstance(error, LocalEntryNotFoundError):
        return _not_local(error, repo_id, offline)
    if isinstance(error, EntryNotFoundError):
        return "the repository has no such file"
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set; unset it to use the network"
    if isinstance(error, HfHubHTTPError):
        return _refused(error)
    if isinstance(error, FileMetadataError):
        return (
            f"{constants.ENDPOINT} does not answer like a Hub; "
            "check the proxy, the firewall, and HF_ENDPOINT if it is set"
        )
    if isinstance(error, HFValidationError):
        return " ".join(str(error).split())
    if isinstance(error, (ValueError, RuntimeError)) and error.__cause__ is not None:
        return _reason(error.__cause__, repo_id, offline)
    if isinstance(error, OSError) and error.errno is not None and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return _transport(error)


def _not_local(error: BaseException, repo_id: str, offline: bool) -> str:
    cause = error.__cause__
    if offline or cause is None or isinstance(cause, OfflineModeIsEnabled):
        return (
            "it is not in the cache of this machine, and the network is off "
            "(local_files_only or HF_HUB_OFFLINE); fetch it once with the network on"
        )
    return _reason(cause, repo_id, offline)


def _refused(error: HfHubHTTPError) -> str:
    status = error.response.status_code
    if status == 401:  # what is not there, or not to be seen, has a class of its own
        return f"the Hub refused the token, or wants one (401): {LOG_IN}"
    if status == 403:
        return f"the Hub refused it (403): this account may not do that; {LOG_IN}"
    if status == 429:
        return "the Hub answered 429 (too many requests): wait some minutes and try again"
    if status >= 500:
        return f"the Hub answered {status} (trouble on its side): try again later"
    said = error.server_message or error.response.headers.get("X-Error-Message") or ""
    return f"the Hub answered {status}: {' '.join(said.split()) or 'no reason given'}"


def _transport(error: BaseException) -> str:
    if isinstance(error, (http.TimeoutException, TimeoutError)):
        return f"{constants.ENDPOINT} did not answer in time; check the network and try again"
    if isinstance(
        error, (http.ConnectError, http.ProxyError, http.UnsupportedProtocol, ConnectionError)
    ):
        return f"{constants.ENDPOINT} cannot be reached; check the network and the proxy"
    if isinstance(error, (http.TransportError, XetDownloadError)):
        return "the transfer broke off; nothing half-way was kept, so try again"
    # Two have no class of their own, only words: a bare RuntimeError of the HTTP library, where
    # versions 1 of huggingface_hub retry a failed connection with a client that they have closed;
    text = " ".join(str(error).split())
    if isinstance(error, RuntimeError) and "client has been closed" in text:
        return f"{constants.ENDPOINT} cannot be reached; check the network and the proxy"
    # and a bare OSError of huggingface_hub's, where a file came to an end before its size.
    if isinstance(error, OSError) and "Consistency check failed" in text:
        return "the transfer ended early; nothing half-way was kept, so try again"
    return f"{type(error).__name__}: {text or 'no message'}"
