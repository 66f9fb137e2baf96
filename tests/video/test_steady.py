from __future__ import annotations

import numpy as np
import pytest

from bgmatting.evaluation.metrics import dtssd, mad
from bgmatting.video.steady import Steady

NOISE = 3.0  # levels of 255, of the camera


@pytest.fixture(scope="module")
def filmed():
    """Frames, plate, true alphas and what a network says that flickers: a disk moves, one stands.

    Light drifts by a tenth over the clip, and so does the plate, as it is relit.
    """
    rng = np.random.default_rng(2)
    height, width, count = 72, 128, 20
    y, x = np.mgrid[:height, :width]
    scene = 70 + 25 * np.sin(x / 5) + 20 * np.cos(y / 7)
    plate = np.stack([scene, scene * 0.8, scene * 0.6], axis=2)
    colour = np.array([210.0, 180.0, 90.0])
    frames, plates, true, said = [], [], [], []
    for index in range(count):
        light = 1 + 0.1 * index / count
        alpha = np.zeros((height, width))
        for centre in ((30, 36), (70 + 2.5 * index, 30)):
            alpha = np.maximum(
                alpha, np.clip((16 - np.hypot(x - centre[0], y - centre[1])) / 6, 0, 1)
            )
        photo = alpha[..., None] * colour + (1 - alpha[..., None]) * plate
        noisy = photo * light + rng.normal(0, NOISE, photo.shape)
        frames.append(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
        plates.append(np.clip(np.rint(plate * light), 0, 255).astype(np.uint8))
        true.append(alpha.astype(np.float32))
        unsure = 0.08 * (4 * alpha * (1 - alpha)) + 0.01
        flicker = alpha + unsure * rng.normal(0, 1, alpha.shape)
        said.append(np.clip(flicker, 0, 1).astype(np.float32))
    return frames, plates, true, said


@pytest.fixture(scope="module")
def steadied(filmed):
    frames, plates, _, said = filmed
    steady = Steady()
    return [steady(*given) for given in zip(said, frames, plates, strict=True)]


def flicker(alphas, true):
    pairs = zip(alphas, alphas[1:], true, true[1:], strict=False)
    return float(np.mean([dtssd(*four) for four in pairs]))


def test_flickers_less_and_is_no_farther_off(filmed, steadied):
    _, _, true, said = filmed
    assert flicker(steadied, true) < 2 / 3 * flicker(said, true)
    off, before = (
        np.mean([mad(*two) for two in zip(a, true, strict=True)]) for a in (steadied, said)
    )
    assert off < 1.02 * before


def test_no_trail_behind_what_moves(filmed, steadied):
    """Where the disk was two frames ago and is no more, nothing of it is left."""
    _, _, true, _ = filmed
    for index in range(2, len(true)):
        left = (true[index - 2] > 0.9) & (true[index] < 0.01)
        if left.any():
            assert steadied[index][left].mean() < 0.05


def test_what_comes_is_there_at_once(filmed):
    """A thing that appears before the bare plate from one frame to the next."""
    frames, plates, true, _ = filmed
    steady = Steady()
    empty = np.zeros_like(true[0])
    for _ in range(4):
        steady(empty, plates[0], plates[0])
    shown = steady(true[0], frames[0], plates[0])
    inside = true[0] > 0.9
    assert (shown[inside] > true[0][inside] - 0.02).all()


def test_the_first_frame_is_left_alone(filmed):
    frames, plates, _, said = filmed
    assert Steady()(said[0], frames[0], plates[0]) is said[0]
