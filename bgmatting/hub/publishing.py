"""Publishing weights: first what would be uploaded where, then, when told, the upload."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import HubError, WeightsError
from ..files import sha256_of
from ..weights.catalogue import backbone_info, list_backbones
from ..weights.files import read_config
from ..weights.lineage import read_lineage
from ..weights.matting_base import MattingBase
from ..weights.names import CARD_NAME, CONFIG_NAME, WEIGHTS_NAME
from ..weights.repositories import is_repo_id, repository, shipped_weights
from .card import METRICS_NAME, is_untouched, read_card, renamed, render_card
from .upload import files_of, has_card, upload


@dataclass(frozen=True)
class PlannedFile:
    """A file to upload.

    Attributes:
        name: in the folder and in the repository.
        size: in bytes.
        sha256: of its content, hexadecimal.
        note: what to know of it, or "".
    """

    name: str
    size: int
    sha256: str
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """What publishing one folder would do.

    Attributes:
        backbone: of the weights.
        folder: where they are.
        repo_id: where they would go, owner/name.
        files: what would be uploaded; a card that the folder lacks is made up for it.
        remarks: what else to know, one sentence each.
    """

    backbone: str
    folder: Path
    repo_id: str
    files: tuple[PlannedFile, ...]
    remarks: tuple[str, ...] = ()


def plan_shipped(
    backbones: list[str] | None = None, repo_id: str | None = None, **options: bool
) -> list[Plan]:
    """Plans for the weights that came with this checkout: of the backbones given, or of all there.

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
    ask_hub: bool = True,
) -> Plan:
    """Check that a folder's weights load, and list what would be uploaded.

    Args:
        folder: with `config.json` and `model.safetensors`.
        repo_id: owner/name; None: what the table says of the backbone.
        replace_card: whether a card that the repository has would be replaced.
        ask_hub: look whether it has one; without network a remark says so.

    Raises:
        WeightsError: the folder is no such folder, or its weights don't load.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise WeightsError(
            f"no folder {folder}; expected one with {CONFIG_NAME} and {WEIGHTS_NAME}"
        )
    MattingBase.from_pretrained(folder)
    backbone = read_config(folder / CONFIG_NAME)["backbone"]
    if repo_id is None:
        repo_id = repository(backbone)
    elif not is_repo_id(repo_id):
        raise WeightsError(f"{repo_id!r} is not a repo id; expected owner/name")
    remarks = []
    keep_card = False
    if ask_hub and not replace_card:
        try:
            keep_card = has_card(repo_id)
        except HubError as error:
            remarks.append(f"{error}; a card that the repository has would be kept")
    if keep_card:
        remarks.append(f"{CARD_NAME} stays as the repository has it (--replace-card replaces it)")
    files = tuple(
        _planned(name, file)
        for name, file in _files(folder, repo_id).items()
        if not (name == CARD_NAME and keep_card)
    )
    return Plan(backbone, folder, repo_id, files, tuple(remarks))


def publish(
    plan: Plan,
    *,
    private: bool | None = None,
    replace_card: bool = False,
    token: str | bool | None = None,
) -> str:
    """Do what a plan says.

    Args:
        plan: of `plan` or `plan_shipped`.
        private: whether a new repository is private; None: the account's default.
        replace_card: replace a card that the repository has.
        token: access token with write permission; None: that of this machine's log-in.

    Returns:
        The commit's address.

    Raises:
        HubError: not allowed, or not reached; nothing was committed.
    """
    return upload(
        _files(plan.folder, plan.repo_id),
        plan.repo_id,
        commit_message=f"Publish weights of {plan.backbone}",
        private=private,
        token=token,
        replace_card=replace_card,
    )


def _files(folder: Path, repo_id: str) -> dict[str, Path | bytes]:
    """What to upload of a folder: its files, with a card that names the repository.

    A card from the template is made where there is none; in one that was, the name is set; a
    hand-written one goes as it is.
    """
    files = files_of(folder)
    card = folder / CARD_NAME
    if CARD_NAME in files:
        text = read_card(card)
        if is_untouched(text):
            files[CARD_NAME] = renamed(text, repo_id).encode()
    else:
        metrics = folder / METRICS_NAME
        facts = read_config(folder / CONFIG_NAME)
        facts["lineage"] = read_lineage(folder / CONFIG_NAME)
        facts["metrics"] = metrics if metrics.is_file() else None
        files[CARD_NAME] = render_card(**facts, name=repo_id).encode()
    return files


def _planned(name: str, file: Path | bytes) -> PlannedFile:
    if isinstance(file, bytes):
        digest = hashlib.sha256(file).hexdigest()
        return PlannedFile(name, len(file), digest, "from the template, naming the repository")
    return PlannedFile(name, file.stat().st_size, sha256_of(file))
