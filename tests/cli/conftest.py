"""The command line as its users meet it: a process with arguments, two streams and a status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

Cli = Callable[..., subprocess.CompletedProcess]

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder of random numbers, made for a small working size."""
    from bgmatting.weights.matting_base import MattingBase

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("weights") / "random"
    MattingBase("mobilenetv2", working_size=64).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of three: a bright box before noise, in two conditions."""
    root = tmp_path_factory.mktemp("sets") / "boxes"
    random = np.random.default_rng(0)
    names = ["clean/a", "clean/b", "drift/a"]
    for name in names:
        background = random.integers(0, 90, (72, 96, 3)).astype(np.uint8)
        foreground = random.integers(170, 255, (72, 96, 3)).astype(np.uint8)
        alpha = np.zeros((72, 96), dtype=np.uint8)
        alpha[20:50, 30:60] = 255
        source = np.where(alpha[..., None] > 0, foreground, background)
        folder = root / name
        folder.mkdir(parents=True)
        for part, picture in zip(
            ("src", "bgr", "pha", "fgr"), (source, background, alpha, foreground), strict=True
        ):
            Image.fromarray(picture).save(folder / f"{part}.png")
    (root / "index.json").write_text(json.dumps(names))
    return root


@pytest.fixture
def program() -> list[str]:
    return [sys.executable, "-m", "bgmatting"]


@pytest.fixture
def environment() -> dict[str, str]:
    return dict(ENVIRONMENT)


@pytest.fixture
def cli(tmp_path: Path, program: list[str]) -> Cli:
    """Run `bgmatting` in the test's own folder, as a process."""

    def run(*arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*program, *map(str, arguments)],
            cwd=tmp_path,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def quick_cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Cli:
    """The same within this process, which has torch loaded already."""
    from bgmatting.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> subprocess.CompletedProcess:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        written, said = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, stop.value.code, written, said)

    return run


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Path]:
    """Make a small photo: of a scene, or with `subject` of something in front of it."""

    def make(name: str, *, subject: bool = False, width: int = 96, height: int = 72) -> Path:
        y, x = np.mgrid[:height, :width]
        picture = np.stack([x * 2 % 256, y * 3 % 256, (x + y) % 256], axis=2).astype(np.uint8)
        if subject:
            inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2
            picture[inside] = (200, 120, 90)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
        return path

    return make


@pytest.fixture
def pair(draw: Callable[..., Path]) -> tuple[Path, Path]:
    return draw("photo.png", subject=True), draw("empty.png")
