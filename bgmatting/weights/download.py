"""A repository's weights, out of the cache or fetched into it, from one and the same commit."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, file_download, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

from ..errors import HubError
from ..hub.network_errors import plain_errors
from ..hub.patience import SilenceError, patiently
from .names import CONFIG_NAME, INDEX_NAME, PICKLE_NAME, WEIGHTS_NAME
from .tensor_files import read_index

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ETAG = re.compile(r"[\w+=-]+(\.[\w+=-]+)*")  # what may be a file's name, and no path


def download(
    repo_id: str,
    *,
    revision: str | None = None,
    subfolder: str = "",
    token: str | bool | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    local_files_only: bool = False,
    force_download: bool = False,
) -> Path:
    """The folder of this machine's cache that holds a repository's config and weights.

    Nothing is fetched that the cache has. Without network, what was cached last is used.

    Args:
        repo_id: owner/name.
        revision: branch, tag or commit; None: the main branch.
        subfolder: of the repository, with slashes; "": its top.
        token: access token; None: that of this machine's log-in, False: none.
        cache_dir: None: the cache of huggingface_hub.
        local_files_only: leave the network alone.
        force_download: fetch again what the cache has.

    Raises:
        HubError: not there, not allowed, or not reached; the message says which.
        WeightsError: the weights are in shards, and their index is not one.
    """
    at = "" if revision is None else f" at revision {revision}"
    within = f"{subfolder}/" if subfolder else ""

    def ask(
        name: str, revision: str | None, offline: bool, tqdm_class: type[Any] | None = None
    ) -> Path:
        return Path(
            hf_hub_download(
                repo_id,
                within + name,
                revision=revision,
                token=token,
                cache_dir=None if cache_dir is None else Path(cache_dir),
                local_files_only=offline,
                force_download=force_download,
                tqdm_class=tqdm_class,
            )
        )

    def fetch(name: str, revision: str | None, offline: bool = local_files_only) -> Path | None:
        """The file, out of the cache or fetched; None: the repository has none of that name."""
        _refuse_paths_as_etags()
        doing = f"fetch {within}{name} from {repo_id}{at}"
        with plain_errors(repo_id, doing, offline=offline):
            try:
                if offline:
                    return ask(name, revision, True)
                try:
                    return patiently(partial(ask, name, revision, False), doing)
                except SilenceError:  # as without network: what was cached last is used
                    with suppress(Exception):
                        return ask(name, revision, True)
                    raise
            except LocalEntryNotFoundError:
                raise
            except EntryNotFoundError:
                return None

    def missing(name: str, revision: str | None) -> HubError:
        instead = _only_a_pickle(repo_id, within, revision, token)
        return HubError(f"{repo_id} has no {within}{name}{at}{instead}")

    config = fetch(CONFIG_NAME, revision)
    if config is None:
        raise missing(CONFIG_NAME, revision)
    # The weights of the very commit the config came from, whatever is pushed in between.
    commit = config.parents[within.count("/")].name
    pinned = commit if _COMMIT.fullmatch(commit) else revision
    try:
        if fetch(WEIGHTS_NAME, pinned) is not None:
            return config.parent
    except HubError:
        # Of what the network was not asked for, it isn't known whether the repository has it.
        index = _cached(lambda: fetch(INDEX_NAME, pinned, offline=True))
        if index is None:
            raise
    else:
        index = fetch(INDEX_NAME, pinned)
    if index is None:
        raise missing(WEIGHTS_NAME, pinned)
    for name in sorted(read_index(index).shards):
        if fetch(name, pinned) is None:
            raise missing(name, pinned)
    return config.parent


def _cached(fetch: Callable[[], Path | None]) -> Path | None:
    try:
        return fetch()
    except HubError:
        return None


def _only_a_pickle(
    repo_id: str, within: str, revision: str | None, token: str | bool | None
) -> str:
    """What to add to "has no such file" when a pickle is what the repository has instead."""
    try:
        exists = HfApi(token=token).file_exists
        pickled = patiently(
            lambda _: exists(repo_id, within + PICKLE_NAME, revision=revision), "look for a pickle"
        )
    except Exception:  # only a hint is at stake
        pickled = False
    if pickled:
        return (
            f"; it has a {PICKLE_NAME}, but pickles can run code and are never loaded: "
            "download it and make a folder of it with: bgmatting convert"
        )
    return "; these are not weights of bgmatting"


def _refuse_paths_as_etags() -> None:
    """Have huggingface_hub refuse ETags that are no names.

    It calls a file of its cache after what the Hub says is its ETag, as it comes: one such as
    "/home/anna/.profile" would be written there.
    """
    ask = file_download.get_hf_file_metadata
    if getattr(ask, "refuses_paths", False):
        return

    @wraps(ask)
    def checked(*args: Any, **options: Any) -> Any:
        metadata = ask(*args, **options)
        if metadata.etag is not None and not _ETAG.fullmatch(metadata.etag):
            raise HubError(
                f"the Hub calls a file {metadata.etag[:80]!r}, which is no name but may be a path; "
                "nothing was fetched: check the address in HF_ENDPOINT"
            )
        return metadata

    checked.refuses_paths = True  # type: ignore[attr-defined]
    file_download.get_hf_file_metadata = checked
