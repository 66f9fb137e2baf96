"""The web page: `python app.py`, or what a hosted Space runs."""

from __future__ import annotations

import logging

from bgmatting.demo import build_page, launch_options

demo = build_page()

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    demo.launch(**launch_options())
