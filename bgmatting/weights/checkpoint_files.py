"""Files that `torch.save` wrote, read without running anything, and only where they are whole.

There are two formats: a zip archive, and before that five pickles with the numbers of all tensors
after them (`torch.serialization`). Both are looked at before torch reads them: what it would take
memory for, or wait for, because the file says so.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import WeightsError
from ..small_files import check_readable


@dataclass(frozen=True)
class Settings:
    """How large a checkpoint may be, in bytes; chosen, with room above what there is.

    Attributes:
        largest: of the file, and of what is in it: four times the largest network, as trainers
            keep their own numbers beside the weights.
        largest_pickle: of names, shapes and the like.
    """

    largest: int = 1_500_000_000
    largest_pickle: int = 20_000_000


SETTINGS = Settings()

_LEGACY_PICKLES = 5  # a magic number, versions, the machine, the objects, the order of the numbers
_PICKLED_OBJECT = re.compile(r"GLOBAL (\S+)")  # in what torch says when it refuses one


def read_checkpoint(path: Path) -> Any:
    """What `torch.save` put into a file, of tensors and plain containers only; nothing is run.

    Raises:
        WeightsError: not there, not such a file, too large, damaged, cut off, or holding anything
            else.
    """
    size = _check_file(path)
    if _begin(path).startswith(b"PK"):
        _check_archive(path)
        return _load(path, path)
    with path.open("rb") as file:
        head = io.BytesIO(file.read(SETTINGS.largest_pickle + 1))
    try:
        numbers = _end_of_pickles(head, path, _LEGACY_PICKLES)
    except WeightsError:
        head.seek(0)
        _load(head, path)  # to say what it is, if it is a pickle of something else
        raise
    loaded = _load(path, path)
    if size - numbers != _bytes_of(loaded):
        raise WeightsError(
            f"{path} is damaged or cut off: its tensors take {_bytes_of(loaded):,} bytes, and it "
            f"has {size - numbers:,} of them; download it again"
        )
    return loaded


def _load(file: Path | io.BytesIO, path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old storage classes: nothing a user can act upon
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        pickled = _PICKLED_OBJECT.search(str(error))
        if pickled:
            raise WeightsError(
                f"{path} holds a pickled object other than tensors ({pickled[1]}), which could run "
                "code; it was not loaded. A checkpoint of plain weights (a state dict) is expected"
            ) from error
        raise _damaged(path) from error
    except Exception as error:
        # A damaged file can fail anywhere in the reader; whatever it raised means the same here.
        raise _damaged(path) from error


def _damaged(path: Path) -> WeightsError:
    return WeightsError(f"{path} is damaged, or not a PyTorch checkpoint")


def _begin(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error


def _check_file(path: Path) -> int:
    """Name what is mistaken for checkpoints, before any reader sees it: its size in bytes."""
    if path.is_dir():
        raise WeightsError(f"{path} is a folder; expected a checkpoint file (.pth)")
    if not path.exists():
        raise WeightsError(f"no file {path}")
    size = check_readable(path, WeightsError, SETTINGS.largest)
    begin = _begin(path)
    if not begin:
        raise WeightsError(f"{path} is empty")
    if begin[8:9] == b"{" and int.from_bytes(begin[:8], "little") < size:
        raise WeightsError(f"{path} is safetensors already; a published checkpoint is expected")
    return size


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename.partition("/")[2]: entry for entry in archive.infolist()}
            claimed = sum(entry.file_size for entry in archive.infolist())
            pickled = b""
            if claimed <= SETTINGS.largest and "data.pkl" in entries:
                with archive.open(entries["data.pkl"]) as file:
                    pickled = file.read(SETTINGS.largest_pickle + 1)
    except Exception as error:  # damaged archives raise many kinds
        raise WeightsError(f"{path} is damaged or truncated: download it again") from error
    if "constants.pkl" in entries or any(name.startswith("code/") for name in entries):
        raise WeightsError(
            f"{path} is a TorchScript archive, a program with weights in it, which is not run; "
            "take the PyTorch checkpoint (.pth) of the same network"
        )
    if "data.pkl" not in entries:
        raise WeightsError(f"{path} is a zip archive, but not one of PyTorch")
    if claimed > SETTINGS.largest:
        raise WeightsError(
            f"{path} claims to hold {claimed:,} bytes; at most {SETTINGS.largest:,} are expected "
            "of a checkpoint"
        )
    _end_of_pickles(io.BytesIO(pickled), path, 1)


def _end_of_pickles(file: io.BytesIO, path: Path, count: int) -> int:
    """Where some pickles end, none of them having been loaded.

    What says that it is longer than the file is found out here, before memory is taken for it.
    """
    try:
        for _ in range(count):
            for _ in pickletools.genops(file):
                pass
    except Exception as error:
        if len(file.getvalue()) > SETTINGS.largest_pickle:
            raise WeightsError(
                f"{path} has over {SETTINGS.largest_pickle:,} bytes beside its tensors; these are "
                "not weights alone, or it is damaged"
            ) from error
        raise _damaged(path) from error
    return file.tell()


def _bytes_of(loaded: Any) -> int:
    """How many bytes the format before zip takes for the numbers of all tensors."""
    storages = {}
    for tensor in _tensors(loaded):
        storage = tensor.untyped_storage()
        storages[storage._cdata] = 8 + storage.nbytes()  # its length comes first
    return sum(storages.values())


def _tensors(loaded: Any) -> Iterator[Tensor]:
    if isinstance(loaded, Tensor):
        if loaded.layout == torch.strided and not loaded.is_meta:
            yield loaded
    elif isinstance(loaded, (Mapping, list, tuple, set)):
        for value in loaded.values() if isinstance(loaded, Mapping) else loaded:
            yield from _tensors(value)
