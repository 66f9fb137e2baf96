"""The web page: `python app.py`, or what a hosted Space runs."""

from __future__ import annotations

import logging
from threading import Thread

from bgmatting.demo import Service, build_page, launch_options

service = Service()
demo = build_page(service)

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    demo.launch(prevent_thread_lock=True, **launch_options(demo))
    Thread(target=service.warm_up, daemon=True).start()
    demo.block_thread()
