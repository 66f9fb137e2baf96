from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import ClipError, InputError
from bgmatting.video.opening import open_clip
from bgmatting.video.plates import frame_at, median_of, own_median, plate_for
from bgmatting.video.times import Moment


@pytest.fixture
def shot(tmp_path):
    """shot(frames) -> a clip of them."""

    def make(frames):
        for index, frame in enumerate(frames):
            Image.fromarray(frame).save(tmp_path / f"{index:03d}.png")
        return open_clip(tmp_path / "%03d.png")

    return make


def test_the_median_leaves_out_who_walks_by(shot, crossing, scene):
    frames, _ = crossing(24, noise=2)
    plate = own_median(shot(frames))
    assert np.abs(plate.astype(int) - scene).mean() < 1.5
    assert np.abs(plate.astype(int) - scene).max() < 12


def test_who_stays_is_refused(shot, crossing):
    frames, _ = crossing(12)
    still = [frames[index % 2 * 4] for index in range(12)]
    with pytest.raises(ClipError, match=r"never seen empty for half of the time.*--background-at"):
        own_median(shot(still))


def test_where_nothing_moves_there_is_no_telling(shot, crossing):
    frames, _ = crossing(1)
    with pytest.raises(ClipError, match="nothing moves"):
        own_median(shot(frames * 8))


def test_too_short(shot, crossing):
    with pytest.raises(ClipError, match="too few frames"):
        own_median(shot(crossing(3)[0]))


def test_a_moment_of_the_clip(shot, crossing):
    frames, _ = crossing(10)
    clip = shot(frames)  # 25 frames a second
    for value, index in (("0", 0), ("0.2", 5), ("7f", 7), ("0:00.16", 4), (0.36, 9)):
        assert (frame_at(clip, Moment.of(value)) == frames[index]).all(), value
    for late in ("12f", "3.5", "1:00:00"):
        with pytest.raises(ClipError, match="ends before"):
            frame_at(clip, Moment.of(late))


@pytest.mark.parametrize("text", ["", "now", "-1", "1:2:3:4", "7 f", "f7"])
def test_what_is_no_time(text):
    with pytest.raises(InputError, match="is no time"):
        Moment.of(text)


def test_said_once(shot, crossing, scene):
    clip = shot(crossing(6)[0])
    for background, at in ((None, None), (scene, Moment.of(0))):
        with pytest.raises(InputError, match="must be said once"):
            plate_for(clip, background, at)


def test_a_clip_of_the_empty_place_is_averaged(tmp_path, shot, crossing, scene):
    folder = tmp_path / "empty"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(9):
        noisy = np.clip(scene + rng.normal(0, 6, scene.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{index}.png")
    plate = plate_for(shot(crossing(6)[0]), folder)
    assert np.abs(plate.astype(float) - scene).mean() < 3  # of one frame it would be 4.8


def test_median_of_few():
    values = [np.full((20, 30, 3), value, dtype=np.uint8) for value in (9, 200, 10)]
    assert (median_of(values) == 10).all()
