from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bgmatting.errors import PairError
from bgmatting.imaging.photos.pair import fit_background


def blank(width, height):
    return np.zeros((height, width, 3), dtype=np.uint8)


def test_same_size_is_left_alone():
    background = blank(40, 30)
    assert fit_background(blank(40, 30), background) is background


@given(st.integers(100, 400), st.integers(100, 400), st.floats(0.3, 3))
@example(101, 143, 0.5)
def test_scaled_copies_fit(width, height, scale):
    other = blank(round(width * scale), round(height * scale))
    assert fit_background(blank(width, height), other).shape == (height, width, 3)


@pytest.mark.parametrize("scale", [0.5, 2, 3.3])
def test_resizing_keeps_things_in_place(disk, scale):
    width, height = 160, 120
    mark = disk(round(height * scale), round(width * scale), 100 * scale, 40 * scale, 15 * scale)
    other = np.repeat(np.rint(mark * 255).astype(np.uint8)[..., None], 3, axis=2)
    fitted = fit_background(blank(width, height), other)[..., 0] / 255.0
    rows, columns = np.mgrid[:height, :width]
    # Pixel centres: x in the large photo is (x + .5) / scale - .5 in the small one.
    place = np.array([(100 * scale + 0.5) / scale - 0.5, (40 * scale + 0.5) / scale - 0.5])
    centroid = np.array([(fitted * columns).sum(), (fitted * rows).sum()]) / fitted.sum()
    assert np.abs(centroid - place).max() < 0.03


@pytest.mark.parametrize(("width", "height"), [(400, 250), (300, 300), (640, 360), (420, 300)])
def test_another_shape(width, height):
    with pytest.raises(PairError) as refused:
        fit_background(blank(400, 300), blank(width, height))
    message = str(refused.value)
    assert "400 x 300" in message
    assert f"{width} x {height}" in message
    assert "the same place, empty" in message
    assert "new backdrop" in message
    assert "turned" not in message


@pytest.mark.parametrize(("width", "height"), [(300, 400), (600, 800), (301, 400)])
def test_turned(width, height):
    with pytest.raises(PairError, match="turned by 90 degrees"):
        fit_background(blank(400, 300), blank(width, height))
