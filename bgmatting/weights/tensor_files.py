"""The files that hold the weights themselves: one, or shards with an index, as the Hub has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import split_torch_state_dict_into_shards
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from ..errors import InputError, WeightsError
from ..small_files import check_readable, read_json
from .entries import shortened
from .names import INDEX_NAME, WEIGHTS_NAME, is_shard_name, weights_path

SHARD_SIZE = "95MB"  # code hosts refuse files over 100 MB
MOST_SHARDS = 1000
LARGEST_HEADER = 10_000_000  # bytes of a file of tensors that name and place them

_PATTERN = WEIGHTS_NAME.replace(".", "{suffix}.", 1)
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:TB|GB|MB|KB)\s*", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"\w[\w.-]{0,200}\.safetensors", re.ASCII)
_LFS_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class Index:
    """Which shard holds which entry.

    Attributes:
        shards: name of the file -> keys of the entries in it.
        total_size: of all entries, bytes; None: it isn't said.
    """

    shards: dict[str, list[str]]
    total_size: int | None


def weights_names(folder: Path) -> tuple[str, ...]:
    """The names of all files that hold a folder's weights; none where it has none.

    Raises:
        WeightsError: they are in shards, and the index cannot be read.
    """
    path = weights_path(folder)
    if path is None:
        return ()
    shards = sorted(read_index(path).shards) if path.name == INDEX_NAME else ()
    return (path.name, *shards)


def read_weights(folder: Path) -> dict[str, Tensor]:
    """The entries of a folder's weights, on the CPU, out of one file or all shards.

    Raises:
        WeightsError: not there, truncated, damaged, or in another format; of shards: some are
            missing or too many, or don't hold what the index says.
    """
    path = weights_path(folder)
    if path is None:
        raise WeightsError(f"the folder {folder} has no {WEIGHTS_NAME}")
    return _read_shards(path) if path.name == INDEX_NAME else _read_file(path)


def read_index(path: Path) -> Index:
    """What an index of shards says.

    Raises:
        WeightsError: not there, not an index, or one that names files other than plain ones beside
            it.
    """
    content = read_json(path, WeightsError)
    content = content if isinstance(content, dict) else {}
    weight_map, metadata = content.get("weight_map"), content.get("metadata")
    if not isinstance(weight_map, dict) or not weight_map:
        raise WeightsError(
            f"{path} is no index of shards: expected a JSON object with a weight_map, entry -> file"
        )
    shards: dict[str, list[str]] = {}
    for key, name in weight_map.items():
        if not isinstance(name, str) or not _PLAIN_NAME.fullmatch(name):
            raise WeightsError(
                f"{path} says that {key} is in {str(name)[:80]!r}; expected the plain name of a "
                "safetensors file beside it"
            )
        shards.setdefault(name, []).append(key)
    if len(shards) > MOST_SHARDS:
        raise WeightsError(f"{path} names {len(shards)} shards; expected at most {MOST_SHARDS}")
    total = metadata.get("total_size") if isinstance(metadata, dict) else None
    known = isinstance(total, int) and not isinstance(total, bool)
    return Index(shards, total if known else None)


def write_weights(
    folder: Path, state: Mapping[str, Tensor], max_shard_size: int | str = SHARD_SIZE
) -> None:
    """Write a state dict into a folder that has none yet, in shards where it is large.

    Args:
        folder: a new one, not yet in its place.
        state: key -> tensor.
        max_shard_size: of a file's tensors, as bytes or with a unit ("95MB").

    Raises:
        InputError: no such size, or one that makes too many shards.
        OSError: as the file system has it.
    """
    _check_size(max_shard_size)
    entries = {key: value.detach().cpu().contiguous() for key, value in state.items()}
    split = split_torch_state_dict_into_shards(
        entries, filename_pattern=_PATTERN, max_shard_size=max_shard_size
    )
    if len(split.filename_to_tensors) > MOST_SHARDS:
        raise InputError(
            f"max_shard_size={max_shard_size!r} makes {len(split.filename_to_tensors)} files of "
            f"these weights; expected at most {MOST_SHARDS}: choose a larger one"
        )
    for name, keys in split.filename_to_tensors.items():
        # Not save_file, whose files only their owner may read.
        content = save({key: entries[key] for key in keys}, metadata={"format": "pt"})
        (folder / name).write_bytes(content)
    if split.is_sharded:
        index = {"metadata": split.metadata, "weight_map": split.tensor_to_filename}
        text = json.dumps(index, indent=2) + "\n"
        (folder / INDEX_NAME).write_text(text, encoding="utf-8", newline="\n")


def _check_size(size: object) -> None:
    written = _SIZE.fullmatch(size) if isinstance(size, str) else None
    whole = isinstance(size, int) and not isinstance(size, bool)
    if not (written and float(written[1]) > 0) and not (whole and int(str(size)) > 0):
        raise InputError(
            f"max_shard_size is {size!r}; expected bytes, or a size such as '95MB' or '1GB'"
        )


def _check_header(path: Path, length: int) -> None:
    if LARGEST_HEADER < length <= path.stat().st_size:  # longer than the file: it is damaged
        raise WeightsError(
            f"{path} names its tensors in {length:,} bytes; at most {LARGEST_HEADER:,} are expected"
        )


def _read_shards(path: Path) -> dict[str, Tensor]:
    index, folder = read_index(path), path.parent
    there = {file.name for file in folder.iterdir() if file.is_file()}
    _refuse(path, "the folder lacks", set(index.shards) - there)
    surplus = {name for name in there if is_shard_name(name)} - set(index.shards)
    _refuse(path, "it doesn't name the folder's", surplus)
    state: dict[str, Tensor] = {}
    for name, keys in sorted(index.shards.items()):
        found = _read_file(folder / name)
        _refuse(path, f"{name} lacks what it says is there:", set(keys) - set(found))
        _refuse(path, f"{name} holds what it doesn't say:", set(found) - set(keys))
        state.update(found)
    size = sum(value.nbytes for value in state.values())
    if index.total_size not in (None, size):
        raise WeightsError(
            f"{path} does not fit the shards beside it: it speaks of {index.total_size:,} bytes, "
            f"they hold {size:,}; get all of them again"
        )
    return state


def _refuse(path: Path, fault: str, names: Iterable[str]) -> None:
    """Raise WeightsError if there are names that the fault is about."""
    if names := sorted(names):
        raise WeightsError(
            f"{path} does not fit the shards beside it: {fault} {shortened(names)}; get all of "
            "them again"
        )


def _read_file(path: Path) -> dict[str, Tensor]:
    """The entries of one safetensors file, on the CPU."""
    check_readable(path, WeightsError)
    try:
        with path.open("rb") as file:
            start = file.read(len(_LFS_POINTER))
        if start != _LFS_POINTER:
            _check_header(path, int.from_bytes(start[:8], "little"))
            return load_file(path)  # maps the file: what it claims to hold takes no memory yet
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
