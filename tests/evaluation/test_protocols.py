"""Protocols: what is measured, of which pixels, at which resolution; on cases done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import InputError
from bgmatting.evaluation import (
    MEASURES,
    PROTOCOLS,
    Comparison,
    EvaluationSet,
    Sample,
    Scores,
    evaluate,
    zero_alpha,
)


def measured(name: str, comparison: Comparison) -> Scores:
    return Scores.measure(comparison, PROTOCOLS[name].measures)


def box(height: int = 20, width: int = 30) -> np.ndarray:
    """Alpha 1 from column 15 on, .5 in column 14."""
    alpha = np.zeros((height, width), dtype=np.float32)
    alpha[:, 15:] = 1
    alpha[:, 14] = 0.5
    return alpha


def test_every_protocol_names_measures_of_the_table_under_titles_of_their_own():
    for protocol in PROTOCOLS.values():
        assert set(protocol.measures) <= MEASURES.keys()
        titles = [measure.title for measure in protocol.table]
        assert len(set(titles)) == len(titles)
    assert all(name == measure.name for name, measure in MEASURES.items())


def test_fractional_figures_see_fractional_pixels_only():
    true = box()
    alpha = true.copy()
    alpha[:, 0] = 1  # wrong, but where the truth is certain
    alpha[:, 14] = 0.8
    got = measured("default", Comparison(alpha, true))
    assert got["fractional_share"] == pytest.approx(100 / 30)
    assert got["fractional_mad"] == pytest.approx(300, rel=1e-5)
    assert got["fractional_mse"] == pytest.approx(90, rel=1e-5)
    assert got["mad"] == pytest.approx(1e3 * 1.3 / 30, rel=1e-5)
    hard = measured("default", Comparison(true.round(), true.round()))
    assert hard["fractional_share"] == 0
    assert math.isnan(hard["fractional_mad"])


def test_foreground_of_half_transparent_pixels_is_measured_apart():
    true = box()
    true[:, 13] = 0.05
    foreground = np.zeros((*true.shape, 3), dtype=np.float32)
    foreground[:, 13], foreground[:, 14] = 1, 0.4
    got = measured("default", Comparison(true, true, foreground, np.zeros_like(foreground)))
    assert got["half_foreground_mse"] == pytest.approx(1e3 * 0.16, rel=1e-5)
    assert got["foreground_mse"] == pytest.approx(1e3 * 1.16 / 17, rel=1e-5)
    assert math.isnan(measured("default", Comparison(true, true))["half_foreground_mse"])


def test_the_trimap_protocol_sees_the_unknown_band_only():
    # Radius 2: from two columns left of the first pixel with foreground, 14, to two columns right
    # of the last that is not opaque, 14 too.
    true = box()
    alpha = true.copy()
    alpha[:, 0] = 1
    alpha[:, 16] = 0.5
    got = measured("trimap", Comparison(alpha, true))
    assert got["trimap_sad"] == pytest.approx(20 * 0.5 / 1e3)
    assert got["trimap_mse"] == pytest.approx(1e3 * 0.25 / 5)
    # Connected up to level .5 in both; the truth exceeds that by .5.
    assert got["trimap_connectivity"] == pytest.approx(20 * 0.5 / 1e3)
    everywhere = Comparison(alpha, true, trimap=np.ones(true.shape, bool))
    all_over = measured("trimap", everywhere)
    assert all_over["trimap_sad"] == pytest.approx(20 * 1.5 / 1e3)
    assert 0 < got["trimap_gradient"] < all_over["trimap_gradient"]
    whole = measured("default", everywhere)
    assert all_over["trimap_gradient"] == pytest.approx(whole["gradient"])
    assert all_over["trimap_connectivity"] == pytest.approx(whole["connectivity"])


def test_the_trimap_protocols_foreground_is_that_of_the_band():
    true = box()
    foreground = np.zeros((*true.shape, 3), dtype=np.float32)
    foreground[:, 15], foreground[:, 20] = 0.5, 1  # in the band, and beyond it
    got = measured("trimap", Comparison(true, true, foreground, np.zeros_like(foreground)))
    assert got["trimap_foreground_mse"] == pytest.approx(1e3 * 0.25 / 3)  # of columns 14 to 16


def test_a_set_may_bring_its_trimaps(make_set):
    root = make_set(["clean/a", "clean/b"])
    trimap = np.zeros((24, 32), dtype=np.uint8)
    trimap[:, 10:20], trimap[:, 20:] = 128, 255
    Image.fromarray(trimap).save(root / "clean/a/trimap.png")
    pairs = EvaluationSet(root)
    assert pairs.trimaps == ["clean/a"]
    own = pairs.load("clean/a").trimap
    assert own is not None
    assert own[:, 10:20].all()
    assert own.sum() == 24 * 10
    assert pairs.load("clean/b").trimap is None
    protocol = PROTOCOLS["trimap"]
    results = evaluate(zero_alpha, pairs, protocol=protocol)
    # The first box is opaque from column 9 on, the second's band is columns 7 to 11: .5 + 1 + 1.
    first, second = (result.scores["trimap_sad"] for result in results.samples)
    assert first == pytest.approx(24 * 10 / 1e3)
    assert second == pytest.approx(24 * (128 / 255 + 2) / 1e3, rel=1e-5)
    assert "1 of the set's own; 1 made from the true alpha" in protocol.region(pairs)
    assert PROTOCOLS["default"].region(pairs) == "whole image"


def test_a_trimap_of_another_size_is_refused(make_set):
    root = make_set(["clean/a"])
    Image.new("L", (30, 24)).save(root / "clean/a/trimap.png")
    with pytest.raises(InputError, match=r"trimap\.png 30x24"):
        EvaluationSet(root)


def sample_of(width: int, height: int, scale: int) -> Sample:
    """A sample of squares of `scale` pixels: the left half opaque red, in its last column every
    other pixel is empty and blue."""
    alpha = np.zeros((height, width), dtype=np.float32)
    alpha[:, : width // 2] = 1
    alpha[::2, width // 2 - scale : width // 2] = 0
    foreground = np.zeros((height, width, 3), dtype=np.float32)
    foreground[..., 0] = alpha
    foreground[..., 2] = 1 - alpha
    photo = np.full((height, width, 3), (10, 20, 30), dtype=np.uint8)
    return Sample("static/a", photo, photo, alpha, foreground)


def test_the_video_protocol_measures_at_its_own_size():
    seen = []

    def predict(source, background):
        seen.append(source.shape)
        return np.zeros(source.shape[:2], np.float32), None, None

    results = evaluate(predict, [sample_of(1024, 576, 2)], protocol=PROTOCOLS["video"])
    assert seen == [(288, 512, 3)]
    assert results.samples[0].size == (512, 288)
    # 255 columns of 512 are opaque, one is half.
    assert results.mean()["mad"] == pytest.approx(1e3 * 255.5 / 512, rel=1e-5)
    assert results.mean()["mse"] == pytest.approx(1e3 * 255.25 / 512, rel=1e-5)


def test_colours_are_reduced_by_what_shows_of_them():
    sample = PROTOCOLS["video"].prepare(sample_of(1024, 576, 2))
    assert sample.alpha[:, 255] == pytest.approx(0.5)
    assert sample.foreground[:, 255] == pytest.approx(np.tile([1, 0, 0], (288, 1)))


@pytest.mark.parametrize("size", [(512, 384), (256, 144), (288, 512), (1920, 800)])
def test_other_aspects_and_smaller_sizes_are_refused(size):
    with pytest.raises(InputError, match=rf"{size[0]}x{size[1]}; the protocol video takes 512x288"):
        PROTOCOLS["video"].measured_size(size)


@pytest.mark.parametrize("size", [(512, 288), (1920, 1080), (1920, 1088), (1281, 720)])
def test_larger_frames_of_the_aspect_are_reduced(size):
    assert PROTOCOLS["video"].measured_size(size) == (512, 288)
    assert PROTOCOLS["default"].measured_size(size) == size
