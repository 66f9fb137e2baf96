"""Published checkpoints (`.pth`) into our folders: read without running anything, checked, placed.

Published checkpoints are state dicts of the two-stage model: what begins with `refiner.` belongs to
its second stage and is left out, the rest is `MattingBase`'s.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..errors import OutputError, WeightsError
from ..files import make_folder, partial_path, sha256_of
from ..hub.card_mark import is_hand_written
from .checkpoint_entries import recognise, unwrap
from .checkpoint_files import read_checkpoint
from .entries import to_dtype
from .matting_base import MattingBase
from .names import CARD_NAME
from .placing import put_in_place

REFINER = "refiner."

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
