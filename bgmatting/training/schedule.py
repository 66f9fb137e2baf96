"""How long training lasts and what changes on the way: crops, batches, learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..imaging.arrays import Shape


@dataclass(frozen=True)
class Stage:
    """Until `until` (share of training) crops have about `side` x `side` pixels."""

    until: float
    side: int


@dataclass(frozen=True)
class Settings:
    """What no run changes of a schedule; all chosen by eye.

    Attributes:
        least_side: pixels, of a crop.
        least_batch: samples a step and process, however large the crops: fewer make poor
            statistics of their batch norms.
        stretch: the crops' log(width / height) goes no further than this, either way.
        scale: their sides are those of the stage, uniformly times this.
        last_rate: share of the peak learning rate at the end.
    """

    least_side: int = 32
    least_batch: int = 4
    stretch: float = 0.6
    scale: tuple[float, float] = (0.9, 1.1)
    last_rate: float = 0.01


SETTINGS = Settings()

# Throughput per pixel is flat, so small crops first buy samples one for one.
DEFAULT_STAGES = (Stage(0.6, 176), Stage(0.9, 256), Stage(1.0, 352))


@dataclass(frozen=True)
class Schedule:
    """The course of a run.

    Attributes:
        samples: how many samples make the run, over all processes.
        minutes: or how long it takes; then `samples` is not asked. Time spent before an
            interruption counts.
        stages: crop sizes, in order.
        batch: samples a step and process in the first stage; later ones hold as many pixels, but
            no fewer than `Settings.least_batch` samples where the first held as many.
        rate: peak learning rate.
        warm_up: steps of linear warm-up before the cosine.
        mix: spread of the crops' aspect, as a standard deviation of log(width / height).

    Raises:
        InputError: a length or the rate is not above 0, or a batch smaller than two.
    """

    samples: int = 200_000
    minutes: float | None = None
    stages: tuple[Stage, ...] = DEFAULT_STAGES
    batch: int = 8
    rate: float = 1e-3
    warm_up: int = 200
    mix: float = 0.15

    def __post_init__(self) -> None:
        for name in ("samples", "minutes", "rate"):
            value = getattr(self, name)
            if value is not None and not (value > 0 and math.isfinite(value)):
                raise InputError(f"{name} is {value}; expected a number above 0")
        if self.batch < 2:
            raise InputError(
                f"batch is {self.batch}; expected at least 2: one sample has no statistics"
            )

    def progress(self, samples: int, minutes: float) -> float:
        """Share of the run that is done, 0..1."""
        done = samples / self.samples if self.minutes is None else minutes / self.minutes
        return min(1.0, done)

    def crop(self, progress: float, rng: np.random.Generator) -> tuple[int, Shape]:
        """Samples of a step, and the shape of all its crops; sides are any whole number."""
        side = next((s.side for s in self.stages if progress < s.until), self.stages[-1].side)
        pixels = self.batch * self.stages[0].side ** 2
        batch = max(min(SETTINGS.least_batch, self.batch), round(pixels / side**2))
        most = SETTINGS.stretch
        stretch = math.exp(float(np.clip(rng.normal(0, self.mix), -most, most)) / 2)
        scale = float(rng.uniform(*SETTINGS.scale))
        shape = (round(side * scale / stretch), round(side * scale * stretch))
        return batch, (max(SETTINGS.least_side, shape[0]), max(SETTINGS.least_side, shape[1]))

    def learning_rate(self, step: int, progress: float) -> float:
        """Linear warm-up, then half a cosine down to `Settings.last_rate` of the peak."""
        warm = min(1.0, (step + 1) / self.warm_up)
        last = SETTINGS.last_rate
        return self.rate * warm * (last + (1 - last) * 0.5 * (1 + math.cos(math.pi * progress)))


def parse_stages(text: str) -> tuple[Stage, ...]:
    """`"176:0.6,256:0.9,352:1"` -> stages.

    Raises:
        InputError: not of that form, or the shares do not rise to 1.
    """
    try:
        parts = [part.split(":") for part in text.split(",")]
        stages = tuple(Stage(float(until), int(side)) for side, until in parts)
    except ValueError:
        raise InputError(
            f"crops are {text!r}; expected SIDE:SHARE,... such as 176:0.6,256:0.9,352:1"
        ) from None
    shares, least = [stage.until for stage in stages], SETTINGS.least_side
    if shares != sorted(shares) or shares[-1] != 1 or min(s.side for s in stages) < least:
        raise InputError(
            f"crops are {text!r}; the shares must rise to 1 and no side be below {least} pixels"
        )
    return stages
