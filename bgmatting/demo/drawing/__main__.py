"""`python -m bgmatting.demo.drawing PEOPLE_FOLDER [OUT_FOLDER]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..examples import PHOTOS
from .pairs import RECIPES, draw


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bgmatting.demo.drawing", description=__doc__)
    parser.add_argument("people", type=Path, help="folder with person-1.webp and so on")
    parser.add_argument("out", type=Path, nargs="?", default=PHOTOS, help="where to write")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for recipe in RECIPES:
        for path in draw(recipe, options.people, options.out):
            print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
