"""What the files of a set of weights are called, in folders and on the Hub alike.

A folder holds its weights in `model.safetensors`, or, where they are larger than a code host takes
in a file, in shards that `model.safetensors.index.json` names. Where both are, the one file counts,
as it does for other readers of the Hub's formats.
"""

from __future__ import annotations

import re
from pathlib import Path

CONFIG_NAME = "config.json"
WEIGHTS_NAME = "model.safetensors"
INDEX_NAME = "model.safetensors.index.json"  # in its place where the weights are in shards
CARD_NAME = "README.md"
PICKLE_NAME = "pytorch_model.bin"

_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")


def is_shard_name(name: str) -> bool:
    """Whether a file is called as shards are on the Hub, `model-00001-of-00003.safetensors`."""
    return _SHARD.fullmatch(name) is not None


def is_weights_name(name: str) -> bool:
    """Whether a file is called as one that holds weights: whole, a shard, or the shards' index."""
    return name in (WEIGHTS_NAME, INDEX_NAME) or is_shard_name(name)


def weights_path(folder: Path) -> Path | None:
    """The file to begin with when a folder's weights are read: the one file, or the index."""
    for name in (WEIGHTS_NAME, INDEX_NAME):
        if (folder / name).is_file():
            return folder / name
    return None


def holds_weights(folder: Path) -> bool:
    """Whether a folder looks like one of weights: a config, and weights in one file or shards."""
    return (folder / CONFIG_NAME).is_file() and weights_path(folder) is not None
