"""Draws the page's example pairs: in `docs/examples`, `python -m drawing PEOPLE_FOLDER`.

Rendered people before scenes that are computed, not photographed, taken twice by a camera that is
no better than real ones. Light adds up in linear colour, (H, W, 3) float32, 1 being white; what a
lamp or the sun gives may be above that.
"""
