"""Colours that a file describes without a profile, or with one that bears a false name."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from bgmatting.imaging import read_photo
from bgmatting.imaging.photos.colour_tags import KEY, CodePoints, profile_bytes
from bgmatting.imaging.photos.icc import CURVES, PRIMARIES, SRGB_CURVE, gamma_curve, profile_of

SRGB, P3, BT2020 = PRIMARIES[1], PRIMARIES[12], PRIMARIES[9]


@pytest.fixture
def pixels() -> np.ndarray:
    """All hues and shades, 30 high and 40 wide."""
    return np.random.default_rng(0).integers(0, 256, (30, 40, 3)).astype(np.uint8)


def xyz_of(primaries) -> np.ndarray:
    """Linear RGB -> XYZ, from the primaries' definition."""
    points = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T  # columns
    return points[:, :3] * np.linalg.solve(points[:, :3], points[:, 3])


def expected_srgb(pixels, primaries, linear) -> np.ndarray:
    """By arithmetic: to light, to sRGB's primaries (of the same white), clipped, to its curve."""
    light = linear(pixels / 255) @ (np.linalg.inv(xyz_of(SRGB)) @ xyz_of(primaries)).T
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255


def with_chunks(path, *chunks) -> None:
    """Chunks put right after a PNG file's header."""
    content = path.read_bytes()
    new = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    path.write_bytes(content[:33] + new + content[33:])


def cicp(primaries: int, transfer: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes([primaries, transfer, 0, 1])


def near(got, expected, mean=0.6, most=4) -> None:
    distance = np.abs(got.astype(float) - expected)
    assert distance.mean() < mean
    assert np.percentile(distance, 99.5) <= most


@pytest.mark.parametrize("name", ["sRGB IEC61966-2.1", "Linear sRGB", "Display P3"])
@pytest.mark.parametrize(
    ("primaries", "curve"), [(P3, SRGB_CURVE), (SRGB, gamma_curve(1.0)), (SRGB, SRGB_CURVE)]
)
def test_a_profile_is_believed_whatever_it_calls_itself(tmp_path, pixels, name, primaries, curve):
    profile = profile_of(primaries, curve)
    assert profile.count(b"bgmatting\0") == 1
    at = profile.index(b"bgmatting\0")
    named = name.encode()[:9].ljust(9) + b"\0"
    profile = profile[:at] + named + profile[at + 10 :]
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile)
    near(read_photo(tmp_path / "a.png"), expected_srgb(pixels, primaries, curve))


@pytest.mark.parametrize("code", sorted(PRIMARIES))
def test_grey_stays_grey_in_every_profile(code):
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 16, axis=1)  # 256, 16
    image = Image.fromarray(np.stack([greys] * 3, axis=2))
    image.info["icc_profile"] = profile_of(PRIMARIES[code], SRGB_CURVE)
    assert np.abs(read_photo(image).astype(int) - greys[..., None]).max() <= 1


@pytest.mark.parametrize("code", [9, 12])
def test_png_code_points(tmp_path, pixels, code):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with_chunks(tmp_path / "a.png", cicp(code, 13))
    near(read_photo(tmp_path / "a.png"), expected_srgb(pixels, PRIMARIES[code], SRGB_CURVE))


def test_png_code_points_go_before_a_profile(tmp_path, pixels):
    profile = profile_of(BT2020, gamma_curve(1.0))
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile)
    with_chunks(tmp_path / "a.png", cicp(1, 13))
    np.testing.assert_array_equal(read_photo(tmp_path / "a.png"), pixels)


def chrm(primaries) -> tuple[bytes, bytes]:
    red, green, blue, white = primaries
    values = [round(v * 100000) for point in (white, red, green, blue) for v in point]
    return b"cHRM", struct.pack(">8I", *values)


def gama(value: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(value * 100000))


def test_png_gamma_and_chromaticities(tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with_chunks(tmp_path / "a.png", gama(1.0), chrm(P3))
    near(read_photo(tmp_path / "a.png"), expected_srgb(pixels, P3, gamma_curve(1.0)))


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(0.45455), chrm(SRGB)],  # how old programs say sRGB
        [(b"sRGB", b"\0"), gama(1.0)],  # sRGB goes first
        [gama(0.0)],
        [gama(40000.0)],
        [chrm(((0.3, 0.3), (0.3, 0.3), (0.3, 0.3), (0.3, 0.3)))],
        [chrm(((0.3, 0.0), (0.1, 0.2), (0.5, 0.2), (0.3, 0.3)))],
        [cicp(1, 1)],
        [cicp(2, 2)],
        [cicp(200, 201)],
    ],
)
def test_what_says_srgb_or_nonsense_changes_nothing(tmp_path, pixels, chunks):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with_chunks(tmp_path / "a.png", *chunks)
    np.testing.assert_array_equal(read_photo(tmp_path / "a.png"), pixels)


def with_nclx(path, primaries: int, transfer: int) -> None:
    """An AVIF file that says these code points; Pillow writes a colr box of its own."""
    content = path.read_bytes()
    at = content.index(b"colrnclx") + 8
    path.write_bytes(content[:at] + struct.pack(">HH", primaries, transfer) + content[at + 4 :])


@pytest.mark.parametrize("code", [9, 12])
def test_avif_code_points(tmp_path, code):
    rows, columns = np.mgrid[:64, :96]
    smooth = np.stack([rows * 3, columns * 2, 255 - rows - columns], axis=2).astype(np.uint8)
    path = tmp_path / "a.avif"
    if ".avif" not in Image.registered_extensions():
        pytest.skip("this Pillow cannot write it")
    Image.fromarray(smooth).save(path, quality=100, subsampling="4:4:4")
    plain = read_photo(path)
    with_nclx(path, code, 13)
    near(read_photo(path), expected_srgb(plain, PRIMARIES[code], SRGB_CURVE))


@pytest.mark.parametrize(("primaries", "transfer"), [(12, 13), (9, 18), (9, 16), (1, 13)], ids=str)
def test_heic_code_points(tmp_path, primaries, transfer):
    pillow_heif = pytest.importorskip("pillow_heif")
    rows, columns = np.mgrid[:64, :96]
    smooth = np.stack([rows * 3, columns * 2, 255 - rows - columns], axis=2).astype(np.uint8)
    heif = pillow_heif.from_pillow(Image.fromarray(smooth))
    options = {
        "color_primaries": primaries,
        "transfer_characteristics": transfer,
        "save_nclx_profile": True,
    }
    try:
        heif.save(tmp_path / "plain.heic", quality=100, chroma=444)
        heif.save(tmp_path / "a.heic", quality=100, chroma=444, **options)
    except RuntimeError as error:
        pytest.skip(f"no HEIC encoder here: {error}")
    plain = read_photo(tmp_path / "plain.heic")
    curve = CURVES.get(transfer, SRGB_CURVE)
    expected = expected_srgb(plain, PRIMARIES[primaries], lambda v: np.minimum(curve(v), 1))
    near(read_photo(tmp_path / "a.heic"), expected, mean=1.5, most=8)


def test_hdr_white_is_white():
    """Diffuse white of both HDR signals, as BT.2408 has it: 58 % of PQ, 75 % of HLG."""
    for transfer, value in ((16, 0.5807), (18, 0.75)):
        assert CURVES[transfer](np.array(value)) == pytest.approx(1, abs=0.01)


def test_no_tags_no_profile(pixels):
    assert profile_bytes(Image.fromarray(pixels)) is None
    image = Image.fromarray(pixels)
    image.info[KEY] = CodePoints(12, 13)
    assert profile_bytes(image) is not None
