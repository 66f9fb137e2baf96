"""What to say of each backbone in one line: size, speed, measured quality."""

from __future__ import annotations

import json
import os
from pathlib import Path

TITLES = {"mobilenetv2": "MobileNetV2", "resnet50": "ResNet-50", "resnet101": "ResNet-101"}
DEFAULT_BACKBONE = "mobilenetv2"

# Parameters, and multiplications in proportion to MobileNetV2's (22.3 GFLOP at 512 x 384, as
# torch.utils.flop_counter counts them).
_SPEED = {
    "mobilenetv2": "5 M parameters, the fastest",
    "resnet50": "40 M parameters, 4 times the work",
    "resnet101": "59 M parameters, 6 times the work",
}


def has_weights(backbone: str) -> bool:
    """Whether trained weights of a backbone come with the checkout, or a repository was named."""
    from ..weights.repositories import REPO_VARIABLE, shipped_weights

    return shipped_weights(backbone) is not None or bool(os.environ.get(REPO_VARIABLE))


def choices() -> list[tuple[str, str]]:
    """(label, backbone's name) of every backbone that can be used; a label has two lines."""
    return [(f"{TITLES[name]}\n{describe(name)}", name) for name in TITLES if has_weights(name)]


def untrained() -> list[str]:
    """The backbones that cannot be used yet."""
    return [name for name in TITLES if not has_weights(name)]


def describe(backbone: str) -> str:
    """Size, speed and measured quality, as far as they are known, in one line."""
    from ..weights.repositories import shipped_weights

    folder = shipped_weights(backbone)
    facts = [_SPEED[backbone]]
    if folder is not None:
        facts += [f"{_megabytes(folder)} MB", *_quality(folder, backbone)]
    return ", ".join(facts)


def _megabytes(folder: Path) -> int:
    return round(sum(file.stat().st_size for file in folder.glob("*.safetensors")) / 1e6)


def _quality(folder: Path, backbone: str) -> list[str]:
    """Mean absolute difference of alpha by condition, of the first set that was measured."""
    try:
        rows = json.loads((folder / "metrics.json").read_text())
        rows = [row for row in rows if row["method"] == backbone]
        rows = [row for row in rows if row["set"] == rows[0]["set"]]
        off = {row["condition"]: float(row["MAD"]) / 10 for row in rows}
    except (OSError, ValueError, KeyError, TypeError):  # not measured, or otherwise written
        return []
    if not {"clean", "handheld"} <= off.keys():
        return []
    return [f"alpha {off['clean']:.1f} % off on average ({off['handheld']:.1f} % hand-held)"]
