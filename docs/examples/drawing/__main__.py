"""`python -m drawing PEOPLE_FOLDER [OUT_FOLDER]`, where this folder's parent is the working one."""

from __future__ import annotations

import argparse
from pathlib import Path

from .pairs import RECIPES, draw

PHOTOS = Path(__file__).resolve().parents[1] / "photos"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m drawing", description=__doc__)
    parser.add_argument("people", type=Path, help="folder with person-1.webp and so on")
    parser.add_argument("out", type=Path, nargs="?", default=PHOTOS, help="where to write")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for recipe in RECIPES:
        for path in draw(recipe, options.people, options.out):
            print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
