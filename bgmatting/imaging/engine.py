"""Where and how the network runs: device, precision, memory layout."""

from __future__ import annotations

import copy
import threading
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..errors import InputError
from ..model import MattingNetwork, fold_batch_norm
from ..model.network import MATTE_CHANNELS, split_matte
from .memory import memory_for

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}

WHOLE = ("",)  # as a module's name: the module itself

Floats = NDArray[np.float32]


def resolve_device(device: str | torch.device) -> torch.device:
    """The device meant by a name: "auto" is CUDA, else MPS, else the CPU.

    Raises:
        InputError: the name is unknown, or the device is not there.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError):
        found = None
    if found is None or found.type not in DEVICES:
        raise InputError(f"unknown device {device!r}: choose one of {', '.join(DEVICES)}")
    count = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }[found.type]
    if (found.index or 0) >= count:
        here = f"this machine has {count} of them" if count else "this machine has none"
        raise InputError(f'device {str(device)!r} is not there ({here}): choose "auto" or "cpu"')
    return found


def resolve_dtype(dtype: str | torch.dtype, device: torch.device) -> torch.dtype:
    """The precision meant by a name: "auto" is the fastest whose matte is as good.

    That is bfloat16 on CPUs with instructions for it, float16 on CUDA (finer than bfloat16, and
    just as fast), float32 elsewhere.

    Raises:
        InputError: the name is unknown.
    """
    if dtype == "auto":
        if device.type == "cuda":
            return torch.float16
        fast = device.type == "cpu" and cpu_has_bfloat16()
        return torch.bfloat16 if fast else torch.float32
    if isinstance(dtype, str) and dtype in DTYPES:
        return DTYPES[dtype]
    if dtype in DTYPES.values():
        return dtype  # type: ignore[return-value]
    raise InputError(f"unknown dtype {dtype!r}: choose auto or one of {', '.join(DTYPES)}")


def cpu_has_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 natively (AVX-512 BF16 or AMX): else it is slower."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, check, lambda: False)() for check in checks)


def unwrapped(network: nn.Module) -> MattingNetwork:
    """The network in what torch puts around one: data parallelism, compilation.

    Raises:
        InputError: it is none of ours.
    """
    while not isinstance(network, MattingNetwork):
        inner = getattr(network, "_orig_mod", None) or getattr(network, "module", None)
        if not isinstance(inner, nn.Module):
            break
        network = inner
    if not callable(getattr(network, "raw", None)):
        raise InputError(
            f"the network is {type(network).__name__}; expected a MattingNetwork, such as "
            "MattingBase.from_pretrained gives"
        )
    return network  # type: ignore[return-value]


class Engine:
    """A network made ready to run fast, one pair at a time; safe to call from several threads.

    It can be copied and pickled; unpickled, it is on the device that it was on.

    Batch norm is folded into the convolutions, weights and activations are channels-last, and
    only the channels that make the matte are computed. Where `dtype` is lower than float32, the
    layers that compare source and background stay in float32.

    Args:
        network: copied, so that it may go on being used otherwise.
        device: see `resolve_device`.
        dtype: see `resolve_dtype`.

    Raises:
        InputError: the device is not there, or an argument is unknown.
        OutOfMemoryError: the network is too large for the device.
    """

    def __init__(
        self,
        network: MattingNetwork,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "auto",
    ) -> None:
        network = unwrapped(network)
        self.device = resolve_device(device)
        self.dtype = resolve_dtype(dtype, self.device)
        with memory_for("load the network", self.device):
            if any(value.dtype != torch.float32 for value in network.parameters()):
                network = copy.deepcopy(
                    network
                ).float()  # folding multiplies weights: no rounding there
            folded = fold_batch_norm(network).to(self.device).to(memory_format=torch.channels_last)
            if self.dtype != torch.float32:
                lower_precision(folded, self.dtype)
        self._network = folded
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        network = self._network
        if self.device.type != "cpu":  # so that a missing device can be said in words
            network = copy.deepcopy(network).cpu()
        return {"device": str(self.device), "dtype": self.dtype, "network": network}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.device = resolve_device(state["device"])
        self.dtype = state["dtype"]
        with memory_for("load the network", self.device):
            self._network = state["network"].to(self.device)
        self._lock = threading.Lock()

    def __call__(
        self, source: NDArray[np.uint8], background: NDArray[np.uint8]
    ) -> tuple[Floats, Floats, Floats]:
        """Matte a pair at its own size.

        Args:
            source, background: (h, w, 3) uint8, RGB.

        Returns:
            alpha (h, w) in 0..1, residual (h, w, 3), which is foreground minus source, and error
            (h, w) in 0..1; float32.

        Raises:
            OutOfMemoryError: there is not enough memory.
            InputError: the numbers overflow this precision.
        """
        height, width = source.shape[:2]
        doing = f"run the network on {width} x {height} pixels"
        with memory_for(doing, self.device), self._lock, torch.inference_mode():
            src, bgr = self._tensor(source), self._tensor(background)
            raw = self._network.raw(src, bgr, MATTE_CHANNELS)
            finite = bool(raw.isfinite().all())
            # Source and sums stay float32: the foreground is as exact as the photo.
            pha, fgr, err = split_matte(raw.float(), src)
            result = torch.cat([pha, fgr - src, err], dim=1)[0].permute(1, 2, 0).cpu()
        if not finite:  # the clamps would hide it
            precision = str(self.dtype).removeprefix("torch.")
            raise InputError(
                f"the network's answer is not finite in {precision}: "
                + ("its weights are damaged" if precision == "float32" else "use dtype float32")
            )
        values = result.numpy()  # h, w, 5
        alpha, residual, error_map = (
            np.ascontiguousarray(part)
            for part in (values[..., 0], values[..., 1:4], values[..., 4])
        )
        return alpha, residual, error_map

    def _tensor(self, photo: NDArray[np.uint8]) -> torch.Tensor:
        """(h, w, 3) uint8 -> (1, 3, h, w) float32 in 0..1, channels-last in memory."""
        values = torch.from_numpy(np.array(photo)).to(self.device)
        return (values.float() / 255).permute(2, 0, 1)[None]


def lower_precision(network: MattingNetwork, dtype: torch.dtype) -> None:
    """Change a network in place to compute in `dtype`, but for the encoder's finest layers.

    Those see differences of a step of 8 bits between source and background. In bfloat16 alone,
    alpha is off by up to 36/255 on real photos; with them in float32, by 1.5/255. An encoder that
    does not name them, as `FINE`, stays in float32 as a whole.
    """
    fine = {
        module
        for name in getattr(network.backbone, "FINE", WHOLE)
        for module in network.backbone.get_submodule(name).modules()
    }
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module not in fine:
            module.to(dtype)
            module.register_forward_pre_hook(_as_weight)
    network.decoder.register_forward_pre_hook(_as_last_weight)


def _as_weight(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    return (inputs[0].to(module.weight.dtype), *inputs[1:])


def _as_last_weight(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Shortcuts and features to one precision before they are put together."""
    dtype = next(module.get_submodule("conv4").parameters()).dtype
    return tuple(value.to(dtype) if isinstance(value, torch.Tensor) else value for value in inputs)
