"""A folder of weights: whether it is one, and its `config.json`, read with suspicion.

The config says which network the weights are for; see `tensor_files` for the weights themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import InputError, WeightsError
from ..model.backbones import backbone_facts
from ..small_files import read_json
from .names import CONFIG_NAME, PICKLE_NAME, WEIGHTS_NAME, holds_weights, weights_path

DEFAULT_WORKING_SIZE = 768
SMALLEST_WORKING_SIZE, LARGEST_WORKING_SIZE = 64, 4096


def check_working_size(value: object) -> int:
    """`value` if it is a long side in pixels that photos can be matted at.

    Raises:
        InputError: it is not a whole number, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"working_size is {value!r}; expected a whole number of pixels")
    if not SMALLEST_WORKING_SIZE <= value <= LARGEST_WORKING_SIZE:
        raise InputError(
            f"working_size is {value}; expected "
            f"{SMALLEST_WORKING_SIZE} to {LARGEST_WORKING_SIZE} pixels"
        )
    return value


def check_folder(folder: Path) -> None:
    """Refuse a folder that lacks the config or the weights.

    Raises:
        WeightsError: it lacks one; the message says what it has instead.
    """
    if holds_weights(folder):
        return
    missing = [] if (folder / CONFIG_NAME).is_file() else [CONFIG_NAME]
    if weights_path(folder) is None:
        missing.append(WEIGHTS_NAME)
    said = f"the folder {folder} has no {' and no '.join(missing)}"
    if WEIGHTS_NAME in missing and (folder / PICKLE_NAME).exists():
        said += (
            f"; it has a {PICKLE_NAME}, but pickles can run code and are never loaded: "
            f"make a folder of it with: bgmatting convert {folder / PICKLE_NAME} OUT_DIR"
        )
    elif holds_weights(folder / "weights"):
        said += f"; those of a training run are in {folder / 'weights'}"
    raise WeightsError(said)


def read_config(path: Path) -> dict[str, Any]:
    """The arguments of the network that `config.json` asks for; entries of others are ignored.

    Returns:
        `backbone` and `working_size`.

    Raises:
        WeightsError: not there, not JSON, or with values that don't fit; the file is named.
    """
    config = read_json(path, WeightsError)
    if not isinstance(config, dict):
        raise WeightsError(f"{path} holds {type(config).__name__}; expected a JSON object")
    if "backbone" not in config:
        raise WeightsError(f"{path} names no backbone; these are not weights of bgmatting")
    try:
        backbone_facts(config["backbone"])
        working_size = check_working_size(config.get("working_size", DEFAULT_WORKING_SIZE))
    except InputError as error:
        raise WeightsError(f"{path}: {error}") from error
    return {"backbone": config["backbone"], "working_size": working_size}
