"""Weights as files: in folders, and in repositories on the Hub."""

from .card import render_card, write_card
from .matting_base import MattingBase
from .publishing import Plan, PlannedFile, plan, plan_shipped, publish
from .repositories import REPOSITORIES, repository, resolve, shipped_weights

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
