"""What a run tells as it goes: a bar on stderr, history.jsonl, and TensorBoard."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm
from typing_extensions import Self

from .validation import Score


@dataclass(frozen=True)
class Settings:
    """How closely a run is told of; chosen by eye.

    Attributes:
        every: steps between TensorBoard's scalars.
        memory: share of a running mean that outlives a step: it is of the last fifty or so.
    """

    every: int = 20
    memory: float = 0.98


SETTINGS = Settings()


class Journal:
    """A run's journal; a context manager, which opens and closes it.

    Args:
        folder: of the run.
        writes: False keeps no files: one process of several writes.
        shows: False shows nothing.

    Attributes:
        running: running means of the loss terms.
    """

    def __init__(self, folder: Path, *, writes: bool, shows: bool) -> None:
        self.folder, self.writes, self.shows = folder, writes, writes and shows
        self.running: dict[str, float] = {}
        self._bar: tqdm | None = None
        self._board: SummaryWriter | None = None

    def __enter__(self) -> Self:
        if self.writes:
            self._board = SummaryWriter(str(self.folder / "tensorboard"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._board is not None:
            self._board.close()

    def say(self, what: str) -> None:
        """Name what takes a while."""
        if self.shows:
            tqdm.write(f"bgmatting: {what}", file=sys.stderr)

    def step(
        self, step: int, terms: dict[str, float], progress: float, samples: int, minutes: float
    ) -> None:
        """Take down a step: its number, its loss terms, and how far the run is after it."""
        if math.isfinite(terms["total"]):
            old = SETTINGS.memory
            for name, value in terms.items():
                self.running[name] = old * self.running.get(name, value) + (1 - old) * value
        if self._bar is None:
            # The bar is of the whole run; the time that remains is judged from here on.
            self._bar = tqdm(
                total=100.0, initial=round(100 * progress, 1), unit="%", disable=not self.shows,
                bar_format="{l_bar}{bar}| {postfix} [{elapsed}<{remaining}]",
            )  # fmt: skip
        self._bar.n = round(100 * progress, 1)
        alpha = 1e3 * self.running.get("alpha", math.nan)
        rate = samples / max(minutes * 60, 1e-6)
        self._bar.set_postfix_str(f"{samples} samples, {rate:.1f}/s, alpha x1e3 {alpha:.1f}")
        if self._board and step % SETTINGS.every == 0:
            for name, value in terms.items():
                self._board.add_scalar(f"loss/{name}", value, samples)

    def check(self, entry: dict[str, float], scores: Sequence[Score]) -> dict[str, float]:
        """Take down a validation; gives the entry with the means and the scores in it."""
        figures = {name: value for score in scores for name, value in score.entries().items()}
        entry |= {f"train_{name}": value for name, value in self.running.items()}
        entry |= {f"validation_{name}": value for name, value in figures.items()}
        if self.writes:
            with (self.folder / "history.jsonl").open("a") as log:
                log.write(json.dumps(entry) + "\n")
        if self._board:
            for name, value in figures.items():
                self._board.add_scalar(f"validation/mad_{name}", value, entry["samples"])
        return entry

    def picture(self, sheet: Tensor, samples: int) -> None:
        """Keep a contact sheet, (3, H, W), 0..1."""
        if self._board:
            self._board.add_image("batch", sheet, samples)
