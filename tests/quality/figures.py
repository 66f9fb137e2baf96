"""Stored figures of quality, and whether new ones are worse.

Only worse fails. A figure may exceed the stored one by `RELATIVE` of it plus `ABSOLUTE`, in its own
unit. With SSE4 alone in torch, oneDNN and OpenCV, in place of AVX2, no figure of a matte moved by
0.1 % and none of alignment by 0.001; the rest is for other versions of these libraries and of the
decoders of photos. `test_mattes.py` and `test_alignment.py` show what must fail.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "figures.json"
COMMAND = "cd tests && python -m quality.store"

RELATIVE = 0.03
ABSOLUTE = {
    "mad": 0.05,  # x1e3
    "unknown_mse": 0.1,  # x1e3
    "foreground_mse": 0.05,  # x1e3
    "pixels": 0.02,  # where the background lies after alignment
    "levels": 0.1,  # of 255, its colours then
}

Figures = dict[str, dict[str, float]]  # composite or case -> measure -> figure


def stored(group: str) -> Figures:
    """The stored figures of a group, such as "mobilenetv2" or "alignment"."""
    figures: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return figures[group]


def store(groups: dict[str, Figures]) -> None:
    """Write groups of figures in place of those of the same names; the others stay."""
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    kept.update(
        {
            group: {
                case: {name: round(value, 3) for name, value in values.items()}
                for case, values in figures.items()
            }
            for group, figures in groups.items()
        }
    )
    FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def worse(group: str, measured: Figures, held: Figures) -> list[str]:
    """What is worse than what is held, or not measured any more, as sentences."""
    return [
        f"{group}, {case}: {name} is {measured.get(case, {}).get(name, math.nan):.3f}, "
        f"stored {value:.3f}, at most {limit(name, value):.3f}"
        for case, values in held.items()
        for name, value in values.items()
        # Not <=, so that NaN is worse.
        if not measured.get(case, {}).get(name, math.nan) <= limit(name, value)
    ]


def limit(name: str, value: float) -> float:
    """Up to where a figure is as good as a stored one."""
    return value * (1 + RELATIVE) + ABSOLUTE[name]


def check(group: str, measured: Figures) -> None:
    """Fail where something became worse than the stored figures of its group."""
    found = worse(group, measured, stored(group))
    assert not found, "\n".join(
        [*found, f"If that is how it should be, store the new figures: {COMMAND} {group}"]
    )
