"""Checkpoints: everything a run needs to go on exactly where it was."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ..errors import BgmattingError, InputError, WeightsError
from ..files import make_folder, write_whole
from ..weights.lineage import Run
from ..weights.matting_base import MattingBase
from .config import TrainingConfig

NAME = "checkpoint.pt"


def save_checkpoint(folder: Path, state: dict[str, Any]) -> Path:
    """Write `state` (tensors and plain values) to the folder's checkpoint, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    path = make_folder(folder) / NAME
    return write_whole(path, lambda partial: torch.save(state, partial))


def load_checkpoint(folder: Path) -> dict[str, Any]:
    """Read the folder's checkpoint; tensors and plain values only, no code.

    Raises:
        WeightsError: it is not there or cannot be read.
    """
    path = folder / NAME
    try:
        result: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        return result
    except FileNotFoundError:
        raise WeightsError(f"nothing to resume: no {path}; train without --resume first") from None
    except Exception as error:  # torch raises many kinds for a damaged file
        raise WeightsError(f"cannot read the checkpoint {path}: {error}") from error


def check_same_run(state: dict[str, Any], config: TrainingConfig) -> None:
    """Raise InputError unless a checkpoint is of a run like this one."""
    for what in ("backbone", "teacher", "start"):
        asked = getattr(config, what)
        had = state.get(what, asked)
        if had != asked:
            option = "from" if what == "start" else what
            raise InputError(
                f"{config.out} holds a run of {option} {had}, not {asked}; give the same to "
                "resume it"
            )


def changed(state: dict[str, Any], config: TrainingConfig) -> list[str]:
    """What of a run's course is not as the checkpoint's run had it, a sentence each."""
    had = {**state.get("schedule", {})}
    had |= {name: state[name] for name in ("seed", "precision") if name in state}
    asked = {**asdict(config.schedule), "seed": config.seed, "precision": config.precision}
    return [
        f"the run goes on with {_plain(name, asked[name])}; it had {_plain(name, had[name])}"
        for name in asked
        if name in had and had[name] != asked[name]
    ]


def lineage_of(state: dict[str, Any], config: TrainingConfig) -> tuple[Run, ...]:
    """The runs behind the weights that a checkpoint's run started from, oldest first.

    A checkpoint older than lineages names none: then what those weights' folder says, if it is
    still there.
    """
    if "lineage" in state:
        return tuple(Run(**run) for run in state["lineage"])
    try:
        return MattingBase.from_pretrained(config.start).lineage if config.start else ()
    except BgmattingError:
        return ()


def _plain(name: str, value: Any) -> str:
    """A setting as its option has it."""
    if name == "stages":
        stages = ",".join(f"{stage['side']}:{stage['until']:g}" for stage in value)
        return f"crops {stages}"
    return f"{name} {value}"
