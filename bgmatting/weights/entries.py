"""State dicts held against the network they are for, and brought to a number format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from ..errors import InputError, WeightsError
from ..model import MattingNetwork

STORED_DTYPES = (torch.float32, torch.float16, torch.bfloat16)
SHOWN_KEYS = 3  # of a list of wrong ones; the count says the rest


@lru_cache
def entries_of(backbone: str) -> dict[str, Tensor]:
    """The entries of a backbone's network, on the meta device: keys, shapes, dtypes, no values.

    Raises:
        InputError: the backbone is unknown.
    """
    with torch.device("meta"):
        return MattingNetwork(backbone).state_dict()


def check_entries(
    found: Mapping[str, Tensor], expected: Mapping[str, Tensor], source: str | Path
) -> None:
    """Refuse a state dict that is not exactly the expected one.

    Args:
        found: key -> tensor, as read.
        expected: key -> tensor of the right shape and kind (its values don't matter).
        source: what `found` was read from, for the message.

    Raises:
        WeightsError: entries are missing, unexpected or misshapen; the message names them.
    """
    missing = [key for key in expected if key not in found]
    unexpected = [key for key in found if key not in expected]
    misshapen = [
        f"{key} {_facts(found[key])} (expected {_facts(value)})"
        for key, value in expected.items()
        if key in found and not fits(found[key], value)
    ]
    faults = [
        f"{len(keys)} {kind}: {shortened(keys)}"
        for kind, keys in (
            ("missing", missing),
            ("unexpected", unexpected),
            ("misshapen", misshapen),
        )
        if keys
    ]
    if faults:
        raise WeightsError(f"{source} does not fit the network: {'; '.join(faults)}")


def to_dtype(state: Mapping[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    """A copy of the state dict with its floating-point entries as `dtype`.

    Raises:
        InputError: weights are not stored as `dtype`.
        WeightsError: a value is too large for it.
    """
    if dtype not in STORED_DTYPES:
        known = ", ".join(str(known) for known in STORED_DTYPES)
        raise InputError(f"dtype is {dtype!r}; weights are stored as one of {known}")
    converted = {}
    for key, value in state.items():
        value = value.detach()
        converted[key] = value.to(dtype, copy=True) if value.is_floating_point() else value.clone()
        if value.is_floating_point() and (converted[key].isinf() & ~value.isinf()).any():
            raise WeightsError(f"{key} has values beyond the range of {dtype}; use float32")
    return converted


def fits(found: Tensor, expected: Tensor) -> bool:
    """Whether an entry has the expected one's shape and kind of number."""
    return (
        found.shape == expected.shape and found.is_floating_point() == expected.is_floating_point()
    )


def _facts(value: Tensor) -> str:
    shape = "x".join(map(str, value.shape)) or "scalar"
    return f"{shape} {str(value.dtype).removeprefix('torch.')}"


def shortened(names: Iterable[str]) -> str:
    """The first of some names, for a message."""
    names = list(names)
    shown = ", ".join(names[:SHOWN_KEYS])
    return shown if len(names) <= SHOWN_KEYS else f"{shown}, ..."
