"""Weights into a repository, in one commit, a card that is there left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError

from ..errors import HubError, WeightsError
from ..files import sha256_of
from ..weights.names import CARD_NAME, CONFIG_NAME
from ..weights.tensor_files import weights_names
from .card_metrics import METRICS_NAME
from .deletions import deletions
from .network_errors import plain_errors
from .repository_state import State, look

CHANGED_THERE = (
    "{repo_id} has changed since it was looked at; nothing was committed: look at what is there "
    "now, and try again"
)


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
    sha256: Mapping[str, str] | None = None,
    seen: State | None = None,
) -> str:
    """Upload files; the repository is made where it isn't there.

    The commit goes on top of the one that was looked at, or not at all: nothing that somebody
    pushes meanwhile is written over.

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
        sha256: name -> what the file must be, hexadecimal; None: whatever it is now.
        seen: what the repository was like when the files were chosen; None: it is looked at now.

    Returns:
        The commit's address, or the pull request's.

    Raises:
        HubError: not allowed, not reached, or the repository is not as it was seen; nothing was
            committed.
        WeightsError: a file is not what `sha256` says; nothing was committed.
    """
    api = HfApi(token=token)
    _check(files, sha256)
    with plain_errors(repo_id, f"upload to {repo_id}"):
        full_id = _repository(api, repo_id, private, seen)
        if seen is None or not seen.exists:
            now = look(full_id, branch=branch, token=token)
            if seen is not None and now.has_card:
                raise HubError(CHANGED_THERE.format(repo_id=full_id))
            seen = now
        keep_card = seen.has_card and not replace_card
        additions = [
            CommitOperationAdd(name, file if isinstance(file, bytes) else str(file))
            for name, file in files.items()
            if not (name == CARD_NAME and keep_card)
        ]
        api.preupload_lfs_files(
            full_id, additions, revision=branch, create_pr=create_pr, free_memory=False
        )
        # Between those two looks at the files they were read and sent.
        _check(files, sha256)
        try:
            commit = api.create_commit(
                full_id,
                [*deletions(api, full_id, files, delete_patterns, branch=branch), *additions],
                commit_message=commit_message,
                revision=branch,
                create_pr=create_pr,
                parent_commit=seen.commit,
            )
        except HfHubHTTPError as error:
            if error.response.status_code != 412:
                raise
            raise HubError(CHANGED_THERE.format(repo_id=full_id)) from error
    return str(commit.pr_url or commit.commit_url)


def _repository(api: HfApi, repo_id: str, private: bool | None, seen: State | None) -> str:
    """The repository's full id; it is made where it isn't there, or wasn't when it was seen."""
    new = seen is not None and not seen.exists
    try:
        return api.create_repo(repo_id, private=private, exist_ok=not new).repo_id
    except HfHubHTTPError as error:
        if not new or error.response.status_code != 409:
            raise
        raise HubError(CHANGED_THERE.format(repo_id=repo_id)) from error


def _check(files: Mapping[str, Path | bytes], sha256: Mapping[str, str] | None) -> None:
    """Refuse files that are not what they should be."""
    for name, digest in (sha256 or {}).items():
        file = files[name]
        if isinstance(file, bytes):
            continue  # in memory, where nothing changes them
        try:
            same = sha256_of(file) == digest
        except OSError:
            same = False
        if not same:
            raise WeightsError(
                f"{file} has changed since it was looked at; nothing was committed: see that it is "
                "what it should be, and try again"
            )
