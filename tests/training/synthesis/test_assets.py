"""Folders of pictures: what is refused before a run, and what is left out during one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import InputError
from bgmatting.imaging.photos import pictures
from bgmatting.training.synthesis.assets import Assets, list_mattes, list_pictures
from bgmatting.training.synthesis.samples import Draw, batches
from bgmatting.training.synthesis.settings import AssetFolders, GeneratorConfig


def test_folders_are_checked(tmp_path, empty_folder) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="no folder"):
        Assets(AssetFolders(people=[tmp_path / "nowhere"]))
    with pytest.raises(InputError, match="no picture"):
        Assets(AssetFolders(backgrounds=[empty_folder]))


def test_mattes_of_unequal_size_are_refused_before_a_run(tmp_path: Path) -> None:
    for part, mode, width in (("fgr", "RGB", 40), ("pha", "L", 41)):
        (tmp_path / part).mkdir()
        Image.new(mode, (width, 30)).save(tmp_path / part / "one.png")
    with pytest.raises(InputError, match=r"40 x 30 pixels but .* 41 x 30"):
        Assets(AssetFolders(mattes=[tmp_path]))


def picture(path: Path, level: int = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (20, 20), level).convert("L" if "pha" in path.parts else "RGB").save(path)
    return path


def test_mattes_are_matched_by_their_place(tmp_path: Path) -> None:
    """Sets of clips call the frames of every clip alike."""
    for clip in ("0000", "0001"):
        for part in ("fgr", "pha"):
            picture(tmp_path / part / clip / f"0000.{'PNG' if part == 'fgr' else 'png'}")
    pairs = list_mattes([tmp_path])
    assert len(pairs) == 2
    assert all(fgr.parent.name == pha.parent.name for fgr, pha in pairs)


def test_a_foreground_alone_is_told(tmp_path: Path, capfd) -> None:  # type: ignore[no-untyped-def]
    for name in ("a", "b", "c"):
        picture(tmp_path / "fgr" / f"{name}.png")
    picture(tmp_path / "pha" / "a.png")
    assert [fgr.name for fgr, _ in list_mattes([tmp_path])] == ["a.png"]
    assert "2 of 3 pictures" in (said := capfd.readouterr().err)
    assert "b.png first" in said


def test_two_alphas_for_one_foreground_are_refused(tmp_path: Path) -> None:
    picture(tmp_path / "fgr" / "a.png")
    for suffix in ("png", "tif"):
        picture(tmp_path / "pha" / f"a.{suffix}")
    with pytest.raises(InputError, match=r"a\.png and a\.tif beside it could both"):
        list_mattes([tmp_path])


def test_what_a_mac_leaves_beside_pictures_is_none(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "._a.png").write_bytes(b"Mac OS X        ")
    (tmp_path / ".thumbnails").mkdir()
    picture(tmp_path / ".thumbnails" / "a.png")
    assert [path.name for path in list_pictures([tmp_path])] == ["a.png"]


def test_photos_of_phones_are_scenes_too(tmp_path: Path) -> None:
    (tmp_path / "IMG_1.HEIC").write_bytes(b"looked at by its name only")
    assert list_pictures([tmp_path])


def test_grey_scenes_of_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 40), 20000, np.uint16)).save(tmp_path / "grey.png")
    assets = Assets(AssetFolders(backgrounds=[tmp_path]))
    assert np.unique(assets.background(np.random.default_rng(0))) == [round(20000 / 257)]


@pytest.fixture
def half_damaged(tmp_path: Path) -> Path:
    """Two photos, of which one breaks off halfway."""
    rng = np.random.default_rng(0)
    for name in ("whole", "damaged"):
        photo = Image.fromarray(rng.integers(0, 255, (200, 200, 3), dtype=np.uint8))
        photo.save(tmp_path / f"{name}.png")
    content = (tmp_path / "damaged.png").read_bytes()
    (tmp_path / "damaged.png").write_bytes(content[: len(content) // 2])
    return tmp_path


def test_a_damaged_picture_is_left_out_and_reported_once(half_damaged: Path, capfd) -> None:  # type: ignore[no-untyped-def]
    assets = Assets(AssetFolders(backgrounds=[half_damaged]))
    whole = np.asarray(Image.open(half_damaged / "whole.png"))
    for seed in range(8):
        assert np.array_equal(assets.background(np.random.default_rng(seed)), whole)
    assert capfd.readouterr().err.count("damaged.png cannot be read and is left out") == 1


def test_a_picture_beyond_the_limit_is_left_out_too(half_damaged: Path, monkeypatch, capfd) -> None:  # type: ignore[no-untyped-def]
    (half_damaged / "damaged.png").unlink()
    Image.new("RGB", (400, 400)).save(half_damaged / "large.png")
    monkeypatch.setattr(pictures, "MAX_MEGAPIXELS", 0.1)
    assets = Assets(AssetFolders(backgrounds=[half_damaged]))
    shapes = {assets.background(np.random.default_rng(seed)).shape for seed in range(8)}
    assert shapes == {(200, 200, 3)}
    assert "large.png cannot be read and is left out" in capfd.readouterr().err
    with pytest.raises(InputError, match=r"large\.png cannot be read"):
        Assets(AssetFolders(people=[half_damaged]))


@pytest.mark.parametrize("workers", [0, 1])
def test_nothing_but_damaged_pictures_is_a_plain_error(half_damaged: Path, workers: int) -> None:
    (half_damaged / "whole.png").unlink()
    drawn = batches(
        AssetFolders(backgrounds=[half_damaged]),
        lambda step: [Draw((step,), (32, 32))],
        workers=workers,
        config=GeneratorConfig(scenes={"photo": 1.0}),
    )
    with pytest.raises(InputError, match=r"^20 pictures in a row cannot be read.*folder$"):
        next(drawn)


def test_alphas_of_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    for name in ("fgr", "pha"):
        (tmp_path / name).mkdir()
    Image.new("RGB", (3, 1), (9, 8, 7)).save(tmp_path / "fgr" / "a.png")
    alpha = np.array([[0, 32896, 65535]], dtype=np.uint16)
    Image.fromarray(alpha).save(tmp_path / "pha" / "a.png")
    assets = Assets(AssetFolders(mattes=[tmp_path]))
    matte = assets.subject("mattes", np.random.default_rng(0))
    assert matte[0, :, 3].tolist() == [0, 128, 255]
