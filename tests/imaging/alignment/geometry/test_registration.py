"""Plates brought to where the source's camera stood: known motions, and pairs that have none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.drawn_scenes import full_of_things

from bgmatting.errors import InputError
from bgmatting.imaging.alignment.geometry.homographies import (
    apply,
    from_pixels,
    plausible,
    to_pixels,
    turn,
)
from bgmatting.imaging.alignment.geometry.registration import Registration, register, warp

SIZE = (384, 288)  # width, height


def scene(seed=0, size=SIZE, margin=40):
    """Larger than the frame by a margin; (h, w, 3) float32, 0..255."""
    return full_of_things(seed, (size[0] + 2 * margin, size[1] + 2 * margin))


def view(place, matrix, size=SIZE, margin=40):
    """The scene from a camera moved by `matrix`, (h, w, 3) float32."""
    shift = np.array([[1, 0, margin], [0, 1, margin], [0, 0, 1]], dtype=float)
    pixels = shift @ np.linalg.inv(to_pixels(matrix, size))
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(place, pixels, size, flags=flags, borderMode=cv2.BORDER_REFLECT)


def motion(x=0.0, y=0.0, degrees=0.0, growth=1.0, tilt=0.0, size=SIZE):
    """About the frame's middle; x and y in pixels."""
    long = max(size)
    c, s = np.cos(np.radians(degrees)) * growth, np.sin(np.radians(degrees)) * growth
    about = np.array([[c, -s, x / long], [s, c, y / long], [tilt, -tilt / 2, 1]])
    centre = np.array([[1, 0, size[0] / 2 / long], [0, 1, size[1] / 2 / long], [0, 0, 1]])
    return centre @ about @ np.linalg.inv(centre)


