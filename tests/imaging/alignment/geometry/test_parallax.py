"""What a plane's motion leaves: a smooth flow, where there is one, and none where there is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.drawn_scenes import full_of_things

from bgmatting.imaging.alignment.geometry.registration import Registration, register, warp

HEIGHT, WIDTH = 288, 384


@pytest.fixture(scope="module")
def place():
    return full_of_things(5, (WIDTH, HEIGHT), things=150)


def bent(scene, reach, shift=0.0):
    """The scene with its middle rows moved sideways by `reach` pixels more than the rest."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    bump = reach * np.exp(-(((y - HEIGHT / 2) / 70) ** 2) - ((x - WIDTH / 4) / 90) ** 2)
    return cv2.remap(scene, x + bump + shift, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def photo(scene, seed):
    grain = np.random.default_rng(seed).normal(0, 1, scene.shape)
    return np.clip(np.rint(scene + grain), 0, 255).astype(np.uint8)


def with_subject(pixels):
    """A dotted figure on the right, and where it is not."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(mask, (270, 180), (60, 150), 0, 0, 360, 1, -1)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    dots = 128 + 100 * np.sin(rows / 2.5) * np.sin(columns / 3.5)
    return np.where(mask[..., None] > 0, dots[..., None], pixels).astype(np.uint8), mask == 0


@pytest.mark.parametrize("shift", [0.0, 7.0])
def test_a_bump_is_followed_and_nothing_invented_below_the_subject(place, shift):
    source, shown = with_subject(photo(place, 1))
    plate = photo(bent(place, 2.5, shift), 2)
    found = register(source, plate)
    assert found.aligned
    assert found.flow is not None
    assert found.flow.dtype == np.float32
    assert "near and far" in found.note
    plane = Registration(found.matrix, None, True)
    shown[:, :12] = shown[:, -12:] = False

    def off(registration):
        return np.abs(warp(plate, registration)[0].astype(int) - source)[shown].mean()

    assert off(found) < 0.65 * off(plane)
    flow = cv2.resize(found.flow, (WIDTH, HEIGHT)) * WIDTH
    length = np.linalg.norm(flow, axis=2)
    assert length.max() < 5
    assert length[~shown].max() <= length[shown].max()
    # Smooth: no fold anywhere.
    assert np.abs(np.gradient(flow, axis=(0, 1))).max() < 0.5


@pytest.mark.parametrize("shift", [0.0, 6.0])
def test_no_flow_where_a_plane_moved_or_nothing_did(place, shift):
    source, _ = with_subject(photo(place, 1))
    found = register(source, photo(bent(place, 0.0, shift), 2))
    assert found.flow is None
    assert found.aligned == (shift > 0)


def test_a_flow_serves_any_size(place):
    source, shown = with_subject(photo(place, 1))
    plate = photo(bent(place, 2.5), 2)
    found = register(source, plate)
    large = cv2.resize(plate, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    fine, _ = warp(large, found)
    small = cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(small - warp(plate, found)[0])[8:-8, 8:-8].mean() < 3
    assert np.abs(small - source)[shown].mean() < np.abs(plate.astype(int) - source)[shown].mean()


def test_a_flow_of_nothing_moves_like_the_matrix_alone(place):
    matrix = np.array([[1, 0.01, 0.02], [-0.01, 1, -0.01], [0, 0, 1]])
    plate = photo(place, 1)
    alone, covered = warp(plate, Registration(matrix, None, True))
    nothing = np.zeros((9, 12, 2), np.float32)
    flowing, also = warp(plate, Registration(matrix, nothing, True))
    assert np.abs(alone.astype(int) - flowing).max() <= 12  # OpenCV rounds positions to 1/32 pixel
    assert np.abs(alone.astype(int) - flowing).mean() < 0.5
    assert (covered != also).mean() < 0.01
