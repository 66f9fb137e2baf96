"""Small pictures for the training tests, drawn here, and runs that have ended."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from torch import Tensor

from bgmatting.model import MattingNetwork
from bgmatting.training.checkpoint import NAME
from bgmatting.training.config import TrainingConfig
from bgmatting.training.loop import Trainer
from bgmatting.training.schedule import Schedule, Stage
from bgmatting.training.synthesis.settings import AssetFolders
from bgmatting.weights.lineage import Run
from bgmatting.weights.matting_base import MattingBase


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


def small_run(folder: Path, **changes: object) -> TrainingConfig:
    """A run of four steps on 32, then 40 pixels, whose norms freeze halfway; with changes."""
    config = TrainingConfig(
        "mobilenetv2", folder, cpu=True, workers=0, check_every=2, validation=2, statistics=1,
        schedule=Schedule(
            samples=16, stages=(Stage(0.5, 32), Stage(1, 40)), batch=4, warm_up=2
        ),
    )  # fmt: skip
    return replace(config, **changes)  # type: ignore[arg-type]


@pytest.fixture
def config_in() -> Callable[..., TrainingConfig]:
    """config_in(folder, **changes) -> a `small_run`."""
    return small_run


@dataclass(frozen=True)
class Ended:
    """A run that has ended; whoever writes into its folder takes a `copy`.

    Attributes:
        config: of the run.
        trainer: as it ended.
        before: what its network's entries were before the first step.
        result: the network that it gave.
    """

    config: TrainingConfig
    trainer: Trainer
    before: dict[str, Tensor]
    result: MattingNetwork

    @classmethod
    def of(cls, config: TrainingConfig) -> Ended:
        trainer = Trainer.fresh(config, quiet=True)
        before = {k: v.clone() for k, v in trainer.learner.network.state_dict().items()}
        return cls(config, trainer, before, trainer.run())

    def copy(self, folder: Path) -> TrainingConfig:
        """A copy of the run's folder, and the run's config for it."""
        folder.mkdir()
        # Checkpoints are replaced, never written into; and they are large.
        os.link(self.config.out / NAME, folder / NAME)
        shutil.copy(self.config.out / "history.jsonl", folder)
        return replace(self.config, out=folder)


@pytest.fixture(scope="session")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A `small_run` from nothing."""
    return Ended.of(small_run(tmp_path_factory.mktemp("ended") / "run"))


@dataclass(frozen=True)
class EndedFromWeights(Ended):
    """Likewise, from weights that have gone to another folder since.

    Attributes:
        base: the weights.
        elsewhere: where they are now.
    """

    base: MattingBase
    elsewhere: Path


@pytest.fixture(scope="session")
def ended_from_weights(tmp_path_factory: pytest.TempPathFactory) -> EndedFromWeights:
    """A `small_run` from weights that are used at 960 pixels and know where they come from."""
    root = tmp_path_factory.mktemp("from-weights")
    base = MattingBase("mobilenetv2", working_size=960)
    base.lineage = (Run("mobilenetv2", 5, "random weights", "Boxes, CC0."),)
    base.save_pretrained(root / "weights")
    run = Ended.of(small_run(root / "run", start=str(root / "weights"), check_every=100))
    (root / "weights").rename(root / "elsewhere")
    return EndedFromWeights(
        run.config, run.trainer, run.before, run.result, base, root / "elsewhere"
    )
