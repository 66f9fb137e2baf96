"""The two files that are a set of weights, read with suspicion and written whole.

`config.json` says which network they are for, `model.safetensors` holds its entries in float32,
float16 or bfloat16.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from ..errors import InputError, WeightsError
from ..files import write_whole
from ..model.backbones import backbone_facts
from .names import CONFIG_NAME, PICKLE_NAME, WEIGHTS_NAME

DEFAULT_WORKING_SIZE = 768
SMALLEST_WORKING_SIZE, LARGEST_WORKING_SIZE = 64, 4096

_LFS_POINTER = b"version https://git-lfs"


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
    """Refuse a folder that lacks the two files.

    Raises:
        WeightsError: it lacks one; the message says what it has instead.
    """
    missing = [name for name in (CONFIG_NAME, WEIGHTS_NAME) if not (folder / name).is_file()]
    if not missing:
        return
    said = f"the folder {folder} has no {' and no '.join(missing)}"
    if WEIGHTS_NAME in missing and (folder / PICKLE_NAME).exists():
        said += (
            f"; it has a {PICKLE_NAME}, but pickles can run code and are never loaded: "
            f"make a folder of it with: bgmatting convert {folder / PICKLE_NAME} OUT_DIR"
        )
    elif all((folder / "weights" / name).is_file() for name in (CONFIG_NAME, WEIGHTS_NAME)):
        said += f"; those of a training run are in {folder / 'weights'}"
    raise WeightsError(said)


def read_config(path: Path) -> dict[str, Any]:
    """The arguments of the network that `config.json` asks for; entries of others are ignored.

    Returns:
        `backbone` and `working_size`.

    Raises:
        WeightsError: not there, not JSON, or with values that don't fit; the file is named.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{path} is not JSON ({error})") from error
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


def read_weights(path: Path) -> dict[str, Tensor]:
    """The entries of a safetensors file, on the CPU.

    Raises:
        WeightsError: not there, truncated, damaged, or in another format.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_LFS_POINTER))
        if start != _LFS_POINTER:
            return load_file(path)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error
    except (SafetensorError, RuntimeError, ValueError, KeyError) as error:
        raise WeightsError(
            f"{path} is damaged, truncated or not a safetensors file ({error}); "
            "get the file again (from the Hub: with force_download=True)"
        ) from error
    raise WeightsError(
        f"{path} is a Git LFS pointer, not the weights; fetch them with: git lfs pull"
    )


def write_weights(path: Path, state: Mapping[str, Tensor]) -> None:
    """Write a state dict as safetensors, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    entries = {key: value.detach().cpu().contiguous() for key, value in state.items()}
    # Not save_file, whose files only their owner may read.
    content = save(entries, metadata={"format": "pt"})
    write_whole(path, lambda partial: partial.write_bytes(content))
