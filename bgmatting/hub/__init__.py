"""Weights as files: in folders, and in repositories on the Hub."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .repositories import REPOSITORIES, repository, resolve, shipped_weights

if TYPE_CHECKING:
    from .card import render_card, write_card
    from .matting_base import MattingBase
    from .publishing import Plan, PlannedFile, plan, plan_shipped, publish

__all__ = [
    "REPOSITORIES",
    "MattingBase",
    "Plan",
    "PlannedFile",
    "plan",
    "plan_shipped",
    "publish",
    "render_card",
    "repository",
    "resolve",
    "shipped_weights",
    "write_card",
]

# Imported when first asked for: where weights are can be answered without torch.
_LAZY = {
    "MattingBase": ".matting_base",
    "Plan": ".publishing",
    "PlannedFile": ".publishing",
    "plan": ".publishing",
    "plan_shipped": ".publishing",
    "publish": ".publishing",
    "render_card": ".card",
    "write_card": ".card",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
