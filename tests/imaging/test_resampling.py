from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bgmatting.errors import InputError
from bgmatting.imaging.resampling import Enlarged, enlarge, network_size, shrink, working_size

sides = st.integers(1, 60)


class TestWorkingShape:
    @given(st.integers(16, 9000), st.integers(16, 9000), st.integers(16, 2000))
    def test_long_side_is_met_and_nothing_grows(self, width, height, size):
        w, h = working_size((width, height), size)
        assert max(w, h) == min(size, max(width, height))
        assert w <= width
        assert h <= height
        assert min(w, h) >= 16

    def test_shape_is_kept(self):
        assert working_size((4000, 3000), 768) == (768, 576)
        assert working_size((3000, 4000), 768) == (576, 768)

    def test_native(self):
        assert working_size((4000, 3000), None) == (4000, 3000)

    @pytest.mark.parametrize("size", [0, -5, 15, 1.5, True, "512"])
    def test_refused(self, size):
        with pytest.raises(InputError, match="expected the working size"):
            working_size((100, 100), size)


class TestNetworkShape:
    def test_small_photos_are_enlarged_to_the_working_size_but_no_more_than_twofold(self):
        assert network_size((512, 384), 768) == (768, 576)
        assert network_size((300, 200), 768) == (600, 400)

    def test_others_as_they_are_worked_on(self):
        assert network_size((4000, 3000), 768) == working_size((4000, 3000), 768)
        assert network_size((300, 200), None) == (300, 200)


def test_enlarging_and_shrinking_back_changes_little(rng):
    photo = cv2.GaussianBlur(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8), (0, 0), 1.5)
    large = enlarge(photo, (90, 60))
    assert large.shape == (60, 90, 3)
    assert np.abs(shrink(large, (60, 40)).astype(int) - photo).max() <= 6
    assert enlarge(photo, (60, 40)) is photo


def test_shrinking_averages(rng):
    photo = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    blocks = photo.reshape(10, 4, 15, 4, 3).mean(axis=(1, 3))
    assert np.abs(shrink(photo, (15, 10)) - blocks).max() <= 0.5
    assert shrink(photo, (60, 40)) is photo


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(sides, sides),
    st.tuples(st.floats(1, 6), st.floats(1, 6)),
    st.sampled_from([None, 1, 3, 4, 6]),
    st.booleans(),
    st.integers(1, 50),
    st.integers(0, 2**32 - 1),
)
def test_bands_make_up_the_whole(small, scale, channels, cubic, rows, seed):
    """Equal to PyTorch's resizing of the whole map, however it is cut into bands."""
    shape = small if channels is None else (channels, *small)
    values = np.random.default_rng(seed).random(shape, dtype=np.float32)
    height, width = round(small[0] * scale[0]), round(small[1] * scale[1])
    enlarged = Enlarged(values, (width, height), cubic=cubic)
    bands = []
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        bands.append(enlarged.rows(top, bottom))
        span = enlarged.span(top, bottom)
        assert 0 <= span.start < span.stop <= small[0]
    whole = torch.nn.functional.interpolate(
        torch.from_numpy(values.reshape(-1, *small))[None],
        (height, width),
        mode="bicubic" if cubic else "bilinear",
        align_corners=False,
    )[0].numpy()
    got = np.concatenate(bands, axis=-2)
    assert got.shape == ((height, width) if channels is None else (channels, height, width))
    assert np.abs(got.reshape(-1, height, width) - whole).max() < 1e-4


@pytest.mark.parametrize("cubic", [False, True])
def test_rows_outside_the_span_do_not_matter(rng, cubic):
    values = rng.random((20, 30), dtype=np.float32)
    enlarged = Enlarged(values, (90, 70), cubic=cubic)
    span = enlarged.span(20, 33)
    other = np.full_like(values, 9)
    other[span] = values[span]
    assert (Enlarged(other, (90, 70), cubic=cubic).rows(20, 33) == enlarged.rows(20, 33)).all()


@pytest.mark.parametrize("scale", [2, 3.7, 5.21])
def test_down_and_up_keeps_the_centre(disk, scale):
    width, height = round(120 * scale), round(90 * scale)
    alpha = disk(height, width, 50 * scale, 30 * scale, 14 * scale)
    small = cv2.resize(alpha, (120, 90), interpolation=cv2.INTER_AREA)
    back = Enlarged(small, (width, height), cubic=True).rows(0, height)
    rows, columns = np.mgrid[:height, :width]
    shift = [
        (back * axis).sum() / back.sum() - (alpha * axis).sum() / alpha.sum()
        for axis in (rows, columns)
    ]
    assert np.abs(shift).max() < 0.02
