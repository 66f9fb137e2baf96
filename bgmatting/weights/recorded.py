"""The network with a memory of how it was built: its config, and which entries it has to have."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from ..model import MattingNetwork
from .entries import check_entries, to_dtype
from .files import DEFAULT_WORKING_SIZE, check_working_size
from .lineage import KEY, Run, as_data

FIXED = "fixed"  # in `config.json`: what of it a class with **kwargs gives itself, and doesn't take


class RecordedNetwork(MattingNetwork):
    """What `MattingBase` is besides loading and saving; see there."""

    # Of huggingface_hub's mixin: the arguments an object was built with, and those of its class.
    _hub_mixin_config: Any
    _hub_mixin_init_parameters: dict[str, inspect.Parameter]

    def __init__(self, backbone: str, working_size: int = DEFAULT_WORKING_SIZE) -> None:
        super().__init__(backbone)
        self.backbone_name = backbone
        self.working_size = working_size
        self.lineage: tuple[Run, ...] = ()
        self._note_entries()

    def __init_subclass__(cls, **options: Any) -> None:
        """Note a subclass's entries when its own `__init__` has ended."""
        super().__init_subclass__(**options)
        if "__init__" in vars(cls):
            cls.__init__ = _noting(cls.__init__)  # type: ignore[method-assign]

    @property
    def working_size(self) -> int:
        return self._working_size

    @working_size.setter
    def working_size(self, value: int) -> None:
        self._working_size = check_working_size(value)

    @property
    def config(self) -> dict[str, Any]:
        """What `config.json` says: the arguments that make this network, and its lineage."""
        built_with = self._hub_mixin_config or {}
        recorded = asdict(built_with) if is_dataclass(built_with) else built_with  # type: ignore[arg-type]
        config = {"backbone": self.backbone_name, "working_size": self.working_size}
        fixed = [name for name in config if name not in recorded and self._takes(name)]
        config = {**config, **{key: recorded[key] for key in recorded if key not in config}}
        if fixed:
            config[FIXED] = fixed
        if self.lineage:
            config[KEY] = as_data(self.lineage)
        return config

    @classmethod
    def _takes(cls, name: str, *, by_name: bool = False) -> bool:
        """Whether the class has an argument, by its name or as one of any."""
        parameters = cls._hub_mixin_init_parameters
        takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
        return name in parameters or (takes_any and not by_name)

    def storable_state(self, dtype: torch.dtype | None) -> dict[str, Tensor]:
        """A copy of the entries, of one dtype; None: the network's.

        Raises:
            WeightsError: they are not those it was built with (batch norms folded, say), or a value
                is too large for `dtype`.
            InputError: weights are not stored as `dtype`.
        """
        state = self.state_dict()
        check_entries(state, self._entries, "this network (changed since it was built?)")
        if dtype is None:
            dtype = next(value.dtype for value in state.values() if value.is_floating_point())
        return to_dtype(state, dtype)

    def _note_entries(self) -> None:
        state = self.state_dict()
        self._entries = {key: torch.empty_like(state[key], device="meta") for key in state}


def _noting(init: Callable[..., None]) -> Callable[..., None]:
    @wraps(init)
    def noting(self: RecordedNetwork, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self._note_entries()

    return noting
