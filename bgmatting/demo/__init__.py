"""The web page: `app.py` at the top of a checkout launches it, or `python -m bgmatting.demo`.

`build_page()` makes the page, `serve(page, service)` serves it; `launch_options(page)` are the
arguments its `launch` wants. Gradio's own environment variables (GRADIO_SERVER_NAME,
GRADIO_SERVER_PORT, GRADIO_ROOT_PATH...) hold.
"""

from __future__ import annotations

import os

# Read when gradio is imported; nobody asked for telemetry.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from .page import build_page, launch_options
from .service import Service
from .serving import serve

__all__ = ["Service", "build_page", "launch_options", "serve"]
