from __future__ import annotations

import cv2
import numpy as np
import pytest

from bgmatting.imaging.arrays import by_bands
from bgmatting.imaging.photos.pair import PhotoPair
from bgmatting.imaging.resampling import shrink
from bgmatting.imaging.result import plate_mismatch
from bgmatting.imaging.result.filling import smooth_fill
from bgmatting.imaging.result.plate_mismatch import measure_mismatch
from bgmatting.imaging.result.upsampling import Settings, Upsampler, edge_band, guided_coefficients

HAIR = (60, 40, 20)


@pytest.fixture
def scene(rng):
    """A textured background, 360 high and 480 wide, as float 0..255."""
    coarse = rng.integers(90, 240, (12, 16, 3)).astype(np.float32)
    fine = rng.normal(0, 8, (360, 480, 3)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (480, 360), interpolation=cv2.INTER_CUBIC) + fine, 0, 255)


def upsampler(source, background, alpha, factor=4, residual=None, settings=None):
    """As if a perfect network had seen the pair at 1 / factor of its size."""
    height, width = source.shape[:2]
    shape = (width // factor, height // factor)
    small = cv2.resize(alpha, shape, interpolation=cv2.INTER_AREA)
    if residual is None:
        residual = np.zeros((*small.shape, 3), dtype=np.float32)
    else:
        residual = cv2.resize(residual, shape, interpolation=cv2.INTER_AREA)
    return Upsampler(
        PhotoPair(source, background),
        PhotoPair(shrink(source, shape), shrink(background, shape)),
        small,
        residual,
        settings,
    )


def foreground(full, alpha, top, bottom):
    """(n, W, 3), 0..255"""
    return full.foreground_planes(alpha, top, bottom).transpose(1, 2, 0)


def cubic(alpha, factor=4):
    height, width = alpha.shape
    small = cv2.resize(alpha, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    return np.clip(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def squared(a, b):
    return float(np.square(a - b).mean())


def slopes(alpha):
    return np.hypot(cv2.Sobel(alpha, -1, 1, 0), cv2.Sobel(alpha, -1, 0, 1))


def residual_of(foreground, source, alpha):
    return (np.float32(foreground) - source) / np.float32(255) * np.ones_like(alpha)[..., None]


def test_hair_gets_finer(scene, strands, laid_over):
    alpha = strands(360, 480)
    source = laid_over(HAIR, scene, alpha)
    background = np.rint(scene).astype(np.uint8)
    fine = upsampler(source, background, alpha, residual=residual_of(HAIR, source, alpha)).alpha()
    coarse = cubic(alpha)
    assert fine.dtype == np.float32
    assert fine.shape == alpha.shape
    assert squared(fine, alpha) < squared(coarse, alpha) / 3
    assert squared(slopes(fine), slopes(alpha)) < squared(slopes(coarse), slopes(alpha)) / 3


@pytest.mark.parametrize(
    "harm",
    [
        lambda plate, rng: plate * 0.85 + 12,
        lambda plate, rng: plate * np.float32([1.1, 1, 0.9]),
        lambda plate, rng: np.roll(plate, 1, axis=1),
        lambda plate, rng: np.roll(plate, (3, -5), axis=(0, 1)),
        lambda plate, rng: plate + rng.normal(0, 12, plate.shape),
        lambda plate, rng: rng.integers(0, 256, plate.shape),
    ],
    ids=["darker", "warmer", "one pixel off", "far off", "noisy", "another scene"],
)
def test_a_plate_that_disagrees_does_no_harm(scene, strands, laid_over, rng, harm):
    alpha = strands(360, 480)
    source = laid_over(HAIR, scene, alpha)
    background = np.clip(harm(scene, rng), 0, 255).astype(np.uint8)
    fine = upsampler(source, background, alpha, residual=residual_of(HAIR, source, alpha)).alpha()
    assert squared(fine, alpha) < squared(cubic(alpha), alpha)


def test_flat_regions_are_exact(scene, disk, laid_over):
    alpha = disk(360, 480, 200, 150, 90)
    source = laid_over(HAIR, scene, alpha)
    fine = upsampler(source, np.rint(scene).astype(np.uint8), alpha).alpha()
    away = cv2.dilate(((alpha > 0) & (alpha < 1)).astype(np.uint8), np.ones((45, 45)))
    assert (fine[(alpha == 0) & (away == 0)] == 0).all()
    assert (fine[(alpha == 1) & (away == 0)] > 1 - 1e-6).all()
    assert fine.min() >= 0
    assert fine.max() <= 1


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_nothing_and_everything(scene, value):
    source = np.rint(scene).astype(np.uint8)
    alpha = np.full((360, 480), value, dtype=np.float32)
    fine = upsampler(source, source, alpha).alpha()
    assert np.abs(fine - value).max() < (1e-6 if value in (0, 1) else 0.02)


def test_nothing_moves(disk, laid_over):
    """A disk's centroid and area stay, whatever the ratio of the sizes."""
    for factor in (2, 4, 5):
        alpha = disk(400, 520, 230, 190, 100)
        grey = np.full((400, 520, 3), 180, dtype=np.float32)
        source = laid_over(HAIR, grey, alpha)
        residual = residual_of(HAIR, source, alpha)
        fine = upsampler(source, grey.astype(np.uint8), alpha, factor, residual).alpha()
        rows, columns = np.mgrid[:400, :520]
        for axis, centre in ((columns, 230), (rows, 190)):
            assert abs((fine * axis).sum() / fine.sum() - centre) < 0.05
        assert fine.sum() == pytest.approx(alpha.sum(), rel=0.01)


def test_soft_mattes_of_the_photos_own_size_gain_too(scene, strands, laid_over):
    alpha = strands(360, 480)
    source = laid_over(HAIR, scene, alpha)
    soft = cv2.GaussianBlur(alpha, (0, 0), 3)
    residual = residual_of(HAIR, source, alpha)
    background = np.rint(scene).astype(np.uint8)
    fine = upsampler(source, background, soft, 1, residual).alpha()
    assert squared(fine, alpha) < squared(soft, alpha) / 2


def test_at_the_photos_own_size_the_network_can_be_taken_at_its_word(scene, rng):
    source = np.rint(scene).astype(np.uint8)
    alpha = rng.random((360, 480), dtype=np.float32)
    residual = rng.uniform(-0.2, 0.2, (360, 480, 3)).astype(np.float32)
    native = upsampler(source, source, alpha, 1, residual, Settings(native=False))
    assert np.abs(native.alpha() - alpha).max() < 1e-6
    rows = foreground(native, alpha[100:140], 100, 140)
    expected = np.clip(source[100:140] + residual[100:140] * 255, 0, 255)
    assert np.abs(rows - expected).max() < 1e-2


class TestForeground:
    def test_is_the_source_where_nothing_is_to_change(self, scene, disk):
        alpha = disk(360, 480, 200, 150, 90)
        source = np.rint(scene).astype(np.uint8)
        full = upsampler(source, np.roll(source, 90, axis=1), alpha)
        inside = cv2.erode(alpha, np.ones((41, 41))) == 1
        rows = foreground(full, full.alpha(), 0, 360)
        assert (rows[inside] == source[inside]).all()

    def test_of_hair_is_hair_coloured(self, scene, strands, laid_over):
        alpha = strands(360, 480)
        source = laid_over(HAIR, scene, alpha)
        background = np.rint(scene).astype(np.uint8)
        full = upsampler(source, background, alpha, residual=residual_of(HAIR, source, alpha))
        rows = foreground(full, full.alpha(), 0, 360)
        partly = (alpha > 0.2) & (alpha < 0.9)
        assert np.abs(rows[partly] - HAIR).mean() < 12
        assert np.abs(source[partly] - np.float32(HAIR)).mean() > 40

    def test_bands_agree_with_the_whole(self, scene, strands, laid_over):
        alpha = strands(360, 480)
        source = laid_over(HAIR, scene, alpha)
        full = upsampler(source, np.rint(scene).astype(np.uint8), alpha)
        fine = full.alpha()
        whole = foreground(full, fine, 0, 360)
        parts = [foreground(full, fine[i : i + 37], i, min(i + 37, 360)) for i in range(0, 360, 37)]
        assert np.abs(np.concatenate(parts) - whole).max() < 1e-3
        assert whole.min() >= 0
        assert whole.max() <= 255


class TestBand:
    def test_is_where_alpha_is_not_flat(self, disk):
        alpha = disk(90, 120, 60, 45, 20)
        band = edge_band(alpha, Settings())
        assert (band[(alpha > 0.1) & (alpha < 0.9)] > 0.9).all()
        assert (band[cv2.erode(alpha, np.ones((15, 15))) == 1] == 0).all()
        assert (band[cv2.dilate(alpha, np.ones((15, 15))) == 0] == 0).all()

    def test_sees_hard_edges(self):
        alpha = np.zeros((20, 20), dtype=np.float32)
        alpha[:, 10:] = 1
        assert (edge_band(alpha, Settings())[:, 9:11] > 0.9).all()


def test_guided_coefficients_solve_the_least_squares(rng):
    """In the middle of windows that all hold one linear law, the law comes back."""
    colour = rng.random((20, 24, 3), dtype=np.float32)
    law = np.float32([0.4, -0.2, 0.3])
    alpha = colour @ law + np.float32(0.1)
    slope, intercept = guided_coefficients(colour, alpha, Settings(epsilon=1e-7))
    assert np.abs(slope[5:-5, 5:-5] - law).max() < 1e-2
    assert np.abs(intercept[5:-5, 5:-5] - 0.1).max() < 1e-2


class TestPlate:
    def test_drift_is_found_and_continued_below_the_subject(self, scene, disk):
        source = np.rint(scene).astype(np.uint8)
        background = np.clip(source.astype(int) - [20, 10, 0], 0, 255).astype(np.uint8)
        alpha = disk(90, 120, 60, 45, 20)
        subject = source.copy()
        subject[cv2.resize(alpha, (480, 360)) > 0] = 0
        small = [shrink(photo, (120, 90)) for photo in (subject, background)]
        plate = measure_mismatch(PhotoPair(subject, background), PhotoPair(*small), alpha)
        assert np.abs(plate.drift - np.float32([20, 10, 0]) / 255).max() < 0.02
        assert plate.variance.max() < 1e-3

    def test_variance_sees_what_averages_out(self, rng, disk):
        noise = rng.normal(128, 25, (2, 360, 480, 3)).clip(0, 255).astype(np.uint8)
        alpha = disk(90, 120, 60, 45, 20)
        small = [shrink(photo, (120, 90)) for photo in noise]
        plate = measure_mismatch(PhotoPair(*noise), PhotoPair(*small), alpha)
        assert np.median(plate.variance) == pytest.approx(6 * (25 / 255) ** 2, rel=0.15)

    def test_no_background_at_all(self, scene):
        source = np.rint(scene).astype(np.uint8)
        small = shrink(source, (120, 90))
        alpha = np.ones((90, 120), dtype=np.float32)
        plate = measure_mismatch(PhotoPair(source, source), PhotoPair(small, small), alpha)
        assert (plate.variance == plate_mismatch.SETTINGS.untrusted).all()
        assert (plate.drift == 0).all()

    @pytest.mark.parametrize("shape", [(1, 1), (1, 7), (33, 20), (64, 64)])
    @pytest.mark.parametrize("channels", [(), (3,)])
    def test_fill_keeps_constants(self, shape, channels):
        weight = np.zeros(shape, dtype=np.float32)
        weight[0, 0] = 1
        filled = smooth_fill(np.full(shape + channels, 0.3, dtype=np.float32), weight, 2.0)
        assert filled.shape == shape + channels
        assert np.abs(filled - 0.3).max() < 1e-4


def test_bands_cover_every_row_once():
    for shape in ((7, 1), (4000, 3000), (300000, 3), (1, 5000)):
        counts = np.zeros(shape[1], dtype=int)

        def work(top, bottom, counts=counts):
            counts[top:bottom] += 1

        by_bands(shape, work)
        assert (counts == 1).all()


def test_failures_in_bands_are_raised():
    def work(top, bottom):
        raise MemoryError("no more")

    with pytest.raises(MemoryError):
        by_bands((4000, 3000), work)
