"""What this page uses of Gradio beyond its documented interface, all in one place.

A test asks for each of them, so that a release of Gradio without one is noticed.
"""

from __future__ import annotations

import os
from pathlib import Path

from gradio import route_utils, routes
from gradio.route_utils import upload_fn
from gradio.utils import get_upload_folder
from starlette.formparsers import MultiPartException

__all__ = [
    "MultiPartException",
    "get_upload_folder",
    "upload_fn",
    "upload_progress",
    "use_upload_folder",
]

upload_progress = routes.file_upload_statuses  # what the page's bar under an upload asks


def use_upload_folder(folder: Path, tools: Path) -> None:
    """Have Gradio keep in `folder`, and serve from it, what it keeps and serves.

    What assistants send as data it writes to `tools` first.
    """
    # `get_upload_folder` asks the variable; these asked it when they were imported.
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    for module in (route_utils, routes):
        module.DEFAULT_TEMP_DIR = str(folder)  # type: ignore[attr-defined]
    try:
        from gradio import mcp
    except ImportError:  # its extra is not installed
        return
    mcp.DEFAULT_TEMP_DIR = str(tools)
