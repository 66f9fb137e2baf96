"""What an exported file says of itself: where its numbers are from, and how to call it."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from huggingface_hub import ModelCard

from .. import __version__
from ..files import sha256_of
from ..weights.matting_base import MattingBase
from ..weights.names import CARD_NAME, is_weights_name

NOT_STATED = "not stated"


def facts_of(network: MattingBase, folder: Path, dtype: torch.dtype) -> dict[str, str]:
    """The metadata of an exported file; every value is text.

    `backbone`, `working_size` (the long side in pixels to run it at), `precision`, `license` (of
    the weights, as their card has it), `weights_sha256` (JSON: file -> sha256), `bgmatting` (the
    version of this package) and `range` (of the inputs).

    Args:
        network: what was loaded from `folder`.
        dtype: what it is exported in.
    """
    hashes = {
        path.name: sha256_of(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and is_weights_name(path.name)
    }
    return {
        "backbone": network.backbone_name,
        "working_size": str(network.working_size),
        "precision": str(dtype).removeprefix("torch."),
        "license": licence_of(folder),
        "weights_sha256": json.dumps(hashes),
        "bgmatting": __version__,
        "range": "RGB, 0 to 1",
    }


def licence_of(folder: Path) -> str:
    """The licence that a folder's card names, as the Hub writes it; or that none is stated."""
    try:
        card = ModelCard((folder / CARD_NAME).read_text(encoding="utf-8"))
    except Exception:  # no card, or its front matter is not one: the YAML parser has its own errors
        return NOT_STATED
    licence = card.data.get("license")
    return licence if isinstance(licence, str) and licence else NOT_STATED
