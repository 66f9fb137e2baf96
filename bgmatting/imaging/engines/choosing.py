"""Which engine runs a network: the one asked for, or the fastest of those that are here."""

from __future__ import annotations

import os
import warnings

import torch
from torch import nn

from ...errors import BgmattingWarning, InputError, OutOfMemoryError
from ...extras import has_modules
from ...model import MattingNetwork
from ...model.unwrapping import unwrapped
from . import model_cache
from .converted import ConvertedEngine
from .device import resolve_device, resolve_dtype
from .interface import Engine
from .onnx_engine import OnnxEngine
from .openvino_engine import OpenVinoEngine
from .torch_engine import TorchEngine

VARIABLE = "BGMATTING_ENGINE"  # what "auto" means where it is set
# Fastest first, by benchmarks/engines.py; torch, always here, is slower on a CPU in float32.
FASTER_ON_CPU: tuple[type[ConvertedEngine], ...] = (OpenVinoEngine, OnnxEngine)
ENGINES: dict[str, type[TorchEngine] | type[ConvertedEngine]] = {
    TorchEngine.name: TorchEngine,
    **{engine.name: engine for engine in FASTER_ON_CPU},
}


def make_engine(
    network: MattingNetwork,
    engine: str = "auto",
    device: str | torch.device = "auto",
    dtype: str | torch.dtype = "auto",
    threads: int | None = None,
) -> Engine:
    """A network made ready by an engine.

    Args:
        network: copied, or converted.
        engine: "torch", "openvino", "onnxruntime", or "auto": on a CPU in float32 the fastest whose
            extra is installed, elsewhere torch. `BGMATTING_ENGINE` says otherwise for "auto".
        device, dtype: see `resolve_device` and `resolve_dtype`; engines other than torch have the
            CPU and float32 only.
        threads: see `resolve_threads`.

    Raises:
        InputError: an argument is unknown or doesn't go with the engine, or what that needs is not
            installed.
        OutOfMemoryError: memory does not suffice.
    """
    if engine == "auto" and os.environ.get(VARIABLE):
        engine = _known(os.environ[VARIABLE], f"{VARIABLE} is")
    if _known(engine, "engine is") != "auto":
        return ENGINES[engine](network, device, dtype, threads)
    for faster in _candidates(network, device, dtype):
        try:
            return faster(network, "cpu", "float32", threads)
        except OutOfMemoryError:
            raise
        except InputError as error:
            warnings.warn(f"{error}; another engine is used", BgmattingWarning, stacklevel=3)
    return TorchEngine(network, device, dtype, threads)


def _known(engine: object, what: str) -> str:
    if engine != "auto" and engine not in ENGINES:
        raise InputError(f"{what} {engine!r}: choose auto or one of {', '.join(ENGINES)}")
    return str(engine)


def _candidates(
    network: nn.Module, device: str | torch.device, dtype: str | torch.dtype
) -> list[type[ConvertedEngine]]:
    """Engines that would run it faster than torch, the fastest first."""
    where = resolve_device(device)
    in_float32 = resolve_dtype(dtype, where) == torch.float32
    # Modules from elsewhere may do what only torch can, and nothing could be kept for next time.
    if where.type != "cpu" or not in_float32 or not model_cache.is_known(unwrapped(network)):
        return []
    return [faster for faster in FASTER_ON_CPU if has_modules(*faster.modules)]
