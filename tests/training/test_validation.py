"""Validation: sets of their own, out of pictures that no training draws."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from bgmatting.model import MattingNetwork
from bgmatting.training.synthesis.assets import Assets
from bgmatting.training.synthesis.capture import Pair
from bgmatting.training.synthesis.holdout import held_out
from bgmatting.training.synthesis.settings import SETTINGS, AssetFolders
from bgmatting.training.validation import Score, ValidationSet

CPU = torch.device("cpu")


@pytest.fixture
def many(tmp_path: Path) -> AssetFolders:
    """Ten pictures of each kind; those of a kind differ in nothing but their red."""
    for i in range(10):
        subject = Image.new("RGBA", (40, 40), (20 * i, 120, 90, 0))
        ImageDraw.Draw(subject).ellipse((5, 5, 35, 35), fill=(20 * i, 120, 90, 255))
        pictures = {
            "people": subject,
            "objects": subject,
            "mattes/fgr": subject.convert("RGB"),
            "mattes/pha": subject.getchannel("A"),
            "backgrounds": subject.convert("RGB"),
            "textures": subject.convert("RGB"),
        }
        for name, picture in pictures.items():
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            picture.save(tmp_path / name / f"{name[:2]}-{i}.png")
    kinds = ("people", "objects", "mattes", "backgrounds", "textures")
    return AssetFolders(**{kind: [tmp_path / kind] for kind in kinds})


def test_about_one_in_so_many_is_held_out_by_its_name_alone() -> None:
    files = [Path(f"here/{i:04}.png") for i in range(4000)]
    held = held_out(files)
    expected = 4000 / SETTINGS.held_out
    assert 0.7 * expected < len(held) < 1.3 * expected
    moved = {Path("there") / f"{file.stem}.webp" for file in held}
    assert held_out([Path("there") / f"{file.stem}.webp" for file in files]) == moved
    fewer = held_out(files[:2000])
    assert fewer == held & set(files[:2000])
    assert held_out([(file, Path("pha") / file.name) for file in files]) == {
        (file, Path("pha") / file.name) for file in held
    }


@pytest.mark.parametrize("start", range(0, 1000, 100))
def test_each_folder_with_enough_pictures_holds_some_out_and_none_holds_out_all(
    start: int,
) -> None:
    enough = SETTINGS.least_pictures
    files = [Path(f"{folder}/{start + i}.png") for folder in "ab" for i in range(enough)]
    held = held_out(files)
    assert {file.parent for file in held} == {Path("a"), Path("b")}
    assert len(held) < enough
    assert held_out(files[1 - enough :]) == set()


def test_every_picture_is_either_trained_on_or_held_out(many: AssetFolders) -> None:
    training, held, both = (Assets(many, part) for part in ("training", "held out", "all"))
    for kind in ("people", "objects", "mattes", "backgrounds", "textures"):
        ours, theirs = getattr(training, kind), getattr(held, kind)
        assert theirs, kind
        assert len(ours) > len(theirs)
        assert sorted(ours + theirs) == sorted(getattr(both, kind))


def test_each_kind_of_subject_has_its_set_in_both_conditions(many: AssetFolders) -> None:
    whole = ValidationSet.draw(many, CPU, 16, 32)
    kinds = ("people", "objects", "mattes", "drawn")
    assert set(whole.batches) == {(k, c) for k in kinds for c in ("clean", "disturbed")}
    assert all(sum(len(p.src) for p in pairs) == 2 for pairs in whole.batches.values())
    large = ValidationSet.draw(AssetFolders(), CPU, 24, 32)
    assert [len(p.src) for p in large.batches["drawn", "clean"]] == [8, 4]
    for kind in kinds:
        clean, disturbed = (whole.batches[kind, c][0] for c in ("clean", "disturbed"))
        outside = clean.pha.expand(-1, 3, -1, -1) == 0
        assert torch.allclose(clean.src[outside], clean.bgr[outside], atol=1e-6)
        assert not torch.allclose(disturbed.src[outside], disturbed.bgr[outside], atol=1e-3)


def test_the_sets_show_held_out_pictures_only(
    many: AssetFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: set[Path] = set()
    choose = Assets._draw

    def noting(self, entries, decode, rng):  # type: ignore[no-untyped-def]
        drawn.update(entry if isinstance(entry, Path) else entry[0] for entry in entries)
        return choose(self, entries, decode, rng)

    monkeypatch.setattr(Assets, "_draw", noting)
    ValidationSet.draw(many, CPU, 48, 32)
    training = Assets(many, "training")
    trained = {*training.people, *training.objects, *training.backgrounds, *training.textures}
    trained |= {fgr for fgr, _ in training.mattes}
    assert {file.parent.name for file in drawn} >= {"people", "objects", "fgr"}
    assert not drawn & trained


def test_scores_are_of_all_pixels_and_of_the_fractional_ones() -> None:
    class Off(MattingNetwork):
        """Says that alpha is .25 where it is .5, and is right elsewhere."""

        def matte(self, src, bgr):  # type: ignore[no-untyped-def]
            pha = src[:, :1]
            return torch.where(pha == 0.5, 0.25, pha), src, pha

    pha = torch.zeros(2, 1, 4, 5)
    pha[0, :, 0], pha[1, :, 0, 0] = 0.5, 0.75
    soft = Pair(pha.expand(-1, 3, -1, -1), pha.expand(-1, 3, -1, -1), pha, pha)
    hard = Pair(*(part.round() * 0 for part in soft))
    network = Off("mobilenetv2").train()
    scores = ValidationSet({("a", "clean"): [soft, hard], ("b", "clean"): [hard]}).score(network)
    assert scores == [
        Score("a", "clean", pytest.approx(1e3 * 5 * 0.25 / 80), pytest.approx(1e3 * 5 * 0.25 / 6)),
        Score("b", "clean", 0, None),
    ]
    assert network.training
    assert scores[0].entries().keys() == {"a_clean", "a_clean_fractional"}
    assert scores[1].entries() == {"b_clean": 0}
