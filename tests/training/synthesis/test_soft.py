"""Banks of soft subjects in training: drawn evenly by kind, and not repainted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bgmatting.training.synthesis.assets import Assets
from bgmatting.training.synthesis.samples import Draw, GeneratorConfig, LayerDataset
from bgmatting.training.synthesis.settings import GENERATOR, AssetFolders
from bgmatting.training.synthesis.soft import kind_of
from bgmatting.training.synthesis.subjects import draw_subject

GREEN = (20, 200, 40)
KINDS = {"hair": 9, "fur": 1, "glass": 2}  # and how many there are of each


@pytest.fixture
def soft(tmp_path: Path) -> AssetFolders:
    """A bank of unequal kinds: all green; glass at a fifth of full alpha."""
    for place, (kind, count) in enumerate(KINDS.items()):
        (tmp_path / kind).mkdir()
        for number in range(count):
            picture = np.zeros((64, 64, 4), np.uint8)
            picture[..., :3] = GREEN
            picture[..., 2] += place  # tells the kinds apart
            picture[12:52, 12:52, 3] = 51 if kind == "glass" else 255
            Image.fromarray(picture).save(tmp_path / kind / f"{kind}-0-{number:05d}.png")
    return AssetFolders(soft=[tmp_path])


def test_kinds_come_by_their_weight_and_not_by_their_number(soft: AssetFolders) -> None:
    assets, rng = Assets(soft, soft_shares={"hair": 2.0, "glass": 3.0}), np.random.default_rng(0)
    names = list(KINDS)
    seen = Counter(names[int(assets.subject("soft", rng)[0, 0, 2]) - GREEN[2]] for _ in range(1000))
    for name, weight in {"hair": 2, "fur": 1, "glass": 3}.items():
        assert abs(seen[name] / 1000 - weight / 6) < 0.06


def test_a_flat_folder_has_kinds_by_the_beginnings_of_its_names(tmp_path: Path) -> None:
    assert kind_of(tmp_path / "comb-3-00001.webp", tmp_path) == "comb"
    assert kind_of(tmp_path / "comb" / "deep" / "x.png", tmp_path) == "comb"


def test_soft_subjects_reach_samples_only_where_there_is_a_bank(soft: AssetFolders) -> None:
    def green(folders: AssetFolders) -> int:
        dataset = LayerDataset(folders, GeneratorConfig(subjects={"soft": 0.9, "empty": 0.1}))
        layers = [dataset[Draw((1, i), (48, 48))] for i in range(12)]
        return sum(bool((layer.pha > 0).any()) for layer in layers)

    assert "soft" in GENERATOR.subjects
    assert green(soft) >= 8
    assert green(AssetFolders()) == 0


def test_glass_stays_as_clear_as_it_is_and_nothing_is_repainted(soft: AssetFolders) -> None:
    scene = np.random.default_rng(0).uniform(0, 1, (64, 64, 3)).astype(np.float32)
    assets = Assets(soft, soft_shares={"hair": 1.0, "glass": 3.0})
    clear = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        colour, alpha = draw_subject(rng, scene, assets, {"soft": 1.0})
        # One tone all over, for it had one; a repainted one would have the scene's.
        middle = alpha > 0.9 * alpha.max()
        assert np.median(colour[middle].std(axis=0)) < 0.12
        clear += alpha.max() < 0.5
    assert clear >= 12  # three fifths of 40, less what lies over another or got stray hair
