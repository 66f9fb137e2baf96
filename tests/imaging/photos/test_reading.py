from __future__ import annotations

import contextlib
import struct
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageCms

from bgmatting.errors import InputError, PhotoError
from bgmatting.imaging import read_photo


@pytest.fixture
def pixels():
    """A photo without symmetries, 24 high and 32 wide."""
    rows, columns = np.mgrid[:24, :32]
    return np.stack([rows * 10, columns * 7, 255 - rows * 5], axis=2).astype(np.uint8)


@pytest.fixture
def photo(pixels):
    return Image.fromarray(pixels)


def close(got, expected, tolerance=1):
    assert got.shape == expected.shape
    assert got.dtype == np.uint8
    assert np.abs(got.astype(int) - expected).max() <= tolerance


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "gif", "webp"])
def test_lossless_formats_arrive_exactly(tmp_path, photo, pixels, suffix):
    path = tmp_path / f"photo.{suffix}"
    if suffix == "gif":
        photo = photo.quantize(64)
        pixels = np.asarray(photo.convert("RGB"))
    photo.save(path, **({"lossless": True} if suffix == "webp" else {}))
    for given_as in (path, str(path), Image.open(path)):
        close(read_photo(given_as), pixels, 0)


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif"])
def test_lossy_formats(tmp_path, photo, pixels, suffix):
    path = tmp_path / f"photo.{suffix}"
    if f".{suffix}" not in Image.registered_extensions():
        pytest.skip("this Pillow cannot write it")
    photo.save(path, quality=100)
    close(read_photo(path), pixels, 40)


def test_result_is_contiguous_and_own_memory(tmp_path, photo):
    photo.save(tmp_path / "a.png")
    result = read_photo(tmp_path / "a.png")
    assert result.flags.c_contiguous
    result[:] = 0
    assert photo.getpixel((5, 5)) != (0, 0, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_exif_orientation(tmp_path, photo, pixels, orientation, suffix):
    # What a camera stores, held as `orientation` says, so that it comes out upright.
    stored = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, 1),
        7: np.rot90(pixels, 2).transpose(1, 0, 2),
        8: np.rot90(pixels, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"photo.{suffix}"
    options = {"webp": {"lossless": True}, "jpg": {"quality": 100, "subsampling": 0}}
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, **options.get(suffix, {}))
    close(read_photo(path), pixels, 12 if suffix == "jpg" else 0)
    close(read_photo(Image.open(path)), pixels, 12 if suffix == "jpg" else 0)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16"])
def test_uncompressed_tiff_that_lies_on_its_side(tmp_path, pixels, mode, orientation):
    if mode == "I;16":
        stored = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    else:
        stored = Image.fromarray(pixels).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.tif", exif=exif)
    turn = {
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }[orientation]
    expected = np.asarray(Image.fromarray(read_photo(stored)).transpose(turn))
    close(read_photo(tmp_path / "a.tif"), expected, 0)
    with Image.open(tmp_path / "a.tif") as image:
        close(read_photo(image), expected, 0)


def test_an_image_decoded_when_used_may_be_used_by_many(tmp_path, rng):
    """As one background for several photos at once; each decodes what none has decoded yet."""
    noise = rng.integers(0, 256, (900, 900, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    for _ in range(4):
        image = Image.open(tmp_path / "a.png")
        with ThreadPoolExecutor(4) as pool:
            for read in pool.map(lambda _, image=image: read_photo(image), range(4)):
                close(read, noise, 0)


def test_unknown_orientation_is_ignored(tmp_path, photo, pixels):
    exif = Image.Exif()
    exif[0x0112] = 99
    photo.save(tmp_path / "a.png", exif=exif)
    close(read_photo(tmp_path / "a.png"), pixels, 0)


def test_pil_image_is_left_as_it_was(photo):
    before = photo.tobytes(), photo.mode, photo.size
    read_photo(photo)
    assert (photo.tobytes(), photo.mode, photo.size) == before


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "YCbCr", "HSV"])
def test_modes(photo, mode):
    image = photo.convert(mode)
    close(read_photo(image), np.asarray(image.convert("RGB")), 0)


