"""From whatever names weights to the folder on this machine that holds them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import HubError, InputError
from .catalogue import list_backbones
from .download import download
from .files import check_folder
from .pins import pins_of
from .repositories import resolve

OTHER_WEIGHTS = (
    "To use weights from elsewhere, give their folder (bgmatting convert makes one of a published "
    "checkpoint) or repository, or set BGMATTING_REPO"
)

_SUBFOLDER = re.compile(r"\w[\w. -]*(/\w[\w. -]*)*")


def locate(
    name: str | os.PathLike[str],
    *,
    revision: str | None = None,
    subfolder: str | None = None,
    token: str | bool | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    local_files_only: bool = False,
    force_download: bool = False,
) -> Path:
    """The folder with the config and weights that a name stands for, downloaded where need be.

    Args:
        name: a folder, a backbone's name or a repository; see `repositories.resolve`.
        subfolder: of that folder or repository, where the weights are; None: its top.
        revision, token, cache_dir, local_files_only, force_download: see `download.download`.

    Raises:
        WeightsError: the name stands for nothing, or its folder has no weights.
        HubError: the repository or its files are not there, not allowed, or not reached.
        InputError: an argument doesn't fit.
    """
    below = _checked_subfolder(subfolder)
    found = resolve(name, revision=revision)
    pins = pins_of(name, revision)
    if Path(found).is_dir():
        folder = Path(found) / below
    else:
        try:
            folder = download(
                found,
                revision=pins.revision,
                subfolder=below,
                token=token,
                cache_dir=cache_dir,
                local_files_only=local_files_only,
                force_download=force_download,
            )
        except HubError as error:
            if name not in list_backbones():
                raise
            raise HubError(f"{error}. {OTHER_WEIGHTS}") from error
    # Whatever the name was, here the folder is known: the place to check what is in it.
    check_folder(folder)
    if not below:
        pins.check(folder)
    return folder


def _checked_subfolder(subfolder: str | None) -> str:
    if subfolder is None or subfolder == "":
        return ""
    if not isinstance(subfolder, str) or not _SUBFOLDER.fullmatch(subfolder.rstrip("/")):
        raise InputError(
            f"subfolder is {subfolder!r}; expected a folder within the weights' folder or "
            "repository, such as 'checkpoints/last'"
        )
    return subfolder.rstrip("/")
