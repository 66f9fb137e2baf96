"""Small evaluation sets, made on the spot."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

MakeSet = Callable[..., Path]


def write_sample(folder: Path, width: int, height: int, left: int) -> None:
    """A white box from column `left` on, its first column half transparent, on a dark wall."""
    folder.mkdir(parents=True)
    background = np.full((height, width, 3), (20, 40, 60), dtype=np.uint8)
    alpha = np.zeros((height, width), dtype=np.float32)
    alpha[:, left] = 0.5
    alpha[:, left + 1 :] = 1
    foreground = np.full((height, width, 3), 255, dtype=np.uint8)
    share = alpha[..., None]
    source = (foreground * share + background * (1 - share)).round().astype(np.uint8)
    pictures = {"src": source, "bgr": background, "fgr": foreground}
    for name, picture in pictures.items():
        Image.fromarray(picture).save(folder / f"{name}.png")
    Image.fromarray((alpha * 255).round().astype(np.uint8)).save(folder / "pha.png")


@pytest.fixture
def make_set(tmp_path: Path) -> MakeSet:
    """make_set(names, size=(32, 24)) -> the folder of an evaluation set with those samples."""

    def make(
        names: Sequence[str] = ("clean/a", "clean/b", "drift/a"), size: tuple[int, int] = (32, 24)
    ) -> Path:
        root = tmp_path / "tiny"
        for i, name in enumerate(names):
            write_sample(root / name, *size, left=8 + i)
        (root / "index.json").write_text(json.dumps(list(names)))
        return root

    return make
