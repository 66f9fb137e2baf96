"""Which backbone's weights live where: one table, and what a name given by a user stands for."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import InputError, WeightsError
from .names import CONFIG_NAME, WEIGHTS_NAME, holds_weights, is_weights_name

REPOSITORIES: dict[str, str] = {
    "mobilenetv2": "bgmatting/bgmatting-mobilenetv2",
    "resnet50": "bgmatting/bgmatting-resnet50",
    "resnet101": "bgmatting/bgmatting-resnet101",
}

REPO_VARIABLE = "BGMATTING_REPO"  # a template in place of the table: "alice/bgmatting-{backbone}"
PLACEHOLDER = "{backbone}"

SHIPPED = Path(__file__).resolve().parents[2] / "weights"  # of a checkout
SHIPPED_INSIDE = Path(__file__).resolve().parent / "shipped"  # of an installed package

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_REPO_ID = re.compile(rf"{_NAME}/{_NAME}")


def is_repo_id(name: str) -> bool:
    """Whether `name` has the form owner/name of a Hub repository."""
    return (
        _REPO_ID.fullmatch(name) is not None
        and "--" not in name
        and ".." not in name
        and not name.endswith(".git")
    )


def repository(backbone: str) -> str:
    """The Hub repository of a backbone's weights, by the table or by `BGMATTING_REPO`.

    Raises:
        InputError: the backbone is unknown.
        WeightsError: `BGMATTING_REPO` is not a template that gives each backbone its repository.
    """
    if backbone not in REPOSITORIES:
        raise InputError(f"unknown backbone {backbone!r}: choose one of {', '.join(REPOSITORIES)}")
    template = os.environ.get(REPO_VARIABLE, "").strip()
    if not template:
        return REPOSITORIES[backbone]
    repo_id = template.replace(PLACEHOLDER, backbone)
    if PLACEHOLDER not in template or not is_repo_id(repo_id):
        raise WeightsError(
            f"the environment variable {REPO_VARIABLE} is {template!r}; expected owner/name with "
            f"{PLACEHOLDER} in it, such as alice/bgmatting-{PLACEHOLDER}"
        )
    return repo_id


def shipped_weights(backbone: str) -> Path | None:
    """The folder of a backbone's weights that came with this checkout or package, or None."""
    folders = (place / backbone for place in (SHIPPED_INSIDE, SHIPPED))
    return next(filter(holds_weights, folders), None)


def resolve(name: str | os.PathLike[str], *, revision: str | None = None) -> str:
    """What a name stands for: the path of a folder that exists, or a Hub repository's id.

    An existing folder is itself. A backbone's name is the folder of weights that came with the
    checkout, or else (or when a `revision` is asked for) the backbone's repository. `owner/name` is
    itself. A backbone's name beats a folder of that name that holds no weights.

    Args:
        name: folder, backbone name or repository id.
        revision: branch, tag or commit of a repository.

    Raises:
        WeightsError: the name is none of these; the message says what it looks like.
        InputError: a `revision` is asked of a folder.
    """
    text = os.fspath(name)
    folder = Path(text).expanduser()
    known = ", ".join(REPOSITORIES)
    if not text.strip():
        raise WeightsError(f"no weights named; give a folder, a backbone ({known}) or owner/name")
    if folder.is_dir() and (holds_weights(folder) or text not in REPOSITORIES):
        if revision is not None:
            raise InputError(
                f"revision {revision!r} was asked for, but {text} is a folder on this machine; "
                "leave revision out, or give a repository (owner/name)"
            )
        return str(folder)
    if folder.is_file():
        raise WeightsError(_about_a_file(folder))
    if isinstance(name, str):
        if name in REPOSITORIES:
            shipped = shipped_weights(name) if revision is None else None
            return repository(name) if shipped is None else str(shipped)
        if is_repo_id(name):
            return name
    raise WeightsError(
        f"no folder {text!r}, and it is not a repo id (owner/name) "
        f"nor a backbone's name ({known}); check the spelling"
    )


def _about_a_file(path: Path) -> str:
    if path.name == CONFIG_NAME or is_weights_name(path.name):
        return f"{path} is a file; give the folder that holds it: {path.parent}"
    return (
        f"{path} is a file; give a folder with {CONFIG_NAME} and {WEIGHTS_NAME}. A published "
        "checkpoint (.pth) becomes one by: bgmatting convert CHECKPOINT OUT_DIR"
    )
