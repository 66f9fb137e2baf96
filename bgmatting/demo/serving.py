"""From a page to a server that runs until it is stopped."""

from __future__ import annotations

import logging
from threading import Thread

from .guard import GuardedBlocks
from .page import launch_options
from .service import Service


def serve(page: GuardedBlocks, service: Service) -> None:
    """Launch a page, then load the default weights while it answers already; returns when stopped.

    Args:
        page: of `build_page(service)`.
        service: the page's.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    page.launch(prevent_thread_lock=True, **launch_options(page))
    Thread(target=service.warm_up, daemon=True).start()
    page.block_thread()
