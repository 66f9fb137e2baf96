"""What goes wrong between here and the Hub, said in one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub import constants
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import logging as hub_logging

from ..errors import BgmattingError, HubError

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
        # Anything at all: the HTTP library below differs between versions of huggingface_hub.
        raise HubError(f"cannot {doing}: {_reason(error, repo_id, offline)}") from error
    finally:
        hub_logging.set_verbosity(verbosity)


def _reason(error: BaseException, repo_id: str, offline: bool) -> str:
    status = _status(error)
    if isinstance(error, GatedRepoError):
        page = f"{constants.ENDPOINT}/{repo_id}"
        return f"the repository is gated: ask for access at {page}, then {LOG_IN}"
    if status == 401 and "credentials" in _said(error):
        return f"the Hub refused the token (401): {LOG_IN}"
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
    if status is not None:
        return _refused(status, error)
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
    if _status(cause) is None and "X-Repo-Commit" in str(cause):
        return (
            f"{constants.ENDPOINT} does not answer like a Hub; "
            "check the proxy, the firewall, and HF_ENDPOINT if it is set"
        )
    return _reason(cause, repo_id, offline)


def _refused(status: int, error: BaseException) -> str:
    if status in (401, 403):
        return f"the Hub refused it ({status}): this account may not do that; {LOG_IN}"
    if status == 429:
        return "the Hub answered 429 (too many requests): wait some minutes and try again"
    if status >= 500:
        return f"the Hub answered {status} (trouble on its side): try again later"
    return f"the Hub answered {status}: {_said(error) or 'no reason given'}"


def _transport(error: BaseException) -> str:
    name = type(error).__name__
    if "Timeout" in name:
        return f"{constants.ENDPOINT} did not answer in time; check the network and try again"
    # Some versions retry a failed connection with a client that they have closed.
    closed = "client has been closed" in str(error)
    if closed or name in ("ConnectError", "ProxyError", "ConnectionError", "UnsupportedProtocol"):
        return f"{constants.ENDPOINT} cannot be reached; check the network and the proxy"
    if name in ("RemoteProtocolError", "ReadError", "WriteError", "ChunkedEncodingError"):
        return "the transfer broke off; nothing half-way was kept, so try again"
    if "Consistency check failed" in str(error):
        return "the transfer ended early; nothing half-way was kept, so try again"
    return f"{name}: {' '.join(str(error).split()) or 'no message'}"


def _status(error: BaseException) -> int | None:
    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


def _said(error: BaseException) -> str:
    if not isinstance(error, HfHubHTTPError):
        return ""
    return " ".join(
        (error.server_message or error.response.headers.get("X-Error-Message") or "").split()
    )
