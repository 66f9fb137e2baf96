"""The state dict within a checkpoint, and whose network it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import WeightsError
from ..model import BACKBONES
from .entries import check_entries, entries_of

NESTED_UNDER = ("state_dict", "model_state_dict", "model")  # where trainers put the state dict
# Put before every key by DataParallel and torch.compile, in the order in which they were applied.
PREFIXES = ("module.", "_orig_mod.")
LEAST_LIKENESS = 0.5  # share of entries in common, below which it is another network altogether


def unwrap(loaded: Any, source: Path) -> dict[str, Tensor]:
    """The state dict in what was loaded: out of a trainer's dict, without wrappers' prefixes.

    Raises:
        WeightsError: there is none.
    """
    for name in NESTED_UNDER:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(name), Mapping):
            loaded = loaded[name]
            break
    if not isinstance(loaded, Mapping) or not loaded:
        kind = "nothing" if isinstance(loaded, Mapping) else f"a {type(loaded).__name__}"
        raise WeightsError(f"{source} holds {kind}; expected a state dict (name -> tensor)")
    for key, value in loaded.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise WeightsError(
                f"{source} holds {key!r}: {type(value).__name__}; "
                "expected a state dict, nothing but names and tensors"
            )
        if value.layout != torch.strided or value.is_quantized or value.is_meta:
            raise WeightsError(f"{source} holds {key} in a form other than plain numbers")
    entries: dict[str, Tensor] = dict(loaded)
    while prefix := _common_prefix(entries):
        entries = {key.removeprefix(prefix): value for key, value in entries.items()}
    return entries


def _common_prefix(entries: Mapping[str, Tensor]) -> str | None:
    for prefix in PREFIXES:
        if all(key.startswith(prefix) for key in entries):
            return prefix
    return None


def recognise(entries: Mapping[str, Tensor], source: Path) -> str:
    """The backbone whose network the entries are most like, by names and shapes.

    Raises:
        WeightsError: they are like none, or not all there; the message names what is missing.
    """
    found = {(key, value.shape) for key, value in entries.items()}
    likeness = {}
    for backbone in BACKBONES:
        wanted = {(key, value.shape) for key, value in entries_of(backbone).items()}
        likeness[backbone] = len(found & wanted) / len(found | wanted)
    best = max(likeness, key=lambda backbone: likeness[backbone])
    if likeness[best] < LEAST_LIKENESS:
        raise WeightsError(
            f"{source} holds weights of another network ({len(entries)} entries, such as "
            f"{next(iter(entries), 'none')}); expected BackgroundMattingV2 with one of the "
            f"backbones {', '.join(BACKBONES)}"
        )
    check_entries(entries, entries_of(best), f"{source} (recognised as {best})")
    return best
