"""Training samples: which to draw, drawing their layers in workers, batching them for capture."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ...errors import InputError
from ...imaging.arrays import Shape
from .assets import Assets, Part
from .capture import Pair, capture
from .scenes import draw_scene
from .settings import GENERATOR, SETTINGS, AssetFolders, CaptureConfig, GeneratorConfig
from .subjects import draw_subject


class Draw(NamedTuple):
    """One sample to draw: the key that seeds it, and the shape of its arrays."""

    key: tuple[int, ...]
    shape: Shape


class Layers(NamedTuple):
    """A batch of layers before capture: uint8; scene with its margin to all sides."""

    fgr: Tensor  # B, 3, H, W
    pha: Tensor  # B, 1, H, W
    scene: Tensor  # B, 3, H + 2M, W + 2M


class LayerDataset(Dataset[Layers]):
    """Draws layers; indexed by `Draw`, so that every sample is reproducible on its own.

    Args:
        folders: pictures to draw from.
        config: shares of the families.
        part: of the pictures.
    """

    def __init__(
        self,
        folders: AssetFolders,
        config: GeneratorConfig = GENERATOR,
        part: Part = "training",
    ) -> None:
        self.assets = Assets(folders, part, config.soft)
        self.config = config

    def __getitem__(self, draw: Draw) -> Layers:
        rng = np.random.default_rng(draw.key)
        height, width = draw.shape
        margin = margin_of(draw.shape)
        around = (height + 2 * margin, width + 2 * margin)
        scene = draw_scene(rng, around, self.assets, self.config.scenes)
        middle = scene[margin : margin + height, margin : margin + width]
        colour, alpha = draw_subject(rng, middle, self.assets, self.config.subjects)
        return Layers(_to_tensor(colour), _to_tensor(alpha[..., None]), _to_tensor(scene))


def margin_of(shape: Shape) -> int:
    """Pixels of scene beyond each side of a crop."""
    return max(SETTINGS.least_margin, round(SETTINGS.margin * max(shape)))


def batches(
    folders: AssetFolders,
    plan: Callable[[int], list[Draw]],
    *,
    start: int = 0,
    workers: int = 0,
    config: GeneratorConfig = GENERATOR,
) -> Generator[Layers, None, None]:
    """Endless batches of layers; its `close` ends the processes that draw.

    Args:
        folders: pictures to draw from.
        plan: step -> that step's draws, all of one shape. Asked a few steps ahead.
        start: first step.
        workers: processes that draw; 0 draws in this one.
        config: shares of the families.

    Raises:
        InputError: as `Assets`; from the iterator too.
    """

    def steps() -> Iterator[list[Draw]]:
        step = start
        while True:
            yield plan(step)
            step += 1

    loader = DataLoader(
        LayerDataset(folders, config),
        batch_sampler=steps(),
        num_workers=workers,
        worker_init_fn=_settle_worker,
        prefetch_factor=3 if workers else None,
        pin_memory=torch.cuda.is_available(),
    )
    return _without_tracebacks(iter(loader))


def _without_tracebacks(loaded: Iterator[Layers]) -> Generator[Layers, None, None]:
    """Torch puts the traceback of a process that draws into the message of what it raises."""
    try:
        yield from loaded
    except InputError as error:
        said = str(error.args[0])
        raise InputError(said.rsplit(f"{InputError.__name__}: ", 1)[-1].strip()) from None


def photograph(
    layers: Layers, device: torch.device, config: CaptureConfig, key: tuple[int, ...]
) -> Pair:
    """Move layers to `device` and capture them there; `key` seeds what the camera does."""
    seed = int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0] >> 1)
    generator = torch.Generator(device).manual_seed(seed)
    fgr, pha, scene = (t.to(device, non_blocking=True).float() / 255 for t in layers)
    return capture(fgr, pha, scene, config, generator)


def _to_tensor(image: np.ndarray) -> Tensor:
    """(h, w, c) float 0..1 -> (c, h, w) uint8."""
    pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))


def _settle_worker(worker: int) -> None:
    """One thread; and Ctrl-C, which the terminal sends to all, is for the parent to heed."""
    # Not SIGTERM: it is how torch ends a worker that hangs at its own end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
