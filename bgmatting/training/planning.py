"""Which samples a process draws at each step, some steps ahead of training."""

from __future__ import annotations

import numpy as np

from .schedule import Schedule
from .synthesis.samples import Draw


class Planner:
    """Plans the draws of a step: samples of this process's own, of the size that all draw.

    Processes wait for each other at every step: sizes of their own would cost the time of the
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

    def draws(self, step: int) -> list[Draw]:
        """The draws of a step; steps are to be asked for in order."""
        timed = self.schedule.minutes is not None
        # Of the samples planned, not trained: as many workers as there may be, a step's size is
        # the same.
        progress = self.progress if timed else self.schedule.progress(self._samples, 0)
        sizes = np.random.default_rng((self.seed, step, 0))
        batch, height, width = self.schedule.crop(progress, sizes)
        self._samples += batch * self.processes
        key = (self.seed, self.rank, step)
        return [Draw((*key, 1, i), height, width) for i in range(batch)]
