"""What the files of a set of weights are called, in folders and on the Hub alike."""

from __future__ import annotations

CONFIG_NAME = "config.json"
WEIGHTS_NAME = "model.safetensors"
CARD_NAME = "README.md"
PICKLE_NAME = "pytorch_model.bin"
