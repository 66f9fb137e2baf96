"""The network run by ONNX Runtime."""

from __future__ import annotations

from ...export import onnx_file
from ...export.program import Program, Runner
from .converted import ConvertedEngine

MODEL = "model.onnx"


class OnnxEngine(ConvertedEngine):
    """See `ConvertedEngine`."""

    name = "onnxruntime"
    runtime = "ONNX Runtime"
    extra = onnx_file.EXTRA
    modules = onnx_file.MODULES

    @staticmethod
    def convert(program: Program) -> dict[str, bytes]:
        return {MODEL: onnx_file.to_onnx(program)}

    @staticmethod
    def start(parts: dict[str, bytes], threads: int) -> Runner:
        return onnx_file.runner(parts[MODEL], threads)
