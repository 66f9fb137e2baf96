"""Validation while training: a frozen set of generated pairs, the same for every run."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ..model import MattingNetwork
from .synthesis.capture import Pair
from .synthesis.samples import Draw, LayerDataset, Layers, photograph
from .synthesis.settings import NO_DISTURBANCE, AssetFolders, CaptureConfig

SEED = 7_777_777  # far from any run's own keys


@dataclass
class ValidationSet:
    """Frozen batches: every other one clean, the rest disturbed at full strength."""

    batches: list[Pair]

    @classmethod
    def draw(
        cls, folders: AssetFolders, device: torch.device, count: int, side: int
    ) -> ValidationSet:
        """Draw `count` pairs of `side` pixels in batches of 8, the last one smaller if need be."""
        layers = LayerDataset(folders)
        pairs = []
        for start in range(0, count, 8):
            indices = range(start, min(start + 8, count))
            drawn = [layers[Draw((SEED, i), side, side)] for i in indices]
            batch = Layers(*(torch.stack(part) for part in zip(*drawn, strict=True)))
            config = NO_DISTURBANCE if (start // 8) % 2 else CaptureConfig(clean=0)
            pairs.append(photograph(batch, device, config, (SEED, start)))
        return cls(pairs)

    @torch.no_grad()
    def score(self, network: MattingNetwork) -> dict[str, float]:
        """MAD of alpha x1e3 on the clean and on the disturbed half, in eval mode; a half that the
        set is too small for is left out."""
        was_training = network.training
        network.eval()
        sums: dict[str, list[float]] = {"clean": [], "disturbed": []}
        for i, pair in enumerate(self.batches):
            pha, _, _ = network.matte(pair.src, pair.bgr)
            mad = 1e3 * (pha - pair.pha).abs().mean().item()
            sums["clean" if i % 2 else "disturbed"].append(mad)
        network.train(was_training)
        return {name: sum(values) / len(values) for name, values in sums.items() if values}
