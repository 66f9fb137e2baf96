"""What a commit deletes: weights that those it brings replace, and what it was told to."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from huggingface_hub import CommitOperationDelete, HfApi
from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]

from ..weights.names import is_weights_name

KEPT = ".gitattributes"  # the Hub's own


def deletions(
    api: HfApi,
    repo_id: str,
    uploaded: Collection[str],
    patterns: Sequence[str] | None = None,
    *,
    branch: str | None = None,
) -> list[CommitOperationDelete]:
    """The deletions that go with an upload.

    Args:
        api: of huggingface_hub.
        repo_id: owner/name of a repository that is there.
        uploaded: the names of the files that the commit brings; these are never deleted. Where
            weights are among them, the repository's others go, so that no one file is left beside
            shards, and no shard of older ones.
        patterns: of the names of other files to delete.
        branch: None: the main one.
    """
    weights = any(map(is_weights_name, uploaded))
    if not weights and not patterns:
        return []
    there = api.list_repo_files(repo_id, revision=branch)
    gone = {name for name in there if weights and is_weights_name(name)}
    if patterns:
        gone.update(filter_repo_objects(there, allow_patterns=list(patterns)))
    return [CommitOperationDelete(name) for name in sorted(gone - {*uploaded, KEPT})]
