"""Names of a package that are imported when first asked for: `--help` should not wait for torch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


def lazy(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for a package.

    Args:
        package: its `__name__`.
        names: name -> module that has it, relative to the package, such as ".pipeline".
    """
    namespace = vars(sys.modules[package])

    def get(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(names[name], package), name)
        namespace[name] = value
        return value

    def listed() -> list[str]:
        return sorted({*namespace, *names})

    return get, listed


def above(name: str) -> ModuleType:
    """A module of a higher layer, for a method that is only a short way there.

    No layer needs those above it; this is for the one thing that people look for on an object of
    a lower one. It is imported when the method is called.

    Args:
        name: below the package, such as "video.run".
    """
    return import_module(f"{__package__}.{name}")
