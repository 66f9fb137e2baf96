from __future__ import annotations

import cv2
import numpy as np
import pytest

from bgmatting.imaging import matting
from bgmatting.imaging.alignment import align as aligning
from bgmatting.video.following import Follower

WIDTH, HEIGHT = 256, 160


@pytest.fixture(scope="module")
def place():
    """A scene with structure, larger than the frame, (200, 320, 3) float32."""
    rng = np.random.default_rng(4)
    coarse = rng.integers(30, 120, (50, 80, 3)).astype(np.float32)
    return cv2.resize(coarse, (320, 200), interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def shot(place):
    """shot(index, shift=0, light=1) -> a frame with a box in it, filmed from somewhere."""
    rng = np.random.default_rng(5)

    def draw(index, shift=0.0, light=1.0, subject=True):
        matrix = np.float32([[1, 0, -30 + shift], [0, 1, -20]])
        frame = cv2.warpAffine(place, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
        if subject:
            frame[50:120, 40 + 3 * index : 90 + 3 * index] = (240, 200, 60)
        frame = frame * light + rng.normal(0, 1.5, frame.shape)
        return np.clip(np.rint(frame), 0, 255).astype(np.uint8)

    return draw


@pytest.fixture
def registered(monkeypatch):
    """Counts how often the camera's place is asked."""
    asked = []
    own = aligning.register

    def counted(*arguments, **options):
        asked.append(1)
        return own(*arguments, **options)

    monkeypatch.setattr(aligning, "register", counted)
    return asked


@pytest.fixture
def follower(matter, shot):
    return Follower(matter.with_background(shot(0, subject=False), size=WIDTH))


def test_a_locked_camera_costs_no_registration(follower, shot, registered):
    follower(shot(0))
    first = len(registered)
    for index in range(1, 10):
        follower(shot(index))
    assert len(registered) == first
    assert follower.asked == 0


def test_a_camera_that_is_pushed_is_found_again(follower, shot):
    for index in range(3):
        follower(shot(index))
    for index in range(3, 8):
        followed = follower(shot(index, shift=6))
    expected = shot(0, shift=6, subject=False).astype(int)
    inner = np.s_[20:140, 150:240]  # without the subject, and what the plate does not reach
    assert np.abs(followed.matte.background[inner].astype(int) - expected[inner]).mean() < 4
    assert 1 <= follower.asked <= 2


def test_light_is_followed(follower, shot):
    """As automatic exposure drifts: by a fifth over thirty frames."""
    for index in range(30):
        followed = follower(shot(index % 12, light=1 - 0.2 * index / 29))
    expected = shot(0, light=0.8, subject=False).astype(int)
    outside = np.s_[:40]
    off = followed.matte.background[outside].astype(int) - expected[outside]
    assert abs(off.mean()) < 5  # light that is nearer is left alone; not followed, it is 15


def test_the_first_frame_is_matted_as_a_photo(matter, shot, follower):
    photo = shot(0)
    plate = shot(0, subject=False)
    prepared = matter.with_background(plate, size=WIDTH)
    followed = Follower(prepared)(photo)
    assert (followed.matte.alpha == matter(photo, plate, size=WIDTH).alpha).all()


def test_verdicts_are_asked_once(matter, shot, monkeypatch):
    judged = []
    own = matting.judge
    monkeypatch.setattr(matting, "judge", lambda *a, **o: judged.append(1) or own(*a, **o))
    follower = Follower(matter.with_background(shot(0, subject=False), size=WIDTH))
    for index in range(3):
        follower(shot(index))
    assert len(judged) == 1


def test_without_alignment(matter, shot, registered):
    follower = Follower(matter.with_background(shot(0, subject=False), size=WIDTH, align=False))
    for index in range(3):
        followed = follower(shot(index, shift=4))
    assert not registered
    assert followed.plate.shape == (HEIGHT, WIDTH, 3)
