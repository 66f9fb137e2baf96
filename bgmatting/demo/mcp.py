"""The page as a tool for assistants, by the Model Context Protocol."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

SWITCH = "GRADIO_MCP_SERVER"  # Gradio's own: "True" or "False"


def mcp_server() -> bool | None:
    """`launch`'s argument of that name: on where its extra is installed.

    None, that is, whatever Gradio's environment variable says, where it is set or the extra is
    missing.
    """
    return True if SWITCH not in os.environ and _installed() else None


def _installed() -> bool:
    """Whether there is an `mcp` of a version that Gradio can use; it fails at start with others."""
    try:
        found = version("mcp")
    except PackageNotFoundError:
        return False
    wanted = [Requirement(line) for line in requires("gradio") or ()]
    return all(need.specifier.contains(found) for need in wanted if need.name == "mcp")
