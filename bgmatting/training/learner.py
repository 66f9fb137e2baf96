"""One step of training: forward, losses, backward, optimizer, and the average that follows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator

from ..errors import TrainingError
from .config import TrainingConfig
from .numerics.atrous import multiply_dilated
from .numerics.average import WeightAverage, reestimate_batch_norm
from .numerics.norms import freeze_norms, restore_statistics, steady_norms, still_dropout
from .numerics.precision import spare_from_autocast
from .objective import RawMatte, objective, parameter_groups
from .processes import share
from .start.starting_point import Start
from .synthesis.capture import Pair


@dataclass(frozen=True)
class Settings:
    """How far a step may go; chosen by eye.

    Attributes:
        largest_norm: of all gradients together, which larger ones are scaled down to.
        hopeless: steps in a row whose gradients are NaN or infinite, before the run ends; with
            fp16 a few in a row are how its scaler finds its scale.
    """

    largest_norm: float = 1.0
    hopeless: int = 50


SETTINGS = Settings()

Pairs = Callable[[], Iterable[Pair]]


class Learner:
    """What a run trains, and how a batch changes it.

    Args:
        config: of the run.
        among: the processes of the run.
        start: the network that trains, and the encoder that it is to imitate, if any.

    Attributes:
        network: what trains.
        average: of its weights.
        model: the network as data parallelism wants it.
        frozen: whether batch norms keep their statistics from now on.
    """

    def __init__(self, config: TrainingConfig, among: Accelerator, start: Start) -> None:
        self.accelerator = among
        self.network, example = start.network, start.example
        self.frozen = False
        self._lost = 0  # steps in a row whose gradients were NaN or infinite
        still_dropout(self.network)
        self.network.to(among.device).to(memory_format=torch.channels_last)
        self.average = WeightAverage(self.network)
        spare_from_autocast(self.network)
        multiply_dilated(self.network)
        if example is not None:
            example = example.to(among.device).eval().requires_grad_(False)
            spare_from_autocast(example)
        optimizer = torch.optim.AdamW(
            parameter_groups(self.network), lr=config.schedule.rate, fused=True
        )
        self.model, self.optimizer = among.prepare(RawMatte(self.network, example), optimizer)

    def learn(self, pair: Pair, rate: float, step: int) -> dict[str, float]:
        """Take one step.

        Args:
            pair: the batch.
            rate: learning rate.
            step: how many were taken before.

        Returns:
            The loss terms, before the step.

        Raises:
            TrainingError: the gradients have been NaN or infinite for too long.
        """
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
        parameters = self.model.parameters()
        norm = float(self.accelerator.clip_grad_norm_(parameters, SETTINGS.largest_norm))
        self._lost = 0 if math.isfinite(norm) else self._lost + 1
        if self._lost == SETTINGS.hopeless:
            raise TrainingError(
                f"the gradients of {self._lost} steps in a row are NaN or infinite, at step "
                f"{step}; go on from the last checkpoint with --resume and a smaller --rate"
            )
        if self._lost and not self.frozen:
            restore_statistics(self.network, self.average.network)
        # With fp16 such steps come now and then; its scaler skips them, but must hear of them.
        if not self._lost or self.accelerator.mixed_precision == "fp16":
            self.optimizer.step()
            self.average.update(self.network, step)
        self.optimizer.zero_grad(set_to_none=True)
        # All at once: each value that is read waits for all that a GPU has yet to do.
        values = torch.stack([value.detach().float() for value in terms.values()]).tolist()
        return dict(zip(terms, values, strict=True))

    def freeze_norms(self, pairs: Pairs | None) -> None:
        """Keep batch norms from now on as they are, or, if they followed batches, as they mean.

        Args:
            pairs: to estimate the statistics on, where they followed batches; None: they did not.
        """
        if pairs is not None:
            reestimate_batch_norm(self.network, pairs())
        steady_norms(self.network, tame=pairs is not None)
        share(self.accelerator, self.network)
        self.average.restart(self.network)
        self.frozen = True

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps of this: tensors and plain values."""
        scaler = self.accelerator.scaler
        return {
            "network": self.network.state_dict(),
            "frozen": self.frozen,
            "average": self.average.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": scaler and scaler.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Be as a checkpoint has it, but for the network's weights."""
        self.frozen = state.get("frozen", False)
        self.average.network.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        scaler = self.accelerator.scaler
        if scaler is not None and state.get("scaler"):
            scaler.load_state_dict(state["scaler"])
