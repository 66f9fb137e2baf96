"""Published checkpoints (`.pth`) into our folders: read without running anything, checked, placed.

Published checkpoints are state dicts of the two-stage model: what begins with `refiner.` belongs to
its second stage and is left out, the rest is `MattingBase`'s.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import OutputError, WeightsError
from ..files import make_folder, partial_path, sha256_of
from ..hub.card_mark import is_hand_written
from ..model import BACKBONES
from .entries import check_entries, entries_of, to_dtype
from .matting_base import MattingBase
from .names import CARD_NAME
from .placing import put_in_place

REFINER = "refiner."
NESTED_UNDER = ("state_dict", "model_state_dict", "model")  # where trainers put the state dict
PREFIXES = ("module.", "_orig_mod.")  # put before every key by DataParallel, torch.compile
LEAST_LIKENESS = 0.5  # share of entries in common, below which it is another network altogether

_PICKLED_OBJECT = re.compile(r"GLOBAL (\S+)")  # in what torch says when it refuses one

DATA = (
    "That of the published checkpoint this was converted from; see the paper and its authors' "
    "pages. It was not trained by bgmatting."
)


@dataclass(frozen=True)
class Conversion:
    """What became of a checkpoint.

    Attributes:
        folder: where the weights are now.
        backbone: recognised from the entries.
        entries: how many were kept.
        left_out: how many `refiner.*` entries were not.
        sha256: of the checkpoint, hexadecimal.
        card_kept: whether a hand-written card was there and left alone.
    """

    folder: Path
    backbone: str
    entries: int
    left_out: int
    sha256: str
    card_kept: bool = False


def convert(
    checkpoint: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    dtype: torch.dtype = torch.float32,
) -> Conversion:
    """Make a folder for `MattingBase.from_pretrained` of a published checkpoint.

    The folder is written under a temporary name, loaded again and compared entry for entry, and
    only then put in place.

    Args:
        checkpoint: a state dict saved by `torch.save`.
        out_dir: the folder to make.
        overwrite: allow that it exists: its config and weights are replaced, and its card unless
            somebody wrote in it; anything else in it stays.
        dtype: to store: float32, float16 or bfloat16.

    Raises:
        WeightsError: the checkpoint is not there, not one, unsafe, damaged, incomplete, or of
            another network.
        OutputError: the folder exists and `overwrite` was not given, or cannot be written.
        InputError: weights are not stored as `dtype`.
    """
    source, target = Path(checkpoint).expanduser(), Path(out_dir).expanduser()
    if target.exists() and not overwrite:
        raise OutputError(f"{target} exists; name another folder, or allow it with --overwrite")
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is a file; a folder is expected")
    entries = unwrap(read_checkpoint(source), source)
    digest = sha256_of(source)
    kept = {key: value for key, value in entries.items() if not key.startswith(REFINER)}
    left_out = len(entries) - len(kept)
    backbone = recognise(kept, source)
    network = MattingBase.from_state(kept, backbone, origin=source)
    broken = [key for key, value in network.state_dict().items() if not value.isfinite().all()]
    if broken:
        raise WeightsError(f"{source} holds values that are not finite, first in {broken[0]}")

    make_folder(target.absolute().parent)
    part = partial_path(target.absolute())
    try:
        card = {
            "source": _source(source, digest, left_out),
            "data": DATA,
            "hidden_trained": left_out > 0,
            "name": target.absolute().name,
        }
        network.save_pretrained(part, dtype=dtype, model_card_kwargs=card)
        _compare(part, to_dtype(network.state_dict(), dtype))
        card_kept = _put_in_place(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Conversion(target, backbone, len(kept), left_out, digest, card_kept)


def read_checkpoint(path: Path) -> Any:
    """What `torch.save` put into a file, of tensors and plain containers only; nothing is run.

    Raises:
        WeightsError: not there, not such a file, damaged, or holding anything else.
    """
    if path.is_dir():
        raise WeightsError(f"{path} is a folder; expected a checkpoint file (.pth)")
    _refuse_other_formats(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old storage classes: nothing a user can act upon
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        pickled = _PICKLED_OBJECT.search(str(error))
        if pickled:
            raise WeightsError(
                f"{path} holds a pickled object other than tensors ({pickled[1]}), which could run "
                "code; it was not loaded. A checkpoint of plain weights (a state dict) is expected"
            ) from error
        raise WeightsError(f"{path} is damaged, or not a PyTorch checkpoint") from error
    except Exception as error:
        # A damaged file can fail anywhere in the reader; whatever it raised means the same here.
        raise WeightsError(f"{path} is damaged, or not a PyTorch checkpoint") from error


def unwrap(loaded: Any, source: Path) -> dict[str, Tensor]:
    """The state dict in what was loaded: out of a trainer's dict, without wrappers' prefixes.

    Raises:
        WeightsError: there is none.
    """
    for name in NESTED_UNDER:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(name), Mapping):
            loaded = loaded[name]
            break
    if not isinstance(loaded, Mapping) or not loaded:
        kind = "nothing" if isinstance(loaded, Mapping) else f"a {type(loaded).__name__}"
        raise WeightsError(f"{source} holds {kind}; expected a state dict (name -> tensor)")
    for key, value in loaded.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise WeightsError(
                f"{source} holds {key!r}: {type(value).__name__}; "
                "expected a state dict, nothing but names and tensors"
            )
        if value.layout != torch.strided or value.is_quantized or value.is_meta:
            raise WeightsError(f"{source} holds {key} in a form other than plain numbers")
    entries: dict[str, Tensor] = dict(loaded)
    for prefix in PREFIXES:
        if all(key.startswith(prefix) for key in entries):
            entries = {key.removeprefix(prefix): value for key, value in entries.items()}
    return entries


def recognise(entries: Mapping[str, Tensor], source: Path) -> str:
    """The backbone whose network the entries are most like, by names and shapes.

    Raises:
        WeightsError: they are like none, or not all there; the message names what is missing.
    """
    found = {(key, value.shape) for key, value in entries.items()}
    likeness = {}
    for backbone in BACKBONES:
        wanted = {(key, value.shape) for key, value in entries_of(backbone).items()}
        likeness[backbone] = len(found & wanted) / len(found | wanted)
    best = max(likeness, key=lambda backbone: likeness[backbone])
    if likeness[best] < LEAST_LIKENESS:
        raise WeightsError(
            f"{source} holds weights of another network ({len(entries)} entries, such as "
            f"{next(iter(entries), 'none')}); expected BackgroundMattingV2 with one of the "
            f"backbones {', '.join(BACKBONES)}"
        )
    check_entries(entries, entries_of(best), f"{source} (recognised as {best})")
    return best


def _refuse_other_formats(path: Path) -> None:
    """Name the formats that are mistaken for checkpoints, before any reader sees them."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError as error:
        raise WeightsError(f"no file {path}") from error
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error
    if not start:
        raise WeightsError(f"{path} is empty")
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") < path.stat().st_size:
        raise WeightsError(f"{path} is safetensors already; a published checkpoint is expected")
    if not start.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.partition("/")[2] for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise WeightsError(f"{path} is damaged or truncated: download it again") from error
    if "constants.pkl" in names or any(name.startswith("code/") for name in names):
        raise WeightsError(
            f"{path} is a TorchScript archive, a program with weights in it, which is not run; "
            "take the PyTorch checkpoint (.pth) of the same network"
        )
    if "data.pkl" not in names:
        raise WeightsError(f"{path} is a zip archive, but not one of PyTorch")


def _source(path: Path, digest: str, left_out: int) -> str:
    name = "".join(c if c.isprintable() and c != "`" else "?" for c in path.name)
    said = f"Converted from the published checkpoint `{name}` (sha256 `{digest}`)"
    return f"{said}; {left_out} entries of its second stage (`{REFINER}*`) are left out."


def _compare(folder: Path, expected: Mapping[str, Tensor]) -> None:
    """Load what was written, and hold it against what should have been."""
    written = MattingBase.from_pretrained(folder).state_dict()
    for key, value in expected.items():
        if not torch.equal(written[key], value.to(written[key].dtype)):
            raise OutputError(f"{folder} does not read back as it was written, in {key}")


def _put_in_place(part: Path, target: Path) -> bool:
    """Rename the finished folder, or its files into the one that is there.

    Returns:
        Whether a hand-written card was left alone.
    """
    card_kept = is_hand_written(target / CARD_NAME)
    if card_kept:
        (part / CARD_NAME).unlink()
    if target.exists():
        put_in_place(part, target)
    else:
        try:
            part.rename(target)
        except OSError as error:
            raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    return card_kept
