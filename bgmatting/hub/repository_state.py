"""A repository as it was when it was looked at, so that what changes it later can be told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from huggingface_hub import HfApi
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

from ..weights.names import CARD_NAME
from .network_errors import plain_errors
from .patience import patiently


@dataclass(frozen=True)
class State:
    """What was there.

    Attributes:
        commit: the branch's last one; None: there was no repository, or nothing in it.
        exists: whether there was a repository.
        has_card: whether it had a `README.md`.
    """

    commit: str | None = None
    exists: bool = False
    has_card: bool = False


def look(repo_id: str, *, branch: str | None = None, token: str | bool | None = None) -> State:
    """What a repository is like now.

    Args:
        repo_id: owner/name.
        branch: None: the main one.
        token: access token; None: that of this machine's log-in.

    Raises:
        HubError: the Hub cannot be asked, or has no such branch.
    """
    with plain_errors(repo_id, f"look at {repo_id}"):
        try:
            ask = partial(HfApi(token=token).model_info, repo_id, revision=branch)
            info = patiently(lambda _: ask(), f"look at {repo_id}")
        except GatedRepoError:  # it is there, and not for this account
            raise
        except RepositoryNotFoundError:
            return State()
        files = info.siblings or []
        return State(info.sha, True, any(file.rfilename == CARD_NAME for file in files))
