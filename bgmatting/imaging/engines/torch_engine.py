"""The network run by torch: on any device, in any precision, channels-last in memory."""

from __future__ import annotations

import copy
import threading
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from ...errors import InputError
from ...model import MattingNetwork, fold_batch_norm, lower_precision
from ...model.network import MATTE_CHANNELS, split_matte
from ...model.unwrapping import unwrapped
from ..memory import memory_for
from .device import resolve_device, resolve_dtype
from .interface import Engine, Floats, split_answer
from .threads import resolve_threads, torch_threads


class TorchEngine(Engine):
    """A network made ready to run fast in torch; copied and pickled with its device.

    Batch norm is folded into the convolutions, weights and activations are channels-last, and
    only the channels that make the matte are computed. Where `dtype` is lower than float32, the
    layers that compare source and background stay in float32.

    Args:
        network: copied, so that it may go on being used otherwise.
        device: see `resolve_device`.
        dtype: see `resolve_dtype`.
        threads: on the CPU, see `resolve_threads`.

    Raises:
        InputError: the device is not there, or an argument is unknown.
        OutOfMemoryError: the network is too large for the device.
    """

    name: ClassVar[str] = "torch"

    def __init__(
        self,
        network: MattingNetwork,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "auto",
        threads: int | None = None,
    ) -> None:
        network = unwrapped(network)
        resolve_threads(threads)
        self._threads = threads
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
        return {
            "device": str(self.device),
            "dtype": self.dtype,
            "threads": self._threads,
            "network": network,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.device = resolve_device(state["device"])
        self.dtype = state["dtype"]
        self._threads = state["threads"]
        with memory_for("load the network", self.device):
            self._network = state["network"].to(self.device)
        self._lock = threading.Lock()

    @property
    def threads(self) -> int:
        return resolve_threads(self._threads)  # asked anew: torch may have been told otherwise

    def __call__(
        self, source: NDArray[np.uint8], background: NDArray[np.uint8]
    ) -> tuple[Floats, Floats, Floats]:
        height, width = source.shape[:2]
        doing = f"run the network on {width} x {height} pixels"
        with (
            memory_for(doing, self.device),
            self._lock,
            torch_threads(self.threads),
            torch.inference_mode(),
        ):
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
        return split_answer(result.numpy())

    def _tensor(self, photo: NDArray[np.uint8]) -> torch.Tensor:
        """(h, w, 3) uint8 -> (1, 3, h, w) float32 in 0..1, channels-last in memory."""
        values = torch.from_numpy(np.array(photo)).to(self.device)
        return (values.float() / 255).permute(2, 0, 1)[None]
