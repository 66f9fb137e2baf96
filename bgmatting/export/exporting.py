"""Weights into a file for another runtime: traced, converted, compared with torch, put in place."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from ..cores import usable_cores
from ..errors import (
    BgmattingError,
    InputError,
    OutOfMemoryError,
    OutputError,
    is_out_of_memory,
)
from ..extras import import_extra
from ..files import exists_already, put, sha256_of, write_whole
from ..weights.locate import locate
from ..weights.matting_base import MattingBase
from ..weights.placing import staged
from . import onnx_file, openvino_file, torch_file
from .checking import Agreement, check
from .facts import facts_of
from .graph import matting_program
from .program import Program, Runner

DTYPES = {"float32": torch.float32, "float16": torch.float16}


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: the file asked for.
        files: all that belong to it: of OpenVINO two, operators and weights.
        sha256: of `path`, hexadecimal.
        agreement: how well it agrees with torch.
        facts: its metadata.
    """

    path: Path
    files: tuple[Path, ...]
    sha256: str
    agreement: Agreement
    facts: dict[str, str]


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        runtime: what it is for, as people call it.
        write: program, path and facts -> the file (of OpenVINO with its weights beside it).
        runner: the file opened, with so many threads.
        modules: what has to be installed, and by which extra.
    """

    runtime: str
    write: Callable[[Program, Path, dict[str, str]], object]
    runner: Callable[[Path, int], Runner]
    modules: tuple[str, ...] = ()


def _write_onnx(program: Program, path: Path, facts: dict[str, str]) -> None:
    path.write_bytes(onnx_file.to_onnx(program, facts))


def _write_openvino(program: Program, path: Path, facts: dict[str, str]) -> None:
    openvino_file.save(openvino_file.to_openvino(program, facts), path)


FORMATS = {
    ".onnx": Format("ONNX Runtime", _write_onnx, onnx_file.runner, onnx_file.MODULES),
    ".xml": Format("OpenVINO", _write_openvino, openvino_file.runner, openvino_file.MODULES),
    ".pt2": Format("torch.export", torch_file.save, torch_file.runner),
}


def export_weights(
    weights: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    dtype: str | torch.dtype = torch.float32,
    hidden: bool = False,
    overwrite: bool = False,
    revision: str | None = None,
    force_download: bool = False,
) -> Exported:
    """Export weights to a file for another runtime.

    It takes `src` and `bgr`, (B, 3, H, W) float32, RGB, 0..1, of any batch, height and width, and
    gives `pha`, `fgr` and `err` as `MattingNetwork` does, and `hid` if wanted. Before it is put in
    place it is run by its runtime and compared with torch at several sizes (`checking.Settings`).

    Args:
        weights: a backbone's name, a folder or a repository, as `MattingBase.from_pretrained`.
        out: the file; its ending says for what: .onnx, .pt2 (torch.export), .xml (OpenVINO, with
            the weights in a .bin beside it).
        dtype: float32; or float16, half the size: inputs, outputs and the layers that compare
            source and background stay float32.
        hidden: whether `hid` is given too.
        overwrite: whether a file of that name may be replaced.
        revision, force_download: as in `MattingBase.from_pretrained`.

    Raises:
        InputError: an argument doesn't fit, what the format needs is not installed, or the network
            cannot be traced.
        WeightsError, HubError: as `MattingBase.from_pretrained`.
        OutputError: the file exists, cannot be written, or does not agree with torch.
        OutOfMemoryError: memory does not suffice.
    """
    path = Path(out).expanduser()
    kind = format_of(path)
    precision = _dtype(dtype)
    files = _files(path)
    _check_place(files, overwrite=overwrite)
    _check_installed(kind)
    folder = locate(weights, revision=revision, force_download=force_download)
    network = MattingBase.from_pretrained(folder)
    facts = facts_of(network, folder, precision)
    program = matting_program(network, dtype=precision, hidden=hidden)

    def write(partial: Path) -> Agreement:
        with _plainly(kind):
            kind.write(program, partial, facts)
            run = kind.runner(partial, usable_cores())
        return check(run, program, network, precision)

    agreement = _place(write, files, overwrite=overwrite)
    return Exported(path, files, sha256_of(path), agreement, facts)


def format_of(path: Path) -> Format:
    """The format that a file's ending stands for.

    Raises:
        InputError: it stands for none.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(f"{suffix} ({kind.runtime})" for suffix, kind in FORMATS.items())
        ending = f"the ending {path.suffix}" if path.suffix else "no ending"
        raise InputError(
            f"{path} has {ending}, which is no format to export to: choose one of {known}"
        ) from None


def _dtype(dtype: str | torch.dtype) -> torch.dtype:
    for name, found in DTYPES.items():
        if dtype in (name, found):
            return found
    raise InputError(f"dtype is {dtype!r}; networks are exported as {' or '.join(DTYPES)}")


def _files(path: Path) -> tuple[Path, ...]:
    """All files that will be written, the one to open last."""
    if path.suffix.lower() == ".xml":
        return path.with_suffix(".bin"), path
    return (path,)


def _check_place(files: tuple[Path, ...], *, overwrite: bool) -> None:
    """Refuse what can be known to fail before minutes have gone."""
    for file in files:
        if file.is_dir():
            raise OutputError(f"{file} is a folder; a file's name is expected")
        if not overwrite and (file.exists() or file.is_symlink()):
            raise exists_already(file)
    if not files[-1].absolute().parent.is_dir():
        raise OutputError(f"there is no folder {files[-1].absolute().parent}: make it first")


def _check_installed(kind: Format) -> None:
    for module in kind.modules:
        import_extra(module, "export", f"export for {kind.runtime}")


@contextlib.contextmanager
def _plainly(kind: Format) -> Iterator[None]:
    """Have what a converter or runtime raises said in a sentence."""
    try:
        yield
    except (BgmattingError, OSError):
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemoryError("not enough memory to export the network") from error
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"this network cannot be converted for {kind.runtime}: {reason}"
        ) from error


def _place(
    write: Callable[[Path], Agreement], files: tuple[Path, ...], *, overwrite: bool
) -> Agreement:
    """Have a file written and checked under another name, then give it its own."""
    agreements: list[Agreement] = []
    *besides, path = files
    if not besides:
        write_whole(path, lambda part: agreements.append(write(part)), overwrite=overwrite)
        return agreements[0]
    with staged(path.absolute().parent) as part:
        agreement = write(part / path.name)
        if not overwrite:  # else all files together, when the block ends
            _put_all(part, files)
    return agreement


def _put_all(part: Path, files: tuple[Path, ...]) -> None:
    """Give finished files their names, all or none, where nothing is in the way."""
    placed: list[Path] = []
    try:
        for file in files:
            put(part / file.name, file, overwrite=False)
            placed.append(file)
            (part / file.name).unlink(missing_ok=True)
    except BaseException:
        for file in placed:
            file.unlink(missing_ok=True)
        raise
