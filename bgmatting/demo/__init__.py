"""The web page: `app.py` at the top of a checkout launches it, or `python -m bgmatting.demo`.

`build_page()` makes the page, `serve(page, service)` serves it; `launch_options(page)` are the
arguments its `launch` wants. Gradio's own environment variables (GRADIO_SERVER_NAME,
GRADIO_SERVER_PORT, GRADIO_ROOT_PATH...) hold. What needs no Gradio here can be used without it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .page import build_page, launch_options
    from .service import Service
    from .serving import serve

# Read when gradio is imported; nobody asked for telemetry.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

__all__ = ["Service", "build_page", "launch_options", "serve"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "Service": ".service",
        "build_page": ".page",
        "launch_options": ".page",
        "serve": ".serving",
    },
)
