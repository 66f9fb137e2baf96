"""Pictures with known alpha: read as photos are, and their alpha as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from bgmatting.errors import PhotoError
from bgmatting.imaging.photos.pictures import (
    has_transparency,
    picture_size,
    read_cutout,
    read_grey,
    read_scaled,
)


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (20, 30, 4)).astype(np.uint8)


def lying(image: Image.Image, path: Path) -> Path:
    """Stored as by a camera held upright: turned by 90 degrees, and saying so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    return path


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_all_come_upright(tmp_path, pixels, suffix):
    path = lying(Image.fromarray(pixels), tmp_path / f"a{suffix}")
    assert picture_size(path) == (30, 20)
    assert has_transparency(path)
    np.testing.assert_array_equal(read_cutout(path), pixels)
    path = lying(Image.fromarray(pixels[..., 0]), tmp_path / f"b{suffix}")
    np.testing.assert_array_equal(np.rint(read_grey(path) * 255), pixels[..., 0])
    path = lying(Image.fromarray(pixels[..., :3]), tmp_path / f"c{suffix}")
    np.testing.assert_array_equal(read_scaled(path, 30), pixels[..., :3])
    assert read_scaled(path, 15).shape == (10, 15, 3)


def test_colours_are_brought_to_srgb_and_alpha_is_left(tmp_path, pixels):
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Of a camera without a name, whose green is where sRGB has its red.
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    profile = profile.replace("sRGB".encode("utf-16-be"), "xxxx".encode("utf-16-be"))
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path, icc_profile=bytes(profile))
    read = read_cutout(path)
    np.testing.assert_array_equal(read[..., 3], pixels[..., 3])
    assert np.abs(read[..., :3].astype(int) - pixels[..., [1, 0, 2]]).max() <= 3


def test_a_picture_without_alpha_is_opaque(tmp_path, pixels):
    Image.fromarray(pixels[..., :3]).save(tmp_path / "a.png")
    read = read_cutout(tmp_path / "a.png")
    np.testing.assert_array_equal(read[..., :3], pixels[..., :3])
    assert (read[..., 3] == 255).all()
    assert not has_transparency(tmp_path / "a.png")


def test_grey_of_sixteen_bits_keeps_them(tmp_path):
    values = np.array([[0, 1, 32896, 65535]], dtype=np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png")
    np.testing.assert_array_equal(np.rint(read_grey(tmp_path / "a.png") * 65535), values)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_map_may_lie_in_the_transparency(tmp_path, pixels, mode):
    """Of pictures that are white all over, as some programs save alpha."""
    alpha = Image.fromarray(pixels[..., 3])
    white = Image.new("RGB" if mode == "RGBA" else "L", alpha.size, "white")
    white.putalpha(alpha)
    assert white.mode == mode
    white.save(tmp_path / "a.png")
    np.testing.assert_array_equal(np.rint(read_grey(tmp_path / "a.png") * 255), pixels[..., 3])


def test_a_map_may_lie_in_both(tmp_path, pixels):
    alpha = Image.fromarray(pixels[..., 3])
    Image.merge("RGBA", [alpha] * 4).save(tmp_path / "a.png")
    np.testing.assert_array_equal(np.rint(read_grey(tmp_path / "a.png") * 255), pixels[..., 3])


def test_a_map_that_is_opaque_is_in_its_shades(tmp_path, pixels):
    alpha = Image.fromarray(pixels[..., 3])
    opaque = Image.new("L", alpha.size, 255)
    Image.merge("RGBA", [alpha, alpha, alpha, opaque]).save(tmp_path / "a.png")
    np.testing.assert_array_equal(np.rint(read_grey(tmp_path / "a.png") * 255), pixels[..., 3])


def test_two_maps_in_one_picture_are_refused(tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with pytest.raises(PhotoError, match=r"a\.png has shades and a transparency that differ"):
        read_grey(tmp_path / "a.png")


@pytest.mark.parametrize("read", [picture_size, read_cutout, read_grey])
def test_messages_name_the_folder_too(tmp_path, read):
    path = tmp_path / "anna" / "src.png"
    path.parent.mkdir()
    path.write_text("no picture")
    with pytest.raises(PhotoError, match=r"anna/src\.png"):
        read(path)
