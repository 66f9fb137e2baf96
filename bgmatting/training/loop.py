"""The training loop: one code path from two CPU cores to many GPUs (Hugging Face Accelerate)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

import torch
from accelerate import Accelerator
from typing_extensions import Self

from ..errors import OutputError
from ..model import MattingNetwork
from ..weights.lineage import as_data
from .checkpoint import (
    NAME,
    changed,
    check_same_run,
    lineage_of,
    load_checkpoint,
    save_checkpoint,
)
from .config import TrainingConfig
from .interruption import Interruption, between_steps
from .journal import Journal
from .learner import Learner
from .numerics.average import reestimate_batch_norm
from .planning import Planner, pairs_for_statistics
from .processes import accelerator, agree, no_other_run
from .start.growing import fold
from .start.starting_point import Start, starting_point
from .synthesis.capture import Pair, anneal
from .synthesis.preview import contact_sheet
from .synthesis.samples import Layers, batches, photograph
from .validation import ValidationSet


class Trainer:
    """One run: `Trainer.fresh(config).run()` trains and returns the averaged network.

    Made by `fresh` and `resume`.

    Args:
        config: of the run.
        among: the processes of the run.
        journal: of the run.
        start: what it starts from, or for a run that goes on the form of it.
    """

    def __init__(
        self, config: TrainingConfig, among: Accelerator, journal: Journal, start: Start
    ) -> None:
        self.config = config
        self.accelerator, self.journal = among, journal
        self.device = among.device
        self.rank = among.process_index
        self.step = self.samples = 0
        self.minutes = 0.0
        self.checked = -1  # the step last validated
        self.interruption = Interruption()
        self.history: list[dict[str, float]] = []  # of this start; history.jsonl has all
        self.working_size = config.working_size or start.working_size
        self.lineage = start.lineage  # of the weights that the run started from
        self.learner = Learner(config, among, start)
        self.planner = self._planner()
        self.validation = ValidationSet.draw(
            config.folders, self.device, config.validation, config.schedule.stages[-1].side
        )

    @classmethod
    def fresh(cls, config: TrainingConfig, *, quiet: bool = False) -> Self:
        """A run from its beginning.

        Args:
            config: of the run.
            quiet: show nothing.

        Raises:
            OutputError: the folder holds a run already.
            WeightsError: what the run is to start from cannot be read.
            InputError: or it does not fit the backbone.
        """
        if (config.out / NAME).exists():
            raise OutputError(
                f"{config.out} holds a run already; continue it with --resume or choose another"
            )
        among, journal = _surroundings(config, quiet)
        if config.teacher:
            journal.say("fitting the encoder to the teacher's")
        return cls(config, among, journal, starting_point(config))

    @classmethod
    def resume(cls, config: TrainingConfig, *, quiet: bool = False) -> Self:
        """A run that goes on from its checkpoint.

        Args:
            config: of the run; what of it is not as it was is told.
            quiet: show nothing.

        Raises:
            WeightsError: there is no checkpoint, or it cannot be read.
            InputError: it is of another run.
        """
        among, journal = _surroundings(config, quiet)
        state = load_checkpoint(config.out)
        check_same_run(state, config)
        for change in changed(state, config):
            journal.say(change)
        start = starting_point(config, fresh=False)
        start.network.load_state_dict(state["network"])
        start = start._replace(
            working_size=state.get("working_size", start.working_size),
            lineage=lineage_of(state, config),
        )
        trainer = cls(config, among, journal, start)
        trainer._restore(state)
        return trainer

    def _restore(self, state: dict[str, Any]) -> None:
        """Take up a checkpoint's run where it stands; the network has its weights already."""
        self.learner.restore(state)
        self.step, self.samples = state["step"], state["samples"]
        self.minutes, self.checked = state["minutes"], state.get("checked", -1)
        self.journal.running = state.get("running", {})
        self.planner = self._planner()

    def _planner(self) -> Planner:
        processes = self.accelerator.num_processes
        config = self.config
        return Planner(config.schedule, config.seed, self.rank, processes, self.samples)

    def run(self) -> MattingNetwork:
        """Train to the end of the schedule, from wherever the run stands.

        Returns:
            The averaged network, of the backbone asked for.

        Raises:
            OutputError: another run is writing to the folder.
            TrainingError: the gradients are NaN or infinite, step after step.
            KeyboardInterrupt: someone asked to stop, by Ctrl-C or SIGTERM; the checkpoint is of
                the last step.
        """
        with (
            between_steps() as self.interruption,
            no_other_run(self.accelerator, self.config.out),
            self.journal,
        ):
            self._steps()
        average = self.learner.average.network
        if not self.learner.frozen:
            self.journal.say("estimating batch norms")
            reestimate_batch_norm(average, self._statistics())
        return fold(average, self.config.backbone) if self.config.teacher else average

    def _steps(self) -> None:
        config = self.config
        progress = self._progress()
        layers = batches(
            config.folders, self.planner.plan, start=self.step, workers=config.workers,
            config=config.generator,
        )  # fmt: skip
        with closing(layers):  # ends the processes that draw, whatever ends the run
            self._train_on(layers, progress)

    def _train_on(self, layers: Iterator[Layers], progress: float) -> None:
        config, schedule, learner = self.config, self.config.schedule, self.learner
        began = self.step
        clock, spent = time.monotonic(), self.minutes
        while progress < 1:
            pair = self._pair(next(layers), progress)
            if not learner.frozen and progress >= config.follow_norms:
                learner.freeze_norms(self._statistics if self.step else None)
            terms = learner.learn(pair, schedule.learning_rate(self.step, progress), self.step)
            count = len(pair.src) * self.accelerator.num_processes
            self.step, self.samples = self.step + 1, self.samples + count
            self.minutes = spent + (time.monotonic() - clock) / 60
            done = schedule.progress(self.samples, self.minutes)
            self.journal.step(self.step, terms, done, self.samples, self.minutes)
            if self.step % config.check_every == 0:
                self._check(pair)
            progress = self._progress()
        if progress == math.inf:
            self._stop()
        if self.step == began:
            self.journal.say("nothing left to train")
        if self.checked != self.step:
            self._check(None)

    def _pair(self, layers: Layers, progress: float) -> Pair:
        capture = anneal(self.config.capture, progress, grow=not self.config.trained_start)
        return photograph(layers, self.device, capture, (self.config.seed, self.rank, self.step, 2))

    def _statistics(self) -> Iterator[Pair]:
        return pairs_for_statistics(self.config, self.device)

    def _progress(self) -> float:
        """The first process's progress, so that all stop at the same step; inf: one of them was
        asked to stop."""
        done = self.config.schedule.progress(self.samples, self.minutes)
        self.planner.progress, asked = agree(self.accelerator, done, self.interruption.asked)
        return math.inf if asked else self.planner.progress

    def _check(self, pair: Pair | None) -> None:
        """Checkpoint, validate, log; on the first process only, the others wait."""
        self.checked = self.step
        if self.accelerator.is_main_process:
            # First: who stops the run meanwhile may not wait for the validation.
            save_checkpoint(self.config.out, self._state())
            average = self.learner.average.network
            entry = {"step": self.step, "samples": self.samples, "minutes": round(self.minutes, 2)}
            self.history.append(self.journal.check(entry, self.validation.score(average)))
            if pair is not None:
                with torch.no_grad():
                    pha, _, err = average.matte(pair.src[:4], pair.bgr[:4])
                first = Pair(*(part[:4] for part in pair))
                self.journal.picture(contact_sheet(first, pha, err), self.samples)
        self.accelerator.wait_for_everyone()

    def _stop(self) -> None:
        """Leave a checkpoint of this step, and raise KeyboardInterrupt."""
        if self.accelerator.is_main_process:
            save_checkpoint(self.config.out, self._state())
        self.accelerator.wait_for_everyone()
        raise KeyboardInterrupt(f"at step {self.step}; the same with --resume goes on from there")

    def _state(self) -> dict[str, Any]:
        config = self.config
        return self.learner.state() | {
            "backbone": config.backbone, "teacher": config.teacher, "start": config.start,
            "step": self.step, "samples": self.samples, "minutes": self.minutes,
            "checked": self.checked, "running": self.journal.running,
            "working_size": self.working_size, "lineage": as_data(self.lineage),
            "schedule": asdict(config.schedule), "seed": config.seed,
            "precision": config.precision,
        }  # fmt: skip


def _surroundings(config: TrainingConfig, quiet: bool) -> tuple[Accelerator, Journal]:
    """What a run needs before it has a network; from here on its randomness is its own."""
    among = accelerator(config)
    torch.manual_seed(config.seed)
    return among, Journal(config.out, writes=among.is_main_process, shows=not quiet)
