from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgmatting.imaging.alignment.light.relighting import (
    TOO_LITTLE_COMPARED,
    Light,
    fit_light,
    relight,
)
from bgmatting.imaging.alignment.light.tone_curves import look_up, to_stops, to_table, to_values

HEIGHT, WIDTH = 144, 192


def texture(rng, height=HEIGHT, width=WIDTH, low=30, high=200):
    """A textured place, (h, w, 3) float 0..255."""
    coarse = rng.uniform(low, high, (9, 12, 3)).astype(np.float32)
    fine = rng.normal(0, 6, (height, width, 1)).astype(np.float32)
    place = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) + fine
    return np.clip(place, low * 0.6, 230)


def exposed(place, stops):
    """The place in other light: stops is a number, or one for each channel, or (h, w, 1)."""
    return to_values(to_stops(place.astype(np.float32)) + np.asarray(stops, dtype=np.float32))


def shot(place, rng, noise=1.5):
    return np.rint(np.clip(place + rng.normal(0, noise, place.shape), 0, 255)).astype(np.uint8)


def with_subject(place, rng, share):
    """The place with a box before it, standing on the lower edge; and where it is seen no more."""
    height, width = place.shape[:2]
    h, w = round(height * share**0.5), round(width * share**0.5)
    left = (width - w) // 3
    photo = place.copy()
    photo[height - h :, left : left + w] = texture(rng, h, w, 15, 120)
    hidden = np.zeros((height, width), dtype=bool)
    hidden[height - h :, left : left + w] = True
    return photo, hidden


def distance(some, other, where):
    return float(np.abs(some.astype(np.float32) - other)[where].mean())


@pytest.mark.parametrize("stops", [1.0, -1.0, 2.0, (0.6, 0.1, -0.4)], ids=str)
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_light_is_found_beside_a_subject(rng, stops, share):
    place = texture(rng, high=120)
    photo, hidden = with_subject(exposed(place, stops), rng, share)
    source, plate = shot(photo, rng), shot(place, rng)
    light = fit_light(source, plate)
    assert light.applied
    assert light.exposure == pytest.approx(np.mean(stops), abs=0.08)
    assert light.balance == pytest.approx(np.ptp(np.broadcast_to(stops, 3)), abs=0.1)
    assert distance(relight(plate, light), photo, ~hidden) < 4
    assert distance(plate, photo, ~hidden) > 8


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_a_pair_in_the_same_light_is_left_alone(rng, share, noise):
    place = texture(rng)
    photo, _ = with_subject(place, rng, share) if share else (place, None)
    plate = shot(place, rng, noise)
    light = fit_light(shot(photo, rng, noise), plate)
    assert not light.applied
    assert relight(plate, light) is plate


def test_a_large_plain_coat_before_a_plain_wall_is_no_change_of_light(rng):
    wall = np.full((HEIGHT, WIDTH, 3), 190.0) + rng.normal(0, 1, (HEIGHT, WIDTH, 1))
    photo = wall.copy()
    photo[30:, 20:170] = (60, 62, 70)  # 60 % of the frame
    plate = shot(wall, rng)
    light = fit_light(shot(photo, rng), plate)
    assert relight(plate, light) is plate


def test_a_shadow_does_not_darken_the_plate(rng):
    place = texture(rng)
    photo = place.copy()
    photo[:, :60] *= 0.6
    assert not fit_light(shot(photo, rng), shot(place, rng)).applied


def test_tone_curves_are_followed(rng):
    place = texture(rng, low=15, high=220)
    photo = 255 * (place / 255) ** 1.2 * 0.95
    source, plate = shot(photo, rng), shot(place, rng)
    light = fit_light(source, plate)
    everywhere = np.ones((HEIGHT, WIDTH), dtype=bool)
    assert distance(relight(plate, light), photo, everywhere) < 3
    assert distance(plate, photo, everywhere) > 12


def test_shading_is_evened_out_where_the_background_is_known(rng):
    place = texture(rng, high=150)
    slope = np.linspace(-0.3, 0.3, WIDTH)[None, :, None]
    photo, hidden = with_subject(exposed(place, slope), rng, 0.15)
    source, plate = shot(photo, rng), shot(place, rng)
    light = fit_light(source, plate, (~hidden).astype(np.float32))
    assert light.field is not None
    relit = relight(plate, light)
    assert distance(relit, photo, ~hidden) < 0.6 * distance(plate, photo, ~hidden)
    assert fit_light(shot(place, rng), plate, np.ones(hidden.shape, dtype=np.float32)).field is None


def test_what_the_plate_does_not_cover_tells_nothing(rng):
    place = texture(rng)
    plate = shot(place, rng)
    covered = np.full((HEIGHT, WIDTH), 255, dtype=np.uint8)
    covered[:, 50:] = 0
    plate[:, 50:] = shot(exposed(place, -1), rng)[:, 50:]
    assert fit_light(shot(place, rng), plate).applied
    assert not fit_light(shot(place, rng), plate, covered=covered).applied


@pytest.mark.parametrize(
    ("source", "plate"), [(0, 255), (255, 120), (0, 0)], ids=["dark", "clipped", "black"]
)
def test_clipped_photos_tell_nothing(source, plate):
    photos = [np.full((60, 80, 3), value, dtype=np.uint8) for value in (source, plate)]
    light = fit_light(*photos)
    assert not light.applied
    assert source == plate or light.note == TOO_LITTLE_COMPARED


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10**6), st.booleans())
def test_any_photos_are_taken(height, width, seed, known):
    rng = np.random.default_rng(seed)
    kinds = [
        lambda: rng.integers(0, 256, (height, width, 3)),
        lambda: np.full((height, width, 3), rng.integers(0, 256)),
        lambda: rng.integers(100, 104, (height, width, 3)),
    ]
    source, plate = (kinds[rng.integers(3)]().astype(np.uint8) for _ in range(2))
    background = rng.random((height, width)) if known else None
    light = fit_light(source, plate, background)
    assert np.isfinite([light.exposure, light.balance]).all()
    relit = relight(plate, light)
    assert relit.shape == plate.shape
    assert relit.dtype == np.uint8
    if light.table is not None:
        assert (np.diff(light.table, axis=0) >= 0).all()


@pytest.mark.parametrize("shape", [(37, 53), (1, 1), (300, 20)])
def test_relighting_at_any_size_is_table_times_field(rng, shape):
    plate = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    curve = np.array([[0.4, 0.3, 0.2], [0.1, 0, 0], [0, 0, 0.1]], dtype=np.float32)
    field = rng.uniform(0.8, 1.2, (6, 8)).astype(np.float32)
    table = to_table(curve)
    relit = relight(plate, Light(table, field, applied=True))
    gain = cv2.resize(field, shape[::-1], interpolation=cv2.INTER_LINEAR)[..., None]
    values = look_up(table, plate.reshape(-1, 3)).reshape(*shape, 3) * gain
    np.testing.assert_allclose(relit, np.clip(values, 0, 255), atol=0.51)


def test_no_light_is_no_change():
    values = np.repeat(np.arange(256, dtype=np.float32)[:, None], 3, axis=1)
    np.testing.assert_array_equal(to_table(None), values)
    np.testing.assert_allclose(to_table(np.zeros((3, 3), dtype=np.float32)), values, atol=0.01)
    np.testing.assert_allclose(to_values(to_stops(values)), values, atol=0.01)
