"""Where a backbone's weights are, here or on the Hub, and what a name given stands for."""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from ..errors import BgmattingWarning, InputError, WeightsError
from .catalogue import backbone_info, list_backbones
from .names import CONFIG_NAME, WEIGHTS_NAME, holds_weights, is_weights_name

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


def redirected() -> bool:
    """Whether `BGMATTING_REPO` says where repositories are, in place of the table."""
    return bool(_template())


def repository(backbone: str) -> str:
    """The Hub repository of a backbone's weights, by the table or by `BGMATTING_REPO`.

    Raises:
        InputError: the backbone is unknown.
        WeightsError: it was registered without a repository, or `BGMATTING_REPO` is not a template
            that gives each backbone its repository.
    """
    info = backbone_info(backbone)
    template = _template()
    if not template:
        if info.repository is None:
            raise WeightsError(
                f"no repository is known of {backbone}: give the folder or repository (owner/name) "
                f"of its weights, or set {REPO_VARIABLE}"
            )
        return info.repository
    repo_id = template.replace(PLACEHOLDER, backbone)
    if PLACEHOLDER not in template or not is_repo_id(repo_id):
        raise WeightsError(
            f"the environment variable {REPO_VARIABLE} is {template!r}; expected owner/name with "
            f"{PLACEHOLDER} in it, such as alice/bgmatting-{PLACEHOLDER}"
        )
    return repo_id


def _template() -> str:
    return os.environ.get(REPO_VARIABLE, "").strip()


def shipped_weights(backbone: str) -> Path | None:
    """The folder of a backbone's weights that came with this checkout or package, or None."""
    folders = (place / backbone for place in (SHIPPED_INSIDE, SHIPPED))
    return next(filter(holds_weights, folders), None)


@dataclass(frozen=True)
class NamedWeights:
    """Where the weights are that a backbone's name loads.

    Attributes:
        folder: of those that came with this installation or checkout; None: they are fetched.
        repository: to fetch them from, owner/name; None where a folder is used.
        revision: of the repository; None: its main branch.
    """

    folder: Path | None = None
    repository: str | None = None
    revision: str | None = None


def list_weights() -> dict[str, NamedWeights]:
    """Backbone -> where its weights are, of all that can be loaded by name now.

    That is those that came with this installation or checkout, and those that are published: in a
    repository of which the table knows a revision, or where `BGMATTING_REPO` says. The Hub is not
    asked.

    Raises:
        WeightsError: `BGMATTING_REPO` is none, see `repository`.
    """
    found = {}
    for name, info in list_backbones().items():
        folder = shipped_weights(name)
        if folder is not None:
            found[name] = NamedWeights(folder)
        elif redirected():
            found[name] = NamedWeights(repository=repository(name))
        elif info.revision is not None:
            found[name] = NamedWeights(repository=info.repository, revision=info.revision)
    return found


def resolve(name: str | os.PathLike[str], *, revision: str | None = None) -> str:
    """What a name stands for: the path of a folder that exists, or a Hub repository's id.

    A backbone's name is the folder of weights that came with the checkout, or else (or when a
    `revision` is asked for) the backbone's repository. A folder of that name in the working folder
    is meant by "./name", an absolute path, or a `Path`; a `BgmattingWarning` says that it was not
    used. Any other existing folder is itself, and so is `owner/name`.

    Args:
        name: folder, backbone name or repository id.
        revision: branch, tag or commit of a repository.

    Raises:
        WeightsError: the name is none of these; the message says what it looks like.
        InputError: a `revision` is asked of a folder.
    """
    text = os.fspath(name)
    folder = Path(text).expanduser()
    backbones = list_backbones()
    known = ", ".join(backbones)
    if not text.strip():
        raise WeightsError(f"no weights named; give a folder, a backbone ({known}) or owner/name")
    if isinstance(name, str) and name in backbones:
        shipped = shipped_weights(name) if revision is None else None
        found = repository(name) if shipped is None else str(shipped)
        if holds_weights(folder) and not (shipped and shipped.samefile(folder)):
            warnings.warn(
                f"{name} is a backbone's name, so its weights are used ({found}), not those in the "
                f"folder {name} here: those are ./{name}",
                BgmattingWarning,
                stacklevel=2,
            )
        return found
    if folder.is_dir():
        if revision is not None:
            raise InputError(
                f"revision {revision!r} was asked for, but {text} is a folder on this machine; "
                "leave revision out, or give a repository (owner/name)"
            )
        return str(folder)
    if folder.is_file():
        raise WeightsError(_about_a_file(folder))
    if isinstance(name, str):
        if is_repo_id(name):
            return name
    elif text in backbones:
        raise WeightsError(
            f"no folder {text!r}; a backbone's name is given as text: {text!r}, not as a path"
        )
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
