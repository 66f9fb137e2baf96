"""OpenVINO: a traced program as its intermediate representation, and such a model run by it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..extras import import_extra
from .program import Program, Runner

EXTRA = "openvino"
MODULES = ("openvino",)  # of the extra
DEVICE = "CPU"
SECTION = "bgmatting"  # of the model's runtime information, where the facts are
NAMES = "model.xml", "model.bin"  # of a model's two files, operators and weights


def to_openvino(program: Program, facts: Mapping[str, str] | None = None) -> Any:
    """A program as an `openvino.Model`.

    Args:
        facts: metadata, by name; kept as runtime information.

    Raises:
        InputError: the extra is not installed.
    """
    openvino = import_extra("openvino", EXTRA, "convert the network for OpenVINO")
    model = openvino.convert_model(program.exported)
    for ports, names in ((model.inputs, program.inputs), (model.outputs, program.outputs)):
        for port, name in zip(ports, names, strict=True):
            port.get_tensor().set_names({name})
    for name, value in (facts or {}).items():
        model.set_rt_info(value, [SECTION, name])
    return model


def save(model: Any, path: Path) -> None:
    """Write a model's operators to `path`, .xml, and its weights beside it, .bin."""
    openvino = import_extra("openvino", EXTRA, "write a model for OpenVINO")
    # Precision was chosen before: what is float32 still is so for a reason.
    openvino.save_model(model, str(path), compress_to_fp16=False)


def to_bytes(model: Any) -> dict[str, bytes]:
    """A model's two files as bytes, by the names in `NAMES`."""
    with tempfile.TemporaryDirectory(prefix="bgmatting-") as folder:
        save(model, Path(folder, NAMES[0]))
        return {name: Path(folder, name).read_bytes() for name in NAMES}


def compiled(model: Any, threads: int) -> Any:
    """An `openvino.CompiledModel` on the CPU, computing in float32.

    Args:
        model: an `openvino.Model`, the path of its .xml, or its files as bytes by `NAMES`.
    """
    openvino = import_extra("openvino", EXTRA, "run the network by OpenVINO")
    core = openvino.Core()
    if isinstance(model, dict):
        model = core.read_model(*(model[name] for name in NAMES))
    elif isinstance(model, Path):
        model = core.read_model(str(model))
    config = {
        # Its own choice would be bfloat16 where there are instructions for it: alpha would suffer.
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
    }
    return core.compile_model(model, DEVICE, config)


def runner(model: Any, threads: int) -> Runner:
    """A model as a function of arrays to its outputs in order; see `compiled`."""
    ready = compiled(model, threads)

    def run(*inputs: NDArray[Any]) -> list[NDArray[Any]]:
        results = ready(list(inputs), share_inputs=True)
        return [results[n] for n in range(len(ready.outputs))]

    return run