def test_lab(photo, pixels):
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    # Lab of 8 bits is coarse, and wider than sRGB.
    assert np.abs(read_photo(to_lab.apply(photo)).astype(int) - pixels).mean() < 6


def test_transparency_is_flattened_onto_white():
    image = Image.new("RGBA", (20, 20), (200, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 10, 20))
    image.putpixel((15, 15), (0, 0, 0, 51))
    result = read_photo(image)
    assert tuple(result[0, 0]) == (255, 255, 255)
    assert tuple(result[0, 15]) == (200, 0, 0)
    close(result[15, 15], np.array([204, 204, 204]))


def test_palette_with_transparency(tmp_path):
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.paste(0, (0, 0, 10, 20))
    image.save(tmp_path / "a.png", transparency=0)
    result = read_photo(tmp_path / "a.png")
    assert tuple(result[0, 0]) == (255, 255, 255)
    assert tuple(result[0, 15]) == (10, 20, 30)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_grey_16_bit_is_scaled_not_clipped(tmp_path, suffix):
    ramp = np.linspace(0, 65535, 32 * 32).round().astype(np.uint16).reshape(32, 32)
    Image.fromarray(ramp).save(tmp_path / f"a.{suffix}")
    result = read_photo(tmp_path / f"a.{suffix}")
    close(result[..., 0], np.rint(ramp / 257).astype(int), 0)
    assert (result[..., 0] == result[..., 2]).all()


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_rgb_16_bit(tmp_path, pixels, suffix):
    import cv2

    path = tmp_path / f"a.{suffix}"
    cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR).astype(np.uint16) * 257)
    close(read_photo(path), pixels)


def test_32_bit_and_float_pixels_are_refused(tmp_path):
    Image.fromarray(np.full((20, 20), 70000, dtype=np.int32)).save(tmp_path / "deep.tif")
    with pytest.raises(PhotoError, match="32 bits"):
        read_photo(tmp_path / "deep.tif")
    Image.fromarray(np.zeros((20, 20), dtype=np.float32)).save(tmp_path / "float.tif")
    with pytest.raises(PhotoError, match=r"float\.tif has pixels of kind 'F'.*8-bit or 16-bit"):
        read_photo(tmp_path / "float.tif")


