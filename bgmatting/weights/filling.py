"""A built network filled with entries that were read: what is asked for, checked; then the copy."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError, WeightsError
from .entries import STORED_DTYPES, check_entries, fits


def check_dtype(dtype: object, torch_dtype: object = None) -> torch.dtype:
    """The dtype asked for under either of its two names; float32 where under none.

    Raises:
        InputError: it is none that networks are loaded in, or two were given.
    """
    if dtype is not None and torch_dtype is not None and dtype != torch_dtype:
        raise InputError(f"dtype is {dtype!r} but torch_dtype is {torch_dtype!r}; give one of them")
    wanted = torch_dtype if dtype is None else dtype
    if wanted is None:
        return torch.float32
    if not isinstance(wanted, torch.dtype) or wanted not in STORED_DTYPES:
        raise InputError(
            f"dtype is {wanted!r}; expected one of {', '.join(map(str, STORED_DTYPES))}"
        )
    return wanted


def check_device(map_location: object) -> torch.device:
    """The device that `map_location` names, which this machine has.

    Raises:
        InputError: it names none, or one that holds no values.
    """
    if not isinstance(map_location, (str, torch.device)):
        raise InputError(f"map_location is {map_location!r}; expected a device such as 'cuda:0'")
    try:
        device = torch.device(map_location)
    except RuntimeError as error:
        raise InputError(
            f"map_location is {map_location!r}; expected a device such as 'cpu' or 'cuda:0'"
        ) from error
    if device.type == "meta":
        raise InputError(
            "map_location is 'meta', a device without values; to build a network there, use: "
            "with torch.device('meta'): MattingBase(backbone)"
        )
    try:
        torch.empty(0, device=device)
    except Exception as error:  # each kind of device has its own
        reason = str(error).strip().partition("\n")[0]
        raise InputError(
            f"map_location is {map_location!r}, not on this machine: {reason}"
        ) from error
    return device


def check_known(
    given: Collection[str], known: Collection[str], what: str, which: str = "it knows"
) -> None:
    """Refuse arguments that a function doesn't have.

    Args:
        given, known: their names.
        what: has them, for the message.
        which: they are, likewise.

    Raises:
        InputError: there is one; the message names it and those it has.
    """
    for name in given:
        if name not in known:
            raise InputError(f"{what} knows no argument {name!r}; {which} {', '.join(known)}")


def check_call(cls: type, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that a class cannot be called with.

    Raises:
        InputError: one is missing, or not known.
    """
    try:
        inspect.signature(cls.__init__).bind(None, **arguments)  # type: ignore[misc]
    except TypeError as error:
        raise InputError(
            f"{cls.__name__} cannot be built of what the config and the keywords say: {error}"
        ) from error


def fill(
    network: nn.Module,
    state: Mapping[str, Tensor],
    *,
    strict: bool,
    dtype: torch.dtype,
    device: torch.device,
    origin: str | Path,
) -> None:
    """Copy entries into a network, and bring it to a dtype and a device.

    Args:
        network: built; on the meta device throughout, if `strict`, or with values of its own.
        state: key -> tensor.
        strict: whether they must be exactly the network's; if not, those that fit are taken and
            the others of the network stay as they are.
        dtype, device: of the network then.
        origin: what the entries were read from, for messages.

    Raises:
        WeightsError: they don't fit; the message names them.
    """
    expected = network.state_dict()
    if strict:
        check_entries(state, expected, origin)
    wanted = [key for key in expected if key in state and fits(state[key], expected[key])]
    if not wanted:
        raise WeightsError(f"{origin} has no entry that fits the network")
    if strict and all(value.is_meta for value in expected.values()):
        copies = {key: _as(state[key], dtype).to(device, copy=True) for key in wanted}
        network.load_state_dict(copies, assign=True)
        return
    # In place, so that entries which are one tensor under two names stay so.
    network.load_state_dict({key: state[key] for key in wanted}, strict=False)
    network.to(device=device, dtype=dtype)


def _as(value: Tensor, dtype: torch.dtype) -> Tensor:
    return value.to(dtype) if value.is_floating_point() else value
