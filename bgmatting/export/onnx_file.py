"""ONNX: a traced program as a model in one file, and such a model run by ONNX Runtime."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from ..errors import InputError
from ..extras import import_extra
from .program import Program, Runner

OPSET = 18  # of operators: the oldest that torch writes by itself
LARGEST = (1 << 31) - 1  # bytes of a model in one file, by its format
MODULES = ("onnxruntime", "onnx", "onnxscript")  # of the extra: the first runs, the others convert
EXTRA = "onnx"
PROVIDER = "CPUExecutionProvider"


def to_onnx(program: Program, facts: Mapping[str, str] | None = None) -> bytes:
    """A program as an ONNX model with its weights within.

    Args:
        facts: metadata, by name.

    Raises:
        InputError: the extra is not installed, or the model is too large for one file.
    """
    onnx = import_extra("onnx", EXTRA, "write ONNX")
    import_extra("onnxscript", EXTRA, "write ONNX")
    with _quiet():
        converted = torch.onnx.export(
            program.exported,
            input_names=list(program.inputs),
            output_names=list(program.outputs),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    model = converted.model_proto  # type: ignore[union-attr]
    _name_sizes(model, program)
    onnx.helper.set_model_props(model, dict(facts or {}))
    model.producer_name = "bgmatting"
    size = model.ByteSize()
    if size > LARGEST:
        raise InputError(
            f"the model has {size / 1e9:.1f} GB, and ONNX allows 2 in one file: export it as .pt2 "
            "or .xml, or with half the precision"
        )
    serialised: bytes = model.SerializeToString()
    return serialised


def session(model: bytes | Path, threads: int) -> Any:
    """An `onnxruntime.InferenceSession` on the CPU, of a file or its bytes."""
    onnxruntime = import_extra("onnxruntime", EXTRA, "run the network by ONNX Runtime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model), options, providers=[PROVIDER]
    )


def runner(model: bytes | Path, threads: int) -> Runner:
    """A model as a function of arrays, float32 or as it takes them, to its outputs in order."""
    opened = session(model, threads)
    names = [value.name for value in opened.get_inputs()]

    def run(*inputs: NDArray[Any]) -> list[NDArray[Any]]:
        outputs: list[NDArray[Any]] = opened.run(None, dict(zip(names, inputs, strict=True)))
        return outputs

    return run


def _name_sizes(model: Any, program: Program) -> None:
    """Call the sizes that are open `batch`, `height` and `width`, as a reader would."""
    names = ("batch", "height", "width")
    for value in (*model.graph.input, *model.graph.output):
        sizes = value.type.tensor_type.shape.dim
        spatial = sizes[1:3] if program.channels_last else sizes[2:4]
        for size, name in zip((*sizes[:1], *spatial), names, strict=False):
            size.dim_param = name
    del model.graph.value_info[:]  # of what is between, in the names of before


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep to itself what torch's exporter prints, logs and warns of its own workings."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
