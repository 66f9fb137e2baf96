"""Weights into a repository, in one commit, a card that is there left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi

from ..weights.names import CARD_NAME, CONFIG_NAME
from ..weights.tensor_files import weights_names
from .card import METRICS_NAME
from .deletions import deletions
from .network_errors import plain_errors


def files_of(folder: Path) -> dict[str, Path | bytes]:
    """name in the repository -> file, of what a folder has that belongs there.

    Raises:
        WeightsError: the weights are in shards, and their index cannot be read.
    """
    names = (CONFIG_NAME, *weights_names(folder), CARD_NAME, METRICS_NAME)
    return {name: folder / name for name in names if (folder / name).is_file()}


def upload(
    files: Mapping[str, Path | bytes],
    repo_id: str,
    *,
    commit_message: str = "Upload weights with bgmatting",
    private: bool | None = None,
    token: str | bool | None = None,
    branch: str | None = None,
    create_pr: bool = False,
    replace_card: bool = False,
    delete_patterns: Sequence[str] | None = None,
) -> str:
    """Upload files; the repository is made where it isn't there.

    Args:
        files: name in the repository -> file or content; see `files_of`.
        repo_id: owner/name, or a name alone for the log-in's own account.
        commit_message: of the commit.
        private: whether a new repository is private; None: the account's default.
        token: access token with write permission; None: that of this machine's log-in.
        branch: to commit to; None: the main one.
        create_pr: open a pull request in place of committing to the branch.
        replace_card: upload `README.md` also where the repository has one.
        delete_patterns: what else to delete of the repository; see `deletions`.

    Returns:
        The commit's address, or the pull request's.

    Raises:
        HubError: not allowed, or not reached; nothing was committed.
    """
    api = HfApi(token=token)
    with plain_errors(repo_id, f"upload to {repo_id}"):
        full_id = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
        keep_card = not replace_card and api.file_exists(full_id, CARD_NAME, revision=branch)
        commit = api.create_commit(
            full_id,
            [
                *deletions(api, full_id, files, delete_patterns, branch=branch),
                *(
                    CommitOperationAdd(name, file if isinstance(file, bytes) else str(file))
                    for name, file in files.items()
                    if not (name == CARD_NAME and keep_card)
                ),
            ],
            commit_message=commit_message,
            revision=branch,
            create_pr=create_pr,
        )
    return str(commit.pr_url or commit.commit_url)


def has_card(repo_id: str, *, token: str | bool | None = None) -> bool:
    """Whether a repository is there and has a card.

    Raises:
        HubError: the Hub cannot be asked.
    """
    with plain_errors(repo_id, f"look at {repo_id}"):
        return HfApi(token=token).file_exists(repo_id, CARD_NAME)
