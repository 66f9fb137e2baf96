from __future__ import annotations

import zipfile

import numpy as np
import pytest
from PIL import Image

from bgmatting import Matter
from bgmatting.demo import results
from bgmatting.demo.files import Store, safe_stem
from bgmatting.demo.heat import FULL, heat
from bgmatting.demo.results import IMAGES, reduced, write_all, write_archive


@pytest.fixture(scope="module")
def matte(pair):
    return Matter.from_pretrained("mobilenetv2")(*pair)


@pytest.fixture
def small_previews(monkeypatch):
    monkeypatch.setattr(results, "PREVIEW_SIDE", 100)


def _pixels(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def test_files_hold_what_the_matte_says(matte, tmp_path):
    result = write_all(matte, tmp_path, "disc")
    for kind in IMAGES:
        np.testing.assert_array_equal(_pixels(result.file(kind)), np.asarray(matte.image(kind)))
    deep = _pixels(result.file("alpha-16bit"))
    np.testing.assert_array_equal(deep, np.asarray(matte.image("alpha", bits=16)))
    assert all(path.name.startswith("disc-") for path in tmp_path.iterdir())


def test_small_photos_are_their_own_preview(matte, tmp_path):
    result = write_all(matte, tmp_path, "disc")
    assert result.preview("cutout") == result.file("cutout")


def test_large_photos_get_smaller_previews(matte, tmp_path, small_previews):
    result = write_all(matte, tmp_path, "disc")
    for kind in (*IMAGES, "source", "background", "heat"):
        assert _pixels(result.preview(kind)).shape[:2] == (75, 100)
    assert _pixels(result.file("cutout")).shape == (180, 240, 4)


def test_a_reduced_cutout_keeps_its_colour_up_to_its_edge(small_previews):
    cutout = np.zeros((150, 150, 4), dtype=np.uint8)
    cutout[20:97, 31:110] = (250, 120, 10, 255)  # black beyond, as cut-outs are
    small = reduced(cutout)
    alpha = small[..., 3]
    assert {0, 255} < set(np.unique(alpha).tolist())
    visible = alpha > 0
    assert np.abs(small[visible][:, :3].astype(int) - (250, 120, 10)).max() <= 1


def test_the_archive_holds_every_full_size_file(matte, tmp_path):
    result = write_all(matte, tmp_path, "disc")
    with zipfile.ZipFile(write_archive(result)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {f"disc-{kind}.png" for kind in (*IMAGES, "alpha-16bit")}
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / name).read_bytes()


def test_heat_is_grey_without_error_and_brighter_with_more():
    levels = np.linspace(0, FULL, 40, dtype=np.float32)[None].repeat(2, axis=0)
    photo = np.full((2, 40, 3), (40, 160, 90), dtype=np.uint8)
    painted = heat(levels, photo)[0].astype(int)
    assert len(set(painted[0])) == 1
    lightness = painted @ (0.21, 0.72, 0.07)
    assert (np.diff(lightness)[2:] > 0).all()
    assert (np.ptp(painted[3:], axis=1) > 20).all()  # colour, not grey, as soon as there is any
    np.testing.assert_array_equal(heat(levels * 0 + 1, photo), heat(levels * 0 + FULL, photo))


def test_folders_are_new_and_old_ones_go(monkeypatch, tmp_path):
    import os

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    store = Store()
    old = store.new_folder()
    (old / "a.png").write_bytes(b"")
    store.register(old)
    assert set(store.files) == {str(old / "a.png")}
    os.utime(old, (0, 0))
    new = store.new_folder()
    assert new.is_dir()
    assert new != old
    assert not old.exists()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("IMG_0042.JPG", "IMG_0042"),
        ("my photo (1).png", "my-photo-1"),
        ("Füße.heic", "Füße"),
        ("....png", "photo"),
        ("a" * 300 + ".png", "a" * 60),
    ],
)
def test_results_are_called_after_the_photo(name, stem):
    assert safe_stem(f"/tmp/x/{name}") == stem
