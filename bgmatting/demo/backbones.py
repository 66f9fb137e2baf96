"""What to say of each backbone in one line: size, speed, measured quality."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError, WeightsError
from ..small_files import read_json
from ..weights.catalogue import backbone_info, list_backbones
from ..weights.repositories import list_weights, shipped_weights


def has_weights(backbone: str) -> bool:
    """Whether a backbone's name loads weights here."""
    try:
        return backbone in list_weights()
    except WeightsError:  # who asks for the weights is told what is wrong
        return True


def choices() -> list[tuple[str, str]]:
    """(label, backbone's name) of every backbone that can be used; a label has two lines."""
    return [
        (f"{info.title}\n{describe(name)}", name)
        for name, info in list_backbones().items()
        if has_weights(name)
    ]


def untrained() -> dict[str, str]:
    """Name -> title of the backbones that cannot be used yet."""
    return {name: info.title for name, info in list_backbones().items() if not has_weights(name)}


def describe(backbone: str) -> str:
    """Size, speed and measured quality, as far as they are known, in one line."""
    info, folder = backbone_info(backbone), shipped_weights(backbone)
    size = info.size if folder is None else _bytes(folder)
    facts = [info.note, f"{round(size / 1e6)} MB" if size else ""]
    if folder is not None:
        facts += _quality(folder, backbone)
    return ", ".join(filter(None, facts))


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def _quality(folder: Path, backbone: str) -> list[str]:
    """Mean absolute difference of alpha by condition, of the first set that was measured."""
    try:
        rows = read_json(folder / "metrics.json", InputError)
        rows = [row for row in rows if row["method"] == backbone]
        rows = [row for row in rows if row["set"] == rows[0]["set"]]
        off = {row["condition"]: float(row["MAD"]) / 10 for row in rows}
    except (OSError, ValueError, KeyError, TypeError):  # not measured, or otherwise written
        return []
    if not {"clean", "handheld"} <= off.keys():
        return []
    return [f"alpha {off['clean']:.1f} % off on average ({off['handheld']:.1f} % hand-held)"]
