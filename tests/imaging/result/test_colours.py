"""Colours that come out: their depth, what lies under alpha 0, and the background in them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image
from support.png import read_png

from bgmatting.errors import InputError
from bgmatting.imaging.result.bleeding import continued

RED = np.float32([220, 30, 30])


@pytest.fixture
def matte(rng, disk, laid_over, oracle):
    """A red disk before blue noise, 96 x 81, its edge some pixels soft."""
    return drawn(rng, laid_over, oracle, cv2.GaussianBlur(disk(81, 96, 45, 38, 22), (0, 0), 1.5))


@pytest.fixture
def sharp(rng, disk, laid_over, oracle):
    """The same, its edge one pixel wide."""
    return drawn(rng, laid_over, oracle, disk(81, 96, 45, 38, 22))


def drawn(rng, laid_over, oracle, alpha):
    background = np.stack([rng.integers(0, n, (81, 96)) for n in (40, 60, 220)], axis=2)
    # Where the subject is not, a network's foreground is whatever.
    foreground = np.where(alpha[..., None] > 0, RED, background) / 255
    source = laid_over(RED, background, alpha)
    return oracle(alpha, foreground)(source, background.astype(np.uint8), size=None)


def straight(pixels):
    """RGBA of any depth -> colours and alpha, 0..1."""
    values = pixels / np.float32(np.iinfo(pixels.dtype).max)
    return values[..., :3], values[..., 3:]


class TestSixteenBits:
    def test_a_cut_out_holds_what_was_worked_out(self, matte, tmp_path):
        path = matte.save(tmp_path / "a.png", bits=16)
        pixels = read_png(path.read_bytes())
        assert pixels.dtype == np.uint16
        assert pixels.shape == (81, 96, 4)
        half = 0.51 / 65535
        assert np.abs(pixels[..., 3] / 65535 - matte.alpha).max() <= half
        seen = pixels[..., 3] > 0
        assert np.abs(pixels[seen][:, :3] / 65535 - matte.foreground[seen]).max() <= half + 1e-6
        assert (pixels[~seen] == 0).all()

    def test_that_is_more_than_eight_bits_could(self, matte):
        pixels = matte.array("cutout", bits=16)
        fractional = (pixels[..., 3] > 6000) & (pixels[..., 3] < 60000)
        # Eight bits, spread over sixteen, are multiples of 257.
        assert (pixels[fractional] % 257 != 0).mean() > 0.9

    def test_foreground(self, matte, tmp_path):
        path = matte.save(tmp_path / "a.png", "foreground", bits=16)
        pixels = read_png(path.read_bytes())
        assert np.abs(pixels / 65535 - matte.foreground).max() <= 0.51 / 65535 + 1e-6

    def test_error(self, matte, tmp_path):
        pixels = read_png(matte.save(tmp_path / "a.png", "error", bits=16).read_bytes())
        assert np.abs(pixels / 65535 - matte.error).max() <= 0.51 / 65535

    def test_pillow_sees_the_upper_eight(self, matte, tmp_path):
        path = matte.save(tmp_path / "a.png", bits=16)
        with Image.open(path) as read:
            assert read.mode == "RGBA"
            off = np.asarray(read).astype(int) - matte.array("cutout", bits=16) // 256
            assert np.abs(off).max() <= 1

    @pytest.mark.parametrize("kind", ["cutout", "foreground"])
    def test_no_pil_image_has_them(self, matte, kind):
        with pytest.raises(InputError, match=r"array\('\w+', bits=16\)"):
            matte.image(kind, bits=16)

    def test_other_depths_are_none(self, matte):
        with pytest.raises(InputError, match="choose 8 or 16"):
            matte.array("cutout", bits=12)


class TestBleed:
    @pytest.mark.parametrize("bits", [8, 16])
    def test_what_is_seen_stays(self, matte, bits):
        plain, bled = matte.array("cutout", bits), matte.array("cutout", bits, bleed=True)
        assert (plain[..., 3] == bled[..., 3]).all()
        seen = plain[..., 3] > 0
        assert (plain[seen] == bled[seen]).all()
        assert (plain[~seen] == 0).all()
        assert seen.mean() < 0.5

    def test_hidden_colours_are_the_subjects(self, matte):
        pixels = matte.array("cutout", bleed=True)
        hidden = pixels[pixels[..., 3] == 0][:, :3]
        assert np.abs(hidden - RED).max() < 12
        assert np.abs(np.asarray(matte.cutout(bleed=True)) - pixels).max() == 0

    @pytest.mark.parametrize("behind", [0.0, 0.5, 1.0])
    def test_halved_as_straight_colours_there_is_no_rim(self, sharp, behind):
        def halved_then_laid_over(pixels):
            small = cv2.resize(pixels, (48, 40), interpolation=cv2.INTER_LINEAR)
            colours, alpha = straight(small)
            return colours * alpha + behind * (1 - alpha)

        def laid_over_then_halved(pixels):
            colours, alpha = straight(pixels)
            laid = colours * alpha + behind * (1 - alpha)
            return cv2.resize(laid, (48, 40), interpolation=cv2.INTER_LINEAR)

        plain, bled = sharp.array("cutout"), sharp.array("cutout", bleed=True)
        right = laid_over_then_halved(plain)
        rim = np.abs(halved_then_laid_over(plain) - right).max()
        assert np.abs(halved_then_laid_over(bled) - right).max() < 0.012
        assert rim > 0.02  # without, it shows

    def test_foreground_goes_on_too(self, matte):
        pixels = matte.array("foreground", bleed=True)
        assert np.abs(pixels.reshape(-1, 3) - RED).max() < 14
        assert np.abs(matte.array("foreground").reshape(-1, 3) - RED).max() > 14

    def test_nothing_to_continue_is_black(self, rng, oracle):
        photo = rng.integers(0, 255, (40, 50, 3)).astype(np.uint8)
        matte = oracle(np.zeros((40, 50)))(photo, photo)
        assert (matte.array("cutout", bleed=True) == 0).all()

    @pytest.mark.parametrize("shape", [(16, 17), (33, 20), (1, 50), (300, 1000)])
    def test_any_size(self, shape):
        alpha = np.zeros(shape, dtype=np.float32)
        alpha[0, 0] = 1
        colour = np.float32([10, 20, 30]).reshape(3, 1, 1)

        def planes(top, bottom):
            return np.repeat(np.repeat(colour, bottom - top, axis=1), shape[1], axis=2)

        rows = continued(planes, alpha, shape[::-1]).rows(0, shape[0])
        assert rows.shape == (3, *shape)
        assert np.abs(rows - colour).max() < 0.01


class TestDespill:
    @pytest.fixture
    def spilt(self, rng, disk, laid_over, oracle):
        """A matte whose foreground holds a third of the blue wall wherever both show."""
        alpha = cv2.GaussianBlur(disk(81, 96, 45, 38, 22), (0, 0), 2.5)
        background = np.broadcast_to(np.uint8([20, 60, 230]), (81, 96, 3)).copy()
        share = np.where((alpha < 0.98), 0.33, 0)[..., None]
        foreground = ((1 - share) * RED + share * background) / 255
        source = laid_over(foreground * 255, background, alpha)
        return oracle(alpha, foreground)(source, background, size=None)

    @staticmethod
    def blue(matte, despill):
        pixels = matte.array("cutout", despill=despill).astype(float)
        edge = (pixels[..., 3] > 25) & (pixels[..., 3] < 230)
        assert edge.sum() > 100
        return np.abs(pixels[edge][:, :3] - RED).mean()

    def test_the_background_s_colour_goes(self, spilt):
        before, half, whole = (self.blue(spilt, strength) for strength in (0, 0.5, 1))
        assert before > 20
        assert whole < before / 3
        assert whole < half < before

    def test_alpha_and_what_is_opaque_stay(self, spilt):
        plain, without = spilt.array("cutout"), spilt.array("cutout", despill=1)
        assert (plain[..., 3] == without[..., 3]).all()
        opaque = spilt.alpha == 1
        assert opaque.any()
        assert (plain[opaque] == without[opaque]).all()
        assert (without[without[..., 3] == 0] == 0).all()

    def test_colours_that_are_not_the_background_s_stay(self, spilt):
        """Across the line from subject to background, nothing is taken."""
        own, plate = RED, np.float32([20, 60, 230])
        towards = (plate - own) / np.linalg.norm(plate - own)
        across = np.cross(towards, [0, 0, 1.0])
        along = lambda pixels: (pixels[..., :3].astype(float) - own) @ across  # noqa: E731
        plain, without = spilt.array("cutout"), spilt.array("cutout", despill=1)
        seen = plain[..., 3] > 25
        assert np.abs(along(plain)[seen] - along(without)[seen]).max() < 2

    def test_composites_and_foreground_too(self, spilt):
        for kind in ("foreground", "cutout"):
            assert (spilt.array(kind) != spilt.array(kind, despill=1)).any()
        plain, without = spilt.composite("white"), spilt.composite("white", despill=1)
        assert np.asarray(without)[..., 2].sum() < np.asarray(plain)[..., 2].sum()

    def test_nothing_opaque_to_go_by_leaves_all(self, rng, oracle):
        photo = rng.integers(0, 255, (40, 50, 3)).astype(np.uint8)
        matte = oracle(np.full((40, 50), 0.5))(photo, photo)
        assert (matte.array("cutout", despill=1) == matte.array("cutout")).all()

    @pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), "1", None])
    def test_other_strengths_are_refused(self, spilt, strength):
        with pytest.raises(InputError, match="expected a number from 0"):
            spilt.array("cutout", despill=strength)
        with pytest.raises(InputError, match="expected a number from 0"):
            spilt.composite("white", despill=strength)
