"""Which samples a process draws: at each step, some steps ahead of training, and apart from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from .config import TrainingConfig
from .schedule import Schedule
from .synthesis.capture import Pair, anneal
from .synthesis.samples import Draw, batches, photograph


@dataclass(frozen=True)
class Settings:
    """What batch norms are estimated on; chosen by eye.

    Attributes:
        seed_offset: added to the run's seed, so that these samples are none that it trains on, nor
            those of a run with a seed beside it.
        batch: samples at once.
    """

    seed_offset: int = 1_000_000
    batch: int = 4


SETTINGS = Settings()


class Planner:
    """Plans the draws of a step: samples of this process's own, of the shape that all draw.

    Processes wait for each other at every step: shapes of their own would cost the time of the
    largest.

    Args:
        schedule: the course of the run.
        seed: of the run.
        rank: of this process; `processes` is how many there are.
        samples: done already, by all processes, before the first step that is planned.

    Attributes:
        progress: share of the run that is done, as all processes had it last; whoever trains
            keeps it up. Asked only where the run has a time for its length.
    """

    def __init__(
        self, schedule: Schedule, seed: int, rank: int, processes: int, samples: int = 0
    ) -> None:
        self.schedule = schedule
        self.seed, self.rank, self.processes = seed, rank, processes
        self.progress = 0.0
        self._samples = samples

    def plan(self, step: int) -> list[Draw]:
        """The draws of a step; steps are to be asked for in order."""
        timed = self.schedule.minutes is not None
        # Of the samples planned, not trained: as many workers as there may be, a step's shape
        # is the same.
        progress = self.progress if timed else self.schedule.progress(self._samples, 0)
        rng = np.random.default_rng((self.seed, step, 0))
        batch, shape = self.schedule.crop(progress, rng)
        self._samples += batch * self.processes
        key = (self.seed, self.rank, step)
        return [Draw((*key, 1, i), shape) for i in range(batch)]


def pairs_for_statistics(config: TrainingConfig, device: torch.device) -> Iterator[Pair]:
    """`config.statistics` batches as in the last stage of training, drawn apart from it."""
    seed = config.seed + SETTINGS.seed_offset
    side = config.schedule.stages[-1].side

    def plan(step: int) -> list[Draw]:
        return [Draw((seed, step, i), (side, side)) for i in range(SETTINGS.batch)]

    drawn = batches(config.folders, plan, workers=config.workers, config=config.generator)
    for step in range(config.statistics):
        yield photograph(next(drawn), device, anneal(config.capture, 1), (seed, step))
