"""Store what is measured now as the figures that the gate holds.

    cd tests && python -m quality.store [GROUP ...]

GROUP is one of those printed below; default all. Look at the changes before you commit them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from . import alignments, mattes
from .figures import FILE, Figures, store


def _whole(backbone: str) -> Figures:
    return mattes.figures(mattes.measure(mattes.shipped(backbone), mattes.composites()))


def _few(backbone: str) -> Figures:
    matter = mattes.shipped(backbone)
    return mattes.figures(mattes.measure(matter, mattes.composites(mattes.FEW), None))


GROUPS: dict[str, Callable[[], Figures]] = {
    "alignment": alignments.figures,
    "mobilenetv2": lambda: _whole("mobilenetv2"),
    **{f"{name}-few": lambda name=name: _few(name) for name in mattes.RESNETS},
    **{name: lambda name=name: _whole(name) for name in mattes.RESNETS},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    for group in parser.parse_args().groups or GROUPS:
        if group not in GROUPS:
            parser.error(f"no group {group!r}: expected some of {', '.join(GROUPS)}")
        store({group: GROUPS[group]()})
        print(f"{group}: in {FILE}")


if __name__ == "__main__":
    main()
