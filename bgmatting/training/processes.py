"""What the processes of a run do together: Accelerate, and agreeing on where the run stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import torch
from accelerate import Accelerator, DataLoaderConfiguration
from accelerate.utils import DistributedDataParallelKwargs, broadcast, gather
from torch import nn

from ..errors import InputError, OutputError
from ..files import alone_in, make_folder
from .config import TrainingConfig


def accelerator(config: TrainingConfig) -> Accelerator:
    """Accelerate, as the run wants it.

    Raises:
        InputError: the device does not have the precision that is asked for.
    """
    try:
        among = Accelerator(
            cpu=config.cpu,
            mixed_precision=config.precision,
            dataloader_config=DataLoaderConfiguration(dispatch_batches=False),
            kwargs_handlers=[DistributedDataParallelKwargs(gradient_as_bucket_view=True)],
        )
    except ValueError as error:
        raise InputError(
            f"precision {config.precision} cannot be had here ({error}); choose another, or no"
        ) from None
    if config.precision == "fp16" and among.device.type == "cpu":  # Accelerate would ignore it
        raise InputError("precision fp16 needs a GPU, and this run has none; choose bf16 or no")
    return among


@contextmanager
def no_other_run(among: Accelerator, folder: Path) -> Iterator[None]:
    """Keep a run's folder to its own processes while the block runs.

    Raises:
        OutputError: another run is writing there, in every process; or it cannot be made.
    """
    with ExitStack() as stack:
        taken = among.is_main_process and not stack.enter_context(alone_in(make_folder(folder)))
        _, taken = agree(among, 0.0, taken)
        if taken:
            raise OutputError(
                f"another training is writing to {folder} at the moment: choose another folder "
                "with --out, or wait for it to end, or stop it"
            )
        yield


def agree(among: Accelerator, progress: float, asked: bool) -> tuple[float, bool]:
    """The first process's progress, and whether any process was asked to stop."""
    if among.num_processes == 1:
        return progress, asked
    mine = torch.tensor([[progress, asked]], dtype=torch.float64, device=among.device)
    told = gather(mine)  # processes, 2
    return float(told[0, 0]), bool(told[:, 1].any())


def share(among: Accelerator, network: nn.Module) -> None:
    """Give every process the first one's weights and statistics, after each computed its own."""
    if among.num_processes > 1:
        for value in network.state_dict().values():
            value.copy_(broadcast(value))
