"""Whether an exported file gives the numbers that torch gives, at several sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from ..errors import InputError, OutputError, is_out_of_memory
from ..model import MattingNetwork
from .graph import HIDDEN
from .program import Program, Runner


@dataclass(frozen=True)
class Settings:
    """What is compared, and how close it has to be.

    Attributes:
        shapes: (batch, height, width) of the inputs: batches of one and more, sizes that 16 divides
            and others, lying and upright; none is the one that was traced. Chosen.
        tolerance: of alpha, foreground and error, 0..1, by precision; of hidden features, relative
            to the largest. A step of 8 bits is 0.0039. With the weights `mobilenetv2` 2e-6 was
            measured in float32 and 1e-3 in float16, by `bgmatting export`; others have more layers.
    """

    shapes: Sequence[tuple[int, int, int]] = ((1, 64, 96), (2, 101, 67), (1, 33, 50), (2, 96, 128))
    tolerance: Mapping[torch.dtype, float] = field(
        default_factory=lambda: {torch.float32: 1e-4, torch.float16: 0.01}
    )


@dataclass(frozen=True)
class Agreement:
    """How well a file agrees with torch.

    Attributes:
        largest: output -> its largest difference.
        tolerance: what was allowed.
        shapes: (batch, height, width) at which it was compared.
    """

    largest: dict[str, float]
    tolerance: float
    shapes: tuple[tuple[int, int, int], ...]


def check(
    run: Runner,
    program: Program,
    network: MattingNetwork,
    dtype: torch.dtype,
    settings: Settings | None = None,
) -> Agreement:
    """Compare an exported file with the network it was made of, in float32 and unfolded.

    Args:
        run: the file, opened by its runtime.
        program: what it was made of, a `graph.matting_program`.
        network: in eval mode.
        dtype: what was exported.

    Raises:
        OutputError: the numbers differ, or the file cannot be run.
        InputError: the network's own numbers are not finite: there is nothing to compare with.
    """
    settings = settings or Settings()
    tolerance = settings.tolerance[dtype]
    largest = dict.fromkeys(program.outputs, 0.0)
    for shape in settings.shapes:
        src, bgr = drawn_pair(shape)
        with torch.inference_mode():
            outputs = network.float()(src, bgr)
        expected = {name: getattr(outputs, name).numpy() for name in program.outputs}
        if not all(np.isfinite(value).all() for value in expected.values()):
            raise InputError("the network's answer is not finite: its weights are damaged")
        got = _run(run, src.numpy(), bgr.numpy(), shape)
        for (name, value), other in zip(expected.items(), got, strict=True):
            if other.shape != value.shape:
                raise OutputError(
                    f"the exported file gives {name} of shape {other.shape} where torch gives "
                    f"{value.shape}: it was not put in place"
                )
            scale = max(1.0, float(np.abs(value).max())) if name == HIDDEN else 1.0
            difference = float(np.abs(other.astype(np.float32) - value).max()) / scale
            largest[name] = max(largest[name], difference)
            if not difference <= tolerance:  # NaN is no agreement either
                raise OutputError(
                    f"the exported file gives {name} that is {difference:.2g} off torch's at "
                    f"{shape[2]} x {shape[1]} pixels, where {tolerance:.2g} is allowed: it was not "
                    "put in place"
                )
    return Agreement(largest, tolerance, tuple(settings.shapes))


def _run(
    run: Runner, src: NDArray[np.float32], bgr: NDArray[np.float32], shape: tuple[int, ...]
) -> list[NDArray[Any]]:
    try:
        return run(src, bgr)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise OutputError(
            f"the exported file cannot be run at {shape[2]} x {shape[1]} pixels with a batch of "
            f"{shape[0]} ({reason}): it was not put in place"
        ) from error


def drawn_pair(shape: tuple[int, int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Sources with something in front of backgrounds, (B, 3, H, W) float32 in 0..1; always alike.

    Patches of colour with a little noise, for photos are neither flat nor noise alone.
    """
    batch, height, width = shape
    generator = torch.Generator().manual_seed(0)
    patches = torch.rand(batch, 3, 5, 7, generator=generator)
    bgr = F.interpolate(patches, (height, width), mode="bilinear")  # B, 3, H, W
    src = bgr.clone()
    src[:, :, height // 4 :, width // 3 : width * 2 // 3] = torch.rand(3, 1, 1, generator=generator)
    noise = torch.randn(2, batch, 3, height, width, generator=generator) * 0.02
    return (src + noise[0]).clamp(0, 1), (bgr + noise[1]).clamp(0, 1)
