"""The network traced into a program of operators that holds for any batch, height and width."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from ..errors import InputError, is_out_of_memory
from ..model import MattingNetwork, fold_batch_norm, lower_precision
from ..model.network import MATTE_CHANNELS, split_matte
from ..model.unwrapping import unwrapped
from .program import Program

INPUTS = ("src", "bgr")
OUTPUTS = ("pha", "fgr", "err")
HIDDEN = "hid"
EXAMPLE = (2, 48, 80)  # batch, height and width it is traced with: none 1, none alike


class _Matting(nn.Module):
    """Tensors as `MattingNetwork` takes and gives them, in float32 whatever it computes in."""

    def __init__(self, network: MattingNetwork, hidden: bool) -> None:
        super().__init__()
        self.network = network
        self.hidden = hidden

    def forward(self, src: Tensor, bgr: Tensor) -> tuple[Tensor, ...]:
        raw = self.network.raw(src, bgr, None if self.hidden else MATTE_CHANNELS).float()
        matte = split_matte(raw, src)
        return (*matte, raw[:, MATTE_CHANNELS:].relu()) if self.hidden else matte


class _Photos(nn.Module):
    """Photos as they are in memory to what an engine gives, in one go."""

    def __init__(self, network: MattingNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, source: Tensor, background: Tensor) -> tuple[Tensor, Tensor]:
        """(B, H, W, 3) uint8 -> (B, H, W, 5): alpha, residual, error; and whether all is finite."""
        src, bgr = ((photo.float() / 255).permute(0, 3, 1, 2) for photo in (source, background))
        raw = self.network.raw(src, bgr, MATTE_CHANNELS)
        pha, fgr, err = split_matte(raw, src)
        matte = torch.cat([pha, fgr - src, err], dim=1).permute(0, 2, 3, 1)
        return matte, raw.isfinite().all()


def matting_program(
    network: MattingNetwork, *, dtype: torch.dtype = torch.float32, hidden: bool = False
) -> Program:
    """The network as `src`, `bgr` -> `pha`, `fgr`, `err` and, if wanted, `hid`.

    Args:
        network: copied; batch norm is folded in the copy.
        dtype: float32, or float16: inputs, outputs and the layers that compare source and
            background stay float32 then.

    Raises:
        InputError: torch cannot trace this network.
    """
    folded = _folded(network)
    if dtype != torch.float32:
        lower_precision(folded, dtype)
    batch, height, width = EXAMPLE
    examples = [torch.rand(batch, 3, height, width) for _ in INPUTS]
    outputs = (*OUTPUTS, HIDDEN) if hidden else OUTPUTS
    exported = _traced(_Matting(folded, hidden), examples, (0, 2, 3))
    return Program(exported, INPUTS, outputs)


def photos_program(network: MattingNetwork) -> Program:
    """The network in float32 as uint8 photos `source`, `background` -> `matte`, `finite`.

    `matte` is (B, H, W, 5): alpha, foreground minus source, error; `finite` is one truth value.

    Raises:
        InputError: torch cannot trace this network.
    """
    examples = [torch.randint(0, 256, (*EXAMPLE, 3), dtype=torch.uint8) for _ in INPUTS]
    exported = _traced(_Photos(_folded(network)), examples, (0, 1, 2))
    return Program(exported, ("source", "background"), ("matte", "finite"), channels_last=True)


def _folded(network: MattingNetwork) -> MattingNetwork:
    network = unwrapped(network)
    if any(value.dtype != torch.float32 for value in network.parameters()):
        network = copy.deepcopy(network).float()
    return fold_batch_norm(network).cpu()


def _traced(module: nn.Module, examples: Sequence[Tensor], free: Sequence[int]) -> ExportedProgram:
    """Trace a module whose inputs may have any size along the `free` dimensions."""
    # Each example a tensor of its own: of one given twice, both uses would become the first input.
    shapes = dict.fromkeys(free, Dim.DYNAMIC)
    try:
        with torch.no_grad():
            return torch.export.export(
                module.eval(), tuple(examples), dynamic_shapes=tuple(shapes for _ in examples)
            )
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise InputError(
            f"this network cannot be exported, for torch cannot trace it ({_first_line(error)}): "
            "its encoder must not depend on values, nor on sizes in plain Python"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
