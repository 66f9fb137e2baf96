"""Small pictures for the training tests, drawn here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bgmatting.training.config import TrainingConfig
from bgmatting.training.schedule import Schedule, Stage
from bgmatting.training.synthesis.settings import AssetFolders


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> AssetFolders:
    """One person-like picture, one object, one soft subject, one matte pair and one scene."""
    root = tmp_path_factory.mktemp("pictures")
    for name in ("people", "objects", "soft/fur", "mattes/fgr", "mattes/pha", "backgrounds"):
        (root / name).mkdir(parents=True)
    person = Image.new("RGBA", (96, 128), (180, 120, 90, 0))
    ImageDraw.Draw(person).ellipse((20, 10, 76, 127), fill=(180, 120, 90, 255))
    person.save(root / "people" / "one.png")
    person.rotate(40).resize((64, 64)).save(root / "objects" / "one.webp", lossless=True)
    person.rotate(90).save(root / "soft" / "fur" / "one.png")
    person.convert("RGB").save(root / "mattes" / "fgr" / "a.png")
    person.getchannel("A").save(root / "mattes" / "pha" / "a.png")
    rng = np.random.default_rng(0)
    scene = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    Image.fromarray(scene).resize((320, 240), Image.Resampling.BICUBIC).save(
        root / "backgrounds" / "one.jpg"
    )
    return AssetFolders(
        people=[root / "people"],
        objects=[root / "objects"],
        soft=[root / "soft"],
        mattes=[root / "mattes"],
        backgrounds=[root / "backgrounds"],
    )


@pytest.fixture(params=["with pictures", "without any"])
def any_folders(request: pytest.FixtureRequest, folders: AssetFolders) -> AssetFolders:
    """Both ways to train: from folders, and from nothing."""
    return folders if request.param == "with pictures" else AssetFolders()


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture
def config_in() -> Callable[..., TrainingConfig]:
    """config_in(folder, **changes) -> a run of four steps on 32 pixels, with changes."""

    def make(folder: Path, **changes: object) -> TrainingConfig:
        config = TrainingConfig(
            "mobilenetv2", folder, cpu=True, workers=0, check_every=2, validation=16, statistics=2,
            schedule=Schedule(samples=16, stages=(Stage(1, 32),), batch=4, warm_up=2),
        )  # fmt: skip
        return replace(config, **changes)  # type: ignore[arg-type]

    return make
