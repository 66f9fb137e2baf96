"""torch.export: a traced program in torch's own file, and such a file run by torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from .program import Program, Runner

SECTION = "bgmatting-"  # before the names of the facts, which are files in the archive


def save(program: Program, path: Path, facts: Mapping[str, str]) -> None:
    """Write a program with its facts; `path` may have any name."""
    with path.open("wb") as file:
        torch.export.save(
            program.exported,
            file,
            extra_files={f"{SECTION}{name}": value for name, value in facts.items()},
        )


def runner(path: Path, threads: int) -> Runner:
    """A file as a function of arrays to its outputs in order; torch's own threads are used."""
    with path.open("rb") as file:
        module = torch.export.load(file).module()

    def run(*inputs: NDArray[Any]) -> list[NDArray[Any]]:
        with torch.inference_mode():
            outputs = module(*map(torch.from_numpy, inputs))
        return [output.numpy() for output in outputs]

    return run
