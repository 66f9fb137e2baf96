"""What is installed with the package's extras only: whether it is there, and what to do if not."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType

from .errors import InputError

# What sends usage statistics when a module is imported, unless it isn't there: nobody asked for it.
TELEMETRY = {"openvino": "openvino_telemetry"}


def has_modules(*modules: str) -> bool:
    """Whether top-level modules can be found; none is imported."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


def import_extra(module: str, extra: str, doing: str) -> ModuleType:
    """Import what an extra of this package brings, without the telemetry that would come with it.

    Args:
        module: its name, such as "openvino".
        extra: the one that has it.
        doing: what needs it, for the message: "run the network by OpenVINO".

    Raises:
        InputError: it is not installed, or cannot be loaded; the message names the extra.
    """
    try:
        with _hidden(TELEMETRY.get(module)):
            return importlib.import_module(module)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == module.split(".")[0]
        why = "is not installed" if missing else f"cannot be loaded ({error})"
        raise InputError(
            f"to {doing}, {module} is needed, which {why}: install it with "
            f"pip install 'bgmatting[{extra}]'"
        ) from error


@contextlib.contextmanager
def _hidden(module: str | None) -> Iterator[None]:
    """Have a module count as not installed within the block, unless it is imported already."""
    if module is None or module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # as Python's documentation has it
    try:
        yield
    finally:
        del sys.modules[module]
