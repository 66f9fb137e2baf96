"""Publishing weights: first what would be uploaded where, then, when told, the upload."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import HubError, WeightsError
from ..files import sha256_of
from ..small_files import read_bytes
from ..weights.catalogue import backbone_info, list_backbones
from ..weights.files import check_folder, read_config
from ..weights.matting_base import MattingBase
from ..weights.names import CARD_NAME, CONFIG_NAME, WEIGHTS_NAME
from ..weights.repositories import is_repo_id, repository, shipped_weights
from .card import refreshed
from .card_mark import is_hand_written
from .repository_state import State, look
from .upload import files_of, upload

WEIGHTS_SUFFIX = Path(WEIGHTS_NAME).suffix  # of large files, which are not held in memory


@dataclass(frozen=True)
class PlannedFile:
    """A file to upload.

    Attributes:
        name: in the folder and in the repository.
        size: in bytes.
        sha256: of its content, hexadecimal.
        content: where it is, or, of what is small or made up, itself.
        note: what to know of it, or "".
    """

    name: str
    size: int
    sha256: str
    content: Path | bytes
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """What publishing one folder would do, down to the bytes.

    Attributes:
        backbone: of the weights.
        folder: where they are.
        repo_id: where they would go, owner/name.
        files: what would be uploaded; a card that the folder lacks is made up for it.
        seen: what the repository was like; None: the Hub could not be asked.
        replace_card: whether a card that the repository has would be replaced.
        remarks: what else to know, one sentence each.
    """

    backbone: str
    folder: Path
    repo_id: str
    files: tuple[PlannedFile, ...]
    seen: State | None = None
    replace_card: bool = False
    remarks: tuple[str, ...] = ()


def plan_shipped(
    backbones: list[str] | None = None, repo_id: str | None = None, **options: Any
) -> list[Plan]:
    """Plans for the weights that came with this checkout: of the backbones given, or of all there.

    Args:
        backbones: None: all.
        repo_id: as in `plan`.
        options: likewise.

    Raises:
        WeightsError: there are none, or not of a backbone given; or see `plan`.
        InputError: a backbone is unknown.
    """
    folders = {}
    for backbone in backbones or list_backbones():
        backbone_info(backbone)  # an unknown name is refused here
        folder = shipped_weights(backbone)
        if folder is not None:
            folders[backbone] = folder
        elif backbones:
            raise WeightsError(
                f"no weights of {backbone} came with this checkout (weights/{backbone}); "
                "train or convert some, or name their folder"
            )
    if not folders:
        raise WeightsError("no weights came with this checkout (weights/); name a folder")
    return [plan(folder, repo_id, **options) for folder in folders.values()]


def plan(
    folder: str | os.PathLike[str],
    repo_id: str | None = None,
    *,
    replace_card: bool = False,
    token: str | bool | None = None,
) -> Plan:
    """Check that a folder's weights load, and list what would be uploaded.

    Args:
        folder: with `config.json` and `model.safetensors`.
        repo_id: owner/name; None: what the table says of the backbone.
        replace_card: whether a card that the repository has would be replaced.
        token: access token; None: that of this machine's log-in.

    Raises:
        WeightsError: the folder is no such folder, or its weights don't load.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise WeightsError(
            f"no folder {folder}; expected one with {CONFIG_NAME} and {WEIGHTS_NAME}"
        )
    if repo_id is not None and not is_repo_id(repo_id):
        raise WeightsError(f"{repo_id!r} is not a repo id; expected owner/name")
    check_folder(folder)
    backbone = read_config(folder / CONFIG_NAME)["backbone"]
    repo_id = repo_id or repository(backbone)
    files = _planned(folder, repo_id)
    MattingBase.from_pretrained(folder)  # after what the files are was noted
    seen, remarks = None, []
    try:
        seen = look(repo_id, token=token)
    except HubError as error:
        if not replace_card:
            remarks.append(f"{error}; a card that the repository has would be kept")
    if seen is not None and seen.has_card and not replace_card:
        files = [file for file in files if file.name != CARD_NAME]
        remarks.append(f"{CARD_NAME} stays as the repository has it (--replace-card replaces it)")
    return Plan(backbone, folder, repo_id, tuple(files), seen, replace_card, tuple(remarks))


def publish(plan: Plan, *, private: bool | None = None, token: str | bool | None = None) -> str:
    """Do what a plan says: the bytes that it lists, on top of what it saw, or nothing.

    Where the Hub could not be asked for the plan, it is asked now, and a card that is there stays.

    Args:
        plan: of `plan` or `plan_shipped`.
        private: whether a new repository is private; None: the account's default.
        token: access token with write permission; None: that of this machine's log-in.

    Returns:
        The commit's address.

    Raises:
        WeightsError: a file is not what it was; nothing was committed.
        HubError: not allowed, not reached, or the repository is not what it was; nothing was
            committed.
    """
    return upload(
        {file.name: file.content for file in plan.files},
        plan.repo_id,
        commit_message=f"Publish weights of {plan.backbone}",
        private=private,
        token=token,
        replace_card=plan.replace_card,
        sha256={file.name: file.sha256 for file in plan.files},
        seen=plan.seen,
    )


def _planned(folder: Path, repo_id: str) -> list[PlannedFile]:
    """What to upload of a folder: its files, with a card that names the repository.

    A card from the template is made where there is none, and anew where there was; a hand-written
    one goes as it is. Of all but the weights themselves the bytes are read here, once.
    """
    files: dict[str, Path | bytes] = {
        name: file
        if Path(name).suffix == WEIGHTS_SUFFIX
        else read_bytes(Path(str(file)), WeightsError)
        for name, file in files_of(folder).items()
    }
    made = not is_hand_written(folder / CARD_NAME)
    if made:
        files[CARD_NAME] = refreshed(folder, name=repo_id).encode()
    return [
        PlannedFile(
            name,
            len(file) if isinstance(file, bytes) else file.stat().st_size,
            hashlib.sha256(file).hexdigest() if isinstance(file, bytes) else sha256_of(file),
            file,
            "from the template, naming the repository" if made and name == CARD_NAME else "",
        )
        for name, file in files.items()
    ]
