"""Converted models kept between runs: one file a model, named by what it was made of."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from huggingface_hub import cached_assets_path
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import nn

from ... import __version__
from ...files import write_whole

log = logging.getLogger(__name__)

GENERATION = "1"  # of how models are made: another one where what was kept would be wrong
OURS = ("bgmatting", "torch", "torchvision")  # packages whose modules' code is known by version
DIGEST = "sha256"
MOST_KEPT = 12  # models an engine, the last used: three backbones, some versions of each; chosen

Parts = Mapping[str, bytes]  # a model's files by name


def fingerprint(network: nn.Module, *versions: str) -> str | None:
    """What a converted model is kept under: the sha256 of all that it is made of.

    That is the values of the weights, the modules and their settings, and versions, of this
    package, torch and those given.

    Returns:
        None where it cannot be known: modules from elsewhere, whose code may be changed, or hooks.
    """
    if not is_known(network):
        return None
    digest = hashlib.sha256()
    for text in (GENERATION, __version__, torch.__version__, *versions, repr(network)):
        digest.update(text.encode() + b"\0")
    for module in network.modules():
        digest.update(f"{type(module).__module__}.{type(module).__qualname__}\0".encode())
    for name, value in network.state_dict().items():
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}\0".encode())
        digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def is_known(network: nn.Module) -> bool:
    """Whether all that a network does is told by its modules' settings and its weights."""
    return all(
        type(module).__module__.split(".")[0] in OURS
        and not (module._forward_hooks or module._forward_pre_hooks)
        for module in network.modules()
    )


def load(engine: str, key: str) -> dict[str, bytes] | None:
    """The model kept for an engine; None where there is none, or a damaged one."""
    path = _path(engine, key)
    if path is None or not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            parts = {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118
            kept = (file.metadata() or {}).get(DIGEST)
    except (OSError, SafetensorError, ValueError) as error:
        log.warning("%s cannot be used (%s): it is made anew", path, error)
        return None
    if not parts or kept != _digest(parts):
        log.warning("%s is damaged: it is made anew", path)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # used: the last to be forgotten
    return parts


def keep(engine: str, key: str, parts: Parts) -> None:
    """Keep a model for the next run; where that cannot be written, it is not kept."""
    path = _path(engine, key)
    if path is None:
        return
    arrays = {name: np.frombuffer(part, dtype=np.uint8) for name, part in parts.items()}
    packed = save(arrays, metadata={DIGEST: _digest(parts)})
    try:
        write_whole(path, lambda part: part.write_bytes(packed))
        _forget_oldest(path.parent)
    except OSError as error:  # an OutputError too
        log.info("the converted model is not kept: %s", error)


def _forget_oldest(folder: Path) -> None:
    """Keep the folder from growing with every change of weights."""
    used = {path: path.stat().st_mtime for path in folder.glob("*.safetensors")}
    for path in sorted(used, key=lambda path: used[path])[:-MOST_KEPT]:
        path.unlink(missing_ok=True)


def _path(engine: str, key: str) -> Path | None:
    """Where a model is or will be; None where there is no folder for it."""
    try:
        folder = cached_assets_path("bgmatting", namespace="engines", subfolder=engine)
    except (OSError, ValueError) as error:
        log.info("there is no folder for converted models: %s", error)
        return None
    return folder / f"{key}.safetensors"


def _digest(parts: Parts) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(parts):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(parts: Parts) -> Iterator[bytes]:
    for name in sorted(parts):
        yield f"{name} {len(parts[name])}\0".encode()
        yield parts[name]