def wide_profile():
    """An RGB profile whose red and green are swapped: easy to see whether it was applied."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    for i in range(count):
        at = 132 + 12 * i
        swapped = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(bytes(profile[at : at + 4]))
        if swapped:
            profile[at : at + 4] = swapped
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "odd1".encode("utf-16-be"))


def test_embedded_profile_is_converted(tmp_path, photo, pixels):
    photo.save(tmp_path / "a.png", icc_profile=wide_profile())
    close(read_photo(tmp_path / "a.png"), pixels[..., [1, 0, 2]], 3)


def test_srgb_profile_changes_nothing(tmp_path, photo, pixels):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo.save(tmp_path / "a.png", icc_profile=profile)
    close(read_photo(tmp_path / "a.png"), pixels, 0)


@pytest.mark.parametrize("profile", [b"nonsense", wide_profile()[:200], b"\0" * 4096])
def test_broken_profile_is_ignored(tmp_path, photo, pixels, profile):
    photo.save(tmp_path / "a.png", icc_profile=profile)
    close(read_photo(tmp_path / "a.png"), pixels, 0)


def test_profile_of_another_kind_of_colour_is_ignored(tmp_path, photo):
    grey = photo.convert("L")
    grey.save(tmp_path / "a.jpg", icc_profile=wide_profile())
    assert read_photo(tmp_path / "a.jpg").shape == (24, 32, 3)


def smooth_photo():
    rows, columns = np.mgrid[:64, :96]
    return np.stack([rows * 3, columns * 2, 255 - rows - columns], axis=2).astype(np.uint8)


@pytest.mark.parametrize("orientation", [1, 6])
def test_heic(tmp_path, orientation):
    pillow_heif = pytest.importorskip("pillow_heif")
    pixels = smooth_photo()
    stored = np.ascontiguousarray(np.rot90(pixels)) if orientation == 6 else pixels
    exif = Image.Exif()
    exif[0x0112] = orientation
    heif = pillow_heif.from_pillow(Image.fromarray(stored))
    try:
        heif.save(tmp_path / "IMG_1.HEIC", quality=100, exif=exif.tobytes())
    except RuntimeError as error:
        pytest.skip(f"no HEIC encoder here: {error}")
    close(read_photo(tmp_path / "IMG_1.HEIC"), pixels, 24)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tif"])
def test_first_frame_of_an_animation(tmp_path, suffix):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    path = tmp_path / f"a.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    image = Image.open(path)
    image.seek(2)
    close(read_photo(path)[10, 10], np.array([255, 0, 0]), 2)
    close(read_photo(image)[10, 10], np.array([255, 0, 0]), 2)


class TestArrays:
    def test_rgb_is_taken_as_it_is(self, pixels):
        assert np.shares_memory(read_photo(pixels), pixels)

    def test_views_become_contiguous(self, pixels):
        result = read_photo(pixels[:, ::-1])
        assert result.flags.c_contiguous
        close(result, pixels[:, ::-1], 0)

    def test_grey(self, pixels):
        close(read_photo(pixels[..., 0]), pixels[..., [0, 0, 0]], 0)
        close(read_photo(pixels[..., :1]), pixels[..., [0, 0, 0]], 0)

    def test_rgba(self, pixels):
        alpha = np.full((*pixels.shape[:2], 1), 255, dtype=np.uint8)
        alpha[:5] = 0
        result = read_photo(np.concatenate([pixels, alpha], axis=2))
        assert (result[:5] == 255).all()
        close(result[5:], pixels[5:], 0)

    @pytest.mark.parametrize("dtype", [np.float32, np.uint16, bool])
    def test_other_dtypes(self, pixels, dtype):
        with pytest.raises(InputError, match=r"the source is an array.*expected uint8"):
            read_photo(pixels.astype(dtype), role="source")

    @pytest.mark.parametrize("shape", [(20,), (20, 20, 2), (3, 20, 20), (1, 20, 20, 3)])
    def test_other_shapes(self, shape):
        with pytest.raises(InputError, match=r"expected \(height, width, 3\)"):
            read_photo(np.zeros(shape, dtype=np.uint8))

    @settings(max_examples=25, deadline=None)
    @given(arrays.arrays(np.uint8, st.tuples(st.integers(16, 40), st.integers(16, 40))))
    def test_any_grey_array(self, grey):
        assert (read_photo(grey) == grey[..., None]).all()


class TestRefusals:
    def test_missing(self, tmp_path):
        with pytest.raises(PhotoError, match=r"there is no file .*gone\.jpg"):
            read_photo(tmp_path / "gone.jpg")

    def test_folder(self, tmp_path):
        with pytest.raises(PhotoError, match="is a folder"):
            read_photo(tmp_path)

    def test_null_byte(self):
        with pytest.raises(PhotoError):
            read_photo("a\0b.jpg")

    def test_empty(self, tmp_path):
        (tmp_path / "a.jpg").touch()
        with pytest.raises(PhotoError, match=r"a\.jpg is empty \(0 bytes\)"):
            read_photo(tmp_path / "a.jpg")

    @pytest.mark.parametrize(
        "content", [b"hello, world", b"%PDF-1.7 ...", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>"]
    )
    def test_not_a_photo(self, tmp_path, content):
        (tmp_path / "a.jpg").write_bytes(content * 20)
        with pytest.raises(PhotoError, match=r"a\.jpg is not a photo.*expected JPEG, PNG"):
            read_photo(tmp_path / "a.jpg")

    def test_drawings_are_never_run(self, tmp_path, photo):
        photo.save(tmp_path / "a.eps")
        with pytest.raises(PhotoError, match="not a photo"):
            read_photo(tmp_path / "a.eps")

    @pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "bmp"])
    @pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
    def test_truncated(self, tmp_path, rng, suffix, share):
        noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        path = tmp_path / f"a.{suffix}"
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        with pytest.raises(PhotoError, match=rf"a\.{suffix} is (damaged|not a photo)"):
            read_photo(path)

    def test_truncated_heic(self, tmp_path):
        pillow_heif = pytest.importorskip("pillow_heif")
        try:
            pillow_heif.from_pillow(Image.fromarray(smooth_photo())).save(tmp_path / "a.heic")
        except RuntimeError as error:
            pytest.skip(f"no HEIC encoder here: {error}")
        content = (tmp_path / "a.heic").read_bytes()
        (tmp_path / "a.heic").write_bytes(content[: len(content) * 2 // 3])
        with pytest.raises(PhotoError, match=r"a\.heic is (damaged|not a photo)"):
            read_photo(tmp_path / "a.heic")

    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_damaged_anywhere(self, data, tmp_path_factory):
        """Whatever is broken in a file, it is read or refused, in no other way."""
        path = tmp_path_factory.mktemp("damaged") / "a.png"
        suffix = data.draw(st.sampled_from(["png", "jpg", "tif", "gif", "webp", "bmp"]))
        path = path.with_suffix(f".{suffix}")
        Image.fromarray(smooth_photo()).save(path)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(content) - 1))
            content[at] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(PhotoError):
                assert read_photo(path).dtype == np.uint8

    def test_pixel_limit_is_checked_before_decoding(self, tmp_path):
        # A header that promises 30,000 x 30,000 pixels, and nothing behind it.
        header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
        chunk = b"IHDR" + header
        content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
        content += struct.pack(">I", zlib.crc32(chunk)) + struct.pack(">I", 0) + b"IDAT\0\0\0\0"
        (tmp_path / "bomb.png").write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(PhotoError, match=r"30000 x 30000, 900\.0 megapixels.*limit is 100"):
                read_photo(tmp_path / "bomb.png")

    def test_limit_can_be_set(self, tmp_path, photo):
        photo.save(tmp_path / "a.png")
        with pytest.raises(PhotoError, match=r"limit is 0\.0005"):
            read_photo(tmp_path / "a.png", max_megapixels=0.0005)
        with pytest.raises(PhotoError, match="the background is 32 x 24"):
            read_photo(np.asarray(photo), max_megapixels=0.0005, role="background")

    def test_pillows_own_limit_neither_shows_nor_changes(self, tmp_path, photo, monkeypatch):
        photo.save(tmp_path / "a.png")
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read_photo(tmp_path / "a.png").shape == (24, 32, 3)
        assert Image.MAX_IMAGE_PIXELS == 10

    @pytest.mark.parametrize("size", [(15, 40), (40, 15), (1, 1)])
    def test_tiny(self, tmp_path, size):
        Image.new("RGB", size).save(tmp_path / "a.png")
        with pytest.raises(PhotoError, match="at least 16 on each side"):
            read_photo(tmp_path / "a.png")

    def test_raw_files(self, tmp_path, photo):
        photo.save(tmp_path / "a.tif", tiffinfo={50706: b"\1\4\0\0"})
        (tmp_path / "a.tif").rename(tmp_path / "a.DNG")
        with pytest.raises(PhotoError, match=r"raw file: develop it"):
            read_photo(tmp_path / "a.DNG")

    def test_dng_under_another_name(self, tmp_path, photo):
        photo.save(tmp_path / "a.tif", tiffinfo={50706: b"\1\4\0\0"})
        with pytest.raises(PhotoError, match=r"raw file: develop it"):
            read_photo(tmp_path / "a.tif")

    @pytest.mark.parametrize("thing", [None, 3, b"bytes", ["a.jpg"]])
    def test_other_types(self, thing):
        with pytest.raises(InputError, match=r"the source is an? .*expected a path"):
            read_photo(thing, role="source")

    def test_messages_do_not_tell_the_folder(self, tmp_path):
        (tmp_path / "a.jpg").write_bytes(b"no photo")
        with pytest.raises(PhotoError) as refused:
            read_photo(tmp_path / "a.jpg")
        assert str(tmp_path) not in str(refused.value)


def test_many_threads(tmp_path, photo, pixels):
    photo.save(tmp_path / "a.png")
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(read_photo(tmp_path / "a.png")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all((result == pixels).all() for result in results)
