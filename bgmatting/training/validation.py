"""Validation while training: frozen sets of generated pairs out of pictures that none trains on.

One set for each kind of subject, the same for every run with the same pictures and crops. Each is
photographed twice: clean, and disturbed at full strength.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch

from ..evaluation import regions
from ..model import MattingNetwork
from .synthesis.capture import Pair
from .synthesis.samples import Draw, LayerDataset, Layers, photograph
from .synthesis.settings import (
    GENERATOR,
    NO_DISTURBANCE,
    SUBJECT_KINDS,
    AssetFolders,
    CaptureConfig,
    GeneratorConfig,
)


@dataclass(frozen=True)
class Settings:
    """How the sets are drawn; whoever changes these compares with no run of before.

    Attributes:
        seed: of all sets, far from any run's own.
        batch: samples at once.
    """

    seed: int = 7_777_777
    batch: int = 8


SETTINGS = Settings()

CONDITIONS = {"clean": NO_DISTURBANCE, "disturbed": CaptureConfig(clean=0)}
DRAWN = "drawn"  # the set of subjects that need no picture
NOBODY = ("empty", "full")  # subjects that have no edge


class Score(NamedTuple):
    """What one set measures under one condition, x1e3.

    Attributes:
        subjects: the set's name, a kind of subject.
        condition: `clean` or `disturbed`.
        mad: mean absolute difference of alpha.
        fractional_mad: the same over all pixels of the set with a true alpha of 0.02 to 0.98; None:
            there are none.
    """

    subjects: str
    condition: str
    mad: float
    fractional_mad: float | None

    def entries(self) -> dict[str, float]:
        """Both figures, named, for the curves."""
        name = f"{self.subjects}_{self.condition}"
        figures = {name: self.mad, f"{name}_fractional": self.fractional_mad}
        return {name: value for name, value in figures.items() if value is not None}


@dataclass
class ValidationSet:
    """Frozen batches, each of one set under one condition.

    Attributes:
        batches: (set, condition) -> its batches.
    """

    batches: dict[tuple[str, str], list[Pair]]

    @classmethod
    def draw(
        cls, folders: AssetFolders, device: torch.device, count: int, side: int
    ) -> ValidationSet:
        """Draw about `count` pairs of `side` pixels, as many for each set and condition.

        A kind of subject that has no held-out picture has no set.
        """
        layers = LayerDataset(folders, part="held out")
        kinds = {kind: [kind] for kind in SUBJECT_KINDS if getattr(layers.assets, kind)}
        shares = GENERATOR.subjects
        kinds[DRAWN] = [k for k in shares if k not in (*SUBJECT_KINDS, *NOBODY)]
        each = max(1, round(count / (len(kinds) * len(CONDITIONS))))
        drawn: dict[tuple[str, str], list[Pair]] = {}
        for number, (name, families) in enumerate(kinds.items()):
            layers.config = GeneratorConfig({f: shares[f] for f in families})
            for start in range(0, each, SETTINGS.batch):
                indices = range(start, min(start + SETTINGS.batch, each))
                keys = [(SETTINGS.seed, number, i) for i in indices]
                parts = [layers[Draw(key, (side, side))] for key in keys]
                batch = Layers(*(torch.stack(part) for part in zip(*parts, strict=True)))
                for condition, config in CONDITIONS.items():
                    pair = photograph(batch, device, config, (SETTINGS.seed, number, start))
                    drawn.setdefault((name, condition), []).append(pair)
        return cls(drawn)

    @torch.no_grad()
    def score(self, network: MattingNetwork) -> list[Score]:
        """What the network makes of each set under each condition, in eval mode."""
        was_training = network.training
        network.eval()
        scores = [Score(*key, *_errors(network, pairs)) for key, pairs in self.batches.items()]
        network.train(was_training)
        return scores


def _errors(network: MattingNetwork, pairs: list[Pair]) -> tuple[float, float | None]:
    """MAD x1e3 over all pixels, and over the fractional ones."""
    off, fractional = [], []
    least, most = regions.SETTINGS.fractional
    for pair in pairs:
        pha, _, _ = network.matte(pair.src, pair.bgr)
        difference = (pha - pair.pha).abs()  # B, 1, H, W
        off.append(difference.flatten())
        fractional.append(difference[(pair.pha >= least) & (pair.pha <= most)])
    everywhere, there = torch.cat(off), torch.cat(fractional)
    return (
        1e3 * everywhere.mean().item(),
        1e3 * there.mean().item() if len(there) else None,
    )
