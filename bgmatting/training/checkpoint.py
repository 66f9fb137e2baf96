"""Checkpoints: everything a run needs to go on exactly where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ..errors import WeightsError

NAME = "checkpoint.pt"


def save_checkpoint(folder: Path, state: dict[str, Any]) -> Path:
    """Write `state` (tensors and plain values) to the folder's checkpoint, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{NAME}.partial"
    torch.save(state, partial)
    return partial.replace(folder / NAME)


def load_checkpoint(folder: Path) -> dict[str, Any]:
    """Read the folder's checkpoint; tensors and plain values only, no code.

    Raises:
        WeightsError: it is not there or cannot be read.
    """
    path = folder / NAME
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise WeightsError(f"nothing to resume: no {path}; train without --resume first") from None
    except Exception as error:  # torch raises many kinds for a damaged file
        raise WeightsError(f"cannot read the checkpoint {path}: {error}") from error
