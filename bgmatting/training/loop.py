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

from ..errors import OutputError, TrainingError
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
from .numerics.atrous import multiply_dilated
from .numerics.average import WeightAverage, reestimate_batch_norm
from .numerics.norms import freeze_norms, restore_statistics, steady_norms, still_dropout
from .numerics.precision import spare_from_autocast
from .objective import RawMatte, objective, parameter_groups
from .planning import Planner
from .processes import accelerator, agree, share
from .start.growing import fold
from .start.starting_point import Start, starting_point
from .synthesis.capture import Pair, anneal
from .synthesis.preview import contact_sheet
from .synthesis.samples import Draw, Layers, batches, photograph
from .validation import ValidationSet

HOPELESS = 50  # steps in a row whose gradients are no numbers


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
        self.lost = 0  # steps in a row whose gradients were no numbers
        self.frozen = False
        self.interruption = Interruption()
        self.history: list[dict[str, float]] = []  # of this start; history.jsonl has all
        self.network, example = start.network, start.example
        self.working_size = config.working_size or start.working_size
        self.lineage = start.lineage  # of the weights that the run started from
        still_dropout(self.network)
        self.network.to(self.device).to(memory_format=torch.channels_last)
        self.average = WeightAverage(self.network)
        spare_from_autocast(self.network)
        multiply_dilated(self.network)
        if example is not None:
            example = example.to(self.device).eval().requires_grad_(False)
            spare_from_autocast(example)
        optimizer = torch.optim.AdamW(
            parameter_groups(self.network), lr=config.schedule.rate, fused=True
        )
        self.model, self.optimizer = among.prepare(RawMatte(self.network, example), optimizer)
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
        self.frozen = state.get("frozen", False)
        self.average.network.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.samples = state["step"], state["samples"]
        self.minutes, self.checked = state["minutes"], state.get("checked", -1)
        self.journal.running = state.get("running", {})
        if self.accelerator.scaler is not None and state.get("scaler"):
            self.accelerator.scaler.load_state_dict(state["scaler"])
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
            TrainingError: the gradients are no numbers any more.
            KeyboardInterrupt: someone asked to stop, by Ctrl-C or SIGTERM; the checkpoint is of
                the last step.
        """
        with between_steps() as self.interruption, self.journal:
            self._steps()
        if not self.frozen:
            self.journal.say("estimating batch norms")
            reestimate_batch_norm(self.average.network, self._statistics())
        average = self.average.network
        return fold(average, self.config.backbone) if self.config.teacher else average

    def _steps(self) -> None:
        config = self.config
        progress = self._progress()
        layers = batches(
            config.folders, self.planner.draws, start=self.step, workers=config.workers,
            config=config.generator,
        )  # fmt: skip
        with closing(layers):  # ends the processes that draw, whatever ends the run
            self._train_on(layers, progress)

    def _train_on(self, layers: Iterator[Layers], progress: float) -> None:
        config, schedule = self.config, self.config.schedule
        began = self.step
        clock, spent = time.monotonic(), self.minutes
        while progress < 1:
            pair = self._pair(next(layers), progress)
            if not self.frozen and progress >= config.follow_norms:
                self._freeze_norms()
            terms = self._train_step(pair, schedule.learning_rate(self.step, progress))
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

    def _train_step(self, pair: Pair, rate: float) -> dict[str, float]:
        self.network.train()
        if self.frozen:
            freeze_norms(self.network)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        src, bgr = (t.contiguous(memory_format=torch.channels_last) for t in (pair.src, pair.bgr))
        with self.accelerator.autocast():
            raw, off = self.model(src, bgr)
        terms = objective(raw, off, pair)
        self.accelerator.backward(terms["total"])
        # Of the gradients that all processes share, so that all do the same.
        norm = float(self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0))
        self.lost = 0 if math.isfinite(norm) else self.lost + 1
        if self.lost == HOPELESS:
            raise TrainingError(
                f"the gradients of {HOPELESS} steps in a row are no numbers, at step {self.step}; "
                "go on from the last checkpoint with --resume and a smaller --rate"
            )
        if self.lost and not self.frozen:
            restore_statistics(self.network, self.average.network)
        # With fp16 such steps come now and then; its scaler skips them, but must hear of them.
        if not self.lost or self.config.precision == "fp16":
            self.optimizer.step()
            self.average.update(self.network, self.step)
        self.optimizer.zero_grad(set_to_none=True)
        # All at once: each look at a GPU's numbers waits for all that it has yet to do.
        values = torch.stack([value.detach().float() for value in terms.values()]).tolist()
        return dict(zip(terms, values, strict=True))

    def _freeze_norms(self) -> None:
        """Keep batch norms from now on as they are, or, if they followed batches, as they mean."""
        if self.step:
            reestimate_batch_norm(self.network, self._statistics())
        steady_norms(self.network, tame=self.step > 0)
        share(self.accelerator, self.network)
        self.average.restart(self.network)
        self.frozen = True

    def _pair(self, layers: Layers, progress: float) -> Pair:
        capture = anneal(self.config.capture, progress, grow=not self.config.trained_start)
        return photograph(layers, self.device, capture, (self.config.seed, self.rank, self.step, 2))

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
            scores = self.validation.score(self.average.network)
            entry = {"step": self.step, "samples": self.samples, "minutes": round(self.minutes, 2)}
            self.history.append(self.journal.check(entry, scores))
            if pair is not None:
                with torch.no_grad():
                    pha, _, err = self.average.network.matte(pair.src[:4], pair.bgr[:4])
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
        return {
            "backbone": self.config.backbone, "teacher": self.config.teacher,
            "start": self.config.start,
            "network": self.network.state_dict(), "frozen": self.frozen,
            "average": self.average.network.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step,
            "samples": self.samples, "minutes": self.minutes, "checked": self.checked,
            "running": self.journal.running, "working_size": self.working_size,
            "lineage": as_data(self.lineage),
            "scaler": self.accelerator.scaler and self.accelerator.scaler.state_dict(),
            "schedule": asdict(self.config.schedule), "seed": self.config.seed,
            "precision": self.config.precision,
        }  # fmt: skip

    def _statistics(self) -> Iterator[Pair]:
        """Pairs as in the last stage of training, drawn apart from it."""
        key = self.config.seed + 1_000_000
        side = self.config.schedule.stages[-1].side

        def plan(step: int) -> list[Draw]:
            return [Draw((key, step, i), side, side) for i in range(4)]

        drawn = batches(
            self.config.folders, plan, workers=self.config.workers, config=self.config.generator
        )
        for step in range(self.config.statistics):
            yield photograph(next(drawn), self.device, anneal(self.config.capture, 1), (key, step))


def _surroundings(config: TrainingConfig, quiet: bool) -> tuple[Accelerator, Journal]:
    """What a run needs before it has a network; from here on its randomness is its own."""
    among = accelerator(config)
    torch.manual_seed(config.seed)
    return among, Journal(config.out, writes=among.is_main_process, shows=not quiet)