def photo(place, seed=None, gain=1.0, power=1.0, noise=0.0):
    """What a camera makes of it, (h, w, 3) uint8."""
    values = 255 * np.clip(place / 255 * gain, 0, 1) ** power
    if noise:
        values = values + np.random.default_rng(seed).normal(0, noise, values.shape)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def with_subject(pixels, share=0.3):
    """A striped figure that covers a share of the frame, and where it is not."""
    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    axes = (int(width * share * 0.55), int(height * 0.58))
    cv2.ellipse(mask, (width // 2, height * 11 // 20), axes, 0, 0, 360, 1, -1)
    stripes = 128 + 90 * np.sin(np.arange(height) / 3.0)[:, None, None] * [1, 0.5, -0.7]
    result = np.where(mask[..., None] > 0, stripes, pixels).astype(np.uint8)
    return result, mask == 0


def error(found: Registration, matrix, shown):
    """Mean distance from the truth over the pixels shown, in pixels."""
    height, width = shown.shape
    y, x = np.nonzero(shown)
    points = (np.stack([x, y], 1) + 0.5) / max(width, height)
    off = apply(found.matrix, points) - apply(matrix, points)
    return float(np.linalg.norm(off, axis=1).mean()) * max(width, height)


@pytest.mark.parametrize(
    "matrix",
    [
        motion(x=14, y=-9),
        motion(x=0.6, y=0.3),
        motion(x=-5, degrees=2.5),
        motion(y=4, degrees=-1, growth=1.02),
        motion(x=6, y=2, tilt=0.04),
    ],
    ids=["shift", "less than a pixel", "turn", "growth", "tilt"],
)
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_finds_a_motion_behind_a_subject_in_other_light(matrix, share):
    place = scene()
    source, shown = with_subject(photo(view(place, np.eye(3)), 1, noise=3), share)
    plate = photo(view(place, matrix), 2, gain=0.7, power=1.15, noise=3)
    found = register(source, plate)
    assert found.aligned
    assert not found.failed
    assert error(found, matrix, shown) < 0.25
    assert 0.2 < found.agreement <= 1


def test_tells_how_far_and_which_way_it_turned():
    place = scene()
    source, plate = photo(view(place, np.eye(3))), photo(view(place, motion(degrees=2)))
    found = register(source, plate)
    assert found.turned == pytest.approx(2, abs=0.1)
    # Turned counter-clockwise, the plate's right side went up.
    sides = np.array([[0.0, 0.375], [1.0, 0.375]])
    left, right = apply(np.linalg.inv(found.matrix), sides)
    assert right[1] < left[1]
    moved = register(source, photo(view(place, motion(x=10))))
    assert moved.moved == pytest.approx(10 / 384, rel=0.05)
    assert "2.6 %" in moved.note


def test_an_exact_plate_is_left_untouched():
    plate = photo(view(scene(), np.eye(3)))
    source, _ = with_subject(plate)
    found = register(source, plate)
    assert not found.aligned
    assert not found.failed
    assert np.array_equal(found.matrix, np.eye(3))
    assert found.flow is None
    moved, covered = warp(plate, found)
    assert moved is plate
    assert covered is None


@pytest.mark.parametrize("seed", range(3))
def test_other_light_and_noise_are_no_motion(seed):
    place = view(scene(seed), np.eye(3))
    source, _ = with_subject(photo(place, 1, noise=5))
    assert not register(source, photo(place, 2, gain=1.25, power=0.9, noise=5)).aligned


def test_a_wall_with_two_faint_lines_is_registered_across_them():
    def wall(seed):
        place = np.full((368, 464, 3), 150, np.float32)
        cv2.line(place, (60, 0), (75, 367), (141,) * 3, 3, cv2.LINE_AA)
        cv2.line(place, (0, 70), (463, 62), (158,) * 3, 3, cv2.LINE_AA)
        return place + np.random.default_rng(seed).normal(0, 0.3, place.shape).astype(np.float32)

    matrix = motion(x=9, y=-7)
    source, shown = with_subject(photo(view(wall(1), np.eye(3)), 3, noise=1.5))
    found = register(source, photo(view(wall(1), matrix), 4, gain=0.9, noise=1.5))
    assert found.aligned
    assert error(found, matrix, shown) < 1.5


def test_follows_what_it_is_told_is_background():
    """Something large that is in both photos went another way; the mask says it is no matter."""
    far, near = scene(1), scene(2)
    matrix = motion(x=8, y=3)
    aside = np.zeros((SIZE[1], SIZE[0], 1), bool)
    aside[:, 150:] = True
    source = photo(np.where(aside, view(near, np.eye(3)), view(far, np.eye(3))))
    plate = photo(np.where(aside, view(near, motion(x=-7)), view(far, matrix)))
    left = ~aside[..., 0]
    left[:, 130:] = False
    found = register(source, plate, left.astype(np.float32))
    assert error(found, matrix, left) < 0.3
    assert found.agreement > 0.7
    assert error(register(source, plate), motion(x=-7), ~left & aside[..., 0]) < 1


def test_photos_of_two_places_fail_and_stay():
    source, plate = photo(view(scene(1), np.eye(3))), photo(view(scene(2), np.eye(3)))
    found = register(source, plate)
    assert found.failed
    assert not found.aligned
    assert found.agreement < 0.2
    assert warp(plate, found)[0] is plate


def test_a_mirrored_plate_fails():
    source = photo(view(scene(1), np.eye(3)))
    found = register(source, np.ascontiguousarray(source[:, ::-1]))
    assert found.failed
    assert not found.aligned


def test_the_same_pair_gives_the_same_motion():
    place = scene(3)
    pair = photo(view(place, np.eye(3)), 1, noise=4), photo(view(place, motion(12, 5)), 2, noise=4)
    assert np.array_equal(register(*pair).matrix, register(*pair).matrix)


def test_serves_any_size_and_says_what_is_not_covered():
    large = (768, 576)
    place = cv2.resize(scene(4), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    matrix = motion(x=12, y=-6)
    source = photo(view(place, np.eye(3), large, 80))
    plate = photo(view(place, matrix, large, 80))
    small = [cv2.resize(p, SIZE, interpolation=cv2.INTER_AREA) for p in (source, plate)]
    moved, covered = warp(plate, register(*small))
    assert moved.shape == plate.shape
    assert moved.dtype == np.uint8
    # The camera moved to where the frame's left and lower edges show what the plate has not.
    assert not covered[300, -20:].any()
    assert not covered[:8, 300].any()
    assert covered[20:, :-30].all()
    off = np.abs(moved.astype(int) - source)[covered > 0].mean()
    assert off < 0.1 * np.abs(plate.astype(int) - source).mean()
    assert np.array_equal(moved[300, -5], moved[300, -1])  # goes on, not black


FLAT = [np.full((64, 48, 3), v, np.uint8) for v in (0, 128, 255)]


@pytest.mark.parametrize("flat", FLAT, ids=["black", "grey", "white"])
def test_flat_photos_are_left_alone(flat, rng):
    noise = rng.integers(0, 256, flat.shape, dtype=np.uint8)
    for source, plate in ((flat, flat.copy()), (noise, flat), (flat + 0, 255 - flat)):
        found = register(source, plate)
        assert not found.aligned
        assert not found.failed
        assert found.note.endswith(".")


@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(1, 150),
    height=st.integers(1, 150),
    seed=st.integers(0, 2**32 - 1),
    kinds=st.tuples(*[st.sampled_from(["noise", "blobs", "edge", "flat"])] * 2),
    masked=st.sampled_from([None, "none", "all", "some"]),
)
def test_never_raises_whatever_the_photos_show(width, height, seed, kinds, masked):
    rng = np.random.default_rng(seed)

    def draw(kind):
        pixels = np.full((height, width, 3), rng.integers(256), np.uint8)
        if kind == "noise":
            pixels[:] = rng.integers(0, 256, pixels.shape)
        elif kind == "blobs":
            pixels = cv2.resize(rng.integers(0, 256, (5, 5, 3), dtype=np.uint8), (width, height))
        elif kind == "edge":
            pixels[:, width // 2 :] = 255
        return pixels

    background = {None: None, "none": np.zeros((height, width), bool)}.get(
        masked, np.ones((height, width), np.float32)
    )
    if masked == "some":
        background = rng.random((height, width)) < 0.5
    source, plate = draw(kinds[0]), draw(kinds[1])
    found = register(source, plate, background)
    assert np.isfinite(found.matrix).all()
    assert found.note
    assert 0 <= found.agreement <= 1
    assert not (found.aligned and found.failed)
    moved, covered = warp(plate, found)
    assert moved.shape == plate.shape
    assert covered is None or covered.shape == plate.shape[:2]


@pytest.mark.parametrize(
    ("source", "plate", "background"),
    [
        (np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3), np.uint8), None),
        (np.zeros((9, 9, 3), np.float32), np.zeros((9, 9, 3), np.uint8), None),
        (np.zeros((9, 9, 3), np.uint8), np.zeros((9, 8, 3), np.uint8), None),
        (np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9, 3), np.uint8), np.zeros((8, 9))),
    ],
)
def test_arrays_that_are_no_pair_are_refused(source, plate, background):
    with pytest.raises(InputError, match=r"expected|bring the plate"):
        register(source, plate, background)


@given(
    x=st.floats(-40, 40),
    y=st.floats(-40, 40),
    degrees=st.floats(-8, 8),
    tilt=st.floats(-0.05, 0.05),
)
def test_motions_survive_the_way_to_pixels_and_back(x, y, degrees, tilt):
    matrix = motion(x, y, degrees, tilt=tilt)
    assert np.allclose(from_pixels(to_pixels(matrix, SIZE), SIZE), matrix)
    assert plausible(matrix, SIZE)
    assert turn(matrix, SIZE) == pytest.approx(degrees, abs=0.3 + 60 * abs(tilt))


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([-1.0, 1, 1]),
        np.full((3, 3), np.nan),
        np.zeros((3, 3)),
        motion(x=150),
        motion(degrees=40),
        motion(growth=1.6),
        motion(tilt=2.5),
    ],
    ids=["mirror", "nan", "nothing", "far", "turned", "grown", "folded"],
)
def test_what_no_hand_does_is_not_believed(matrix):
    assert not plausible(matrix, SIZE)
