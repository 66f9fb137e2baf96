"""The network run by another runtime than torch: converted once, kept, opened with its threads."""

from __future__ import annotations

import threading
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from ...errors import BgmattingError, InputError, is_out_of_memory
from ...export.program import Program, Runner
from ...extras import import_extra
from ...model import MattingNetwork
from ...model.unwrapping import unwrapped
from ..memory import memory_for
from . import model_cache
from .device import DTYPES
from .interface import Engine, Floats, split_answer
from .threads import resolve_threads

CPU = torch.device("cpu")


class ConvertedEngine(Engine):
    """What engines other than torch have in common; they run on the CPU, in float32.

    It is pickled with the converted model, so that it needs neither torch's network nor the cache
    where it is unpickled; there too the runtime has to be installed.

    Args:
        network: a model is made of it, or taken from the cache (`model_cache`).
        device: "auto" or "cpu".
        dtype: "auto" or "float32".
        threads: see `resolve_threads`.

    Raises:
        InputError: device or precision are not this engine's, the runtime is not installed, or the
            network cannot be converted.
        OutOfMemoryError: memory does not suffice.
    """

    runtime: ClassVar[str]  # as people call it
    extra: ClassVar[str]
    modules: ClassVar[tuple[str, ...]]  # that the extra brings: the runtime's own first

    device = CPU
    dtype = torch.float32

    def __init__(
        self,
        network: MattingNetwork,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "auto",
        threads: int | None = None,
    ) -> None:
        network = unwrapped(network)
        self._refuse_others(device, dtype)
        with memory_for("load the network"):
            self._parts = self._kept(network)
            self._open(threads)

    @staticmethod
    @abstractmethod
    def convert(program: Program) -> dict[str, bytes]:
        """A program as the runtime's model, its files by name."""

    @staticmethod
    @abstractmethod
    def start(parts: dict[str, bytes], threads: int) -> Runner:
        """What runs such a model."""

    @property
    def threads(self) -> int:
        return self._used_threads

    def __getstate__(self) -> dict[str, Any]:
        return {"parts": self._parts, "threads": self._threads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._parts = state["parts"]
        with memory_for("load the network"):
            self._open(state["threads"])

    def __call__(
        self, source: NDArray[np.uint8], background: NDArray[np.uint8]
    ) -> tuple[Floats, Floats, Floats]:
        height, width = source.shape[:2]
        with memory_for(f"run the network on {width} x {height} pixels"), self._lock:
            matte, finite = self._run(
                *(np.ascontiguousarray(photo)[None] for photo in (source, background))
            )
            answer = split_answer(matte[0])
        if not finite:  # the clamps would hide it
            raise InputError(
                "the network's answer is not finite in float32: its weights are damaged"
            )
        return answer

    def _refuse_others(self, device: str | torch.device, dtype: str | torch.dtype) -> None:
        if str(device) not in ("auto", "cpu", "cpu:0"):
            raise InputError(
                f'engine "{self.name}" runs on the CPU, and device is {str(device)!r}: choose '
                'device "cpu", or engine "torch"'
            )
        if dtype not in ("auto", "float32", torch.float32):
            known = dtype in DTYPES or dtype in DTYPES.values()
            instead = ', or engine "torch"' if known else ""
            raise InputError(
                f'engine "{self.name}" computes in float32, and dtype is {dtype!r}: choose dtype '
                f'"float32"{instead}'
            )

    def _kept(self, network: MattingNetwork) -> dict[str, bytes]:
        """The model of a network: kept from before, or made now."""
        # Asked for first, so that nobody waits for what cannot be run.
        version = getattr(self._import(self.modules[0]), "__version__", "")
        key = model_cache.fingerprint(network, version)
        parts = model_cache.load(self.name, key) if key else None
        if parts is None:
            for module in self.modules[1:]:
                self._import(module)
            parts = self._converted(network)
            if key:
                model_cache.keep(self.name, key, parts)
        return parts

    def _converted(self, network: MattingNetwork) -> dict[str, bytes]:
        from ...export.graph import photos_program  # a second of imports that most runs spare

        try:
            return self.convert(photos_program(network))
        except BgmattingError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise InputError(
                f'this network cannot be run by {self.runtime} ({reason}): choose engine "torch"'
            ) from error

    def _open(self, threads: int | None) -> None:
        self._threads = threads
        self._used_threads = resolve_threads(threads)
        self._import(self.modules[0])
        self._run = self.start(self._parts, self._used_threads)
        self._lock = threading.Lock()

    def _import(self, module: str) -> Any:
        return import_extra(module, self.extra, f"run the network by {self.runtime}")
