"""The network run by OpenVINO."""

from __future__ import annotations

from ...export import openvino_file
from ...export.program import Program, Runner
from .converted import ConvertedEngine


class OpenVinoEngine(ConvertedEngine):
    """See `ConvertedEngine`."""

    name = "openvino"
    runtime = "OpenVINO"
    extra = openvino_file.EXTRA
    modules = openvino_file.MODULES

    @staticmethod
    def convert(program: Program) -> dict[str, bytes]:
        return openvino_file.to_bytes(openvino_file.to_openvino(program))

    @staticmethod
    def start(parts: dict[str, bytes], threads: int) -> Runner:
        return openvino_file.runner(parts, threads)
