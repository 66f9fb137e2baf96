"""Invariants of the generator: what must hold of every sample it can draw."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from bgmatting.imaging.arrays import Shape
from bgmatting.training.synthesis.capture import Pair, anneal
from bgmatting.training.synthesis.compression import jpeg
from bgmatting.training.synthesis.preview import SETTINGS as SHEET
from bgmatting.training.synthesis.preview import preview
from bgmatting.training.synthesis.samples import Draw, LayerDataset, Layers, batches, photograph
from bgmatting.training.synthesis.settings import (
    GENERATOR,
    NO_DISTURBANCE,
    AssetFolders,
    CaptureConfig,
    GeneratorConfig,
)

CPU = torch.device("cpu")
EXACT = replace(NO_DISTURBANCE)


def draw_layers(dataset: LayerDataset, count: int, shape: Shape = (72, 88)) -> Layers:
    drawn = [dataset[Draw((5, i), shape)] for i in range(count)]
    return Layers(*(torch.stack(part) for part in zip(*drawn, strict=True)))


def test_layers_have_the_asked_size_and_a_margin(any_folders: AssetFolders) -> None:
    layers = draw_layers(LayerDataset(any_folders), 6)
    assert layers.fgr.shape == (6, 3, 72, 88)
    assert layers.pha.shape == (6, 1, 72, 88)
    assert layers.scene.shape == (6, 3, 104, 120)
    assert all(part.dtype == torch.uint8 for part in layers)


@pytest.mark.parametrize("kind", GENERATOR.subjects)
def test_every_subject_family_draws(kind: str, folders: AssetFolders) -> None:
    dataset = LayerDataset(folders, GeneratorConfig(subjects={kind: 1.0}))
    pha = draw_layers(dataset, 12).pha.float() / 255
    covered = pha.mean(dim=(1, 2, 3))
    if kind == "empty":
        assert covered.max() == 0
    elif kind == "full":
        assert pha.mean() > 0.95
    else:
        assert (covered > 0.003).float().mean() > 0.6  # some fall off the canvas; most must not
        assert ((pha > 0.02) & (pha < 0.98)).any()  # edges are fractional


@pytest.mark.parametrize("kind", GENERATOR.scenes)
def test_every_scene_family_draws(kind: str, folders: AssetFolders) -> None:
    dataset = LayerDataset(folders, GeneratorConfig(scenes={kind: 1.0}))
    scene = draw_layers(dataset, 4).scene.float()
    assert scene.std(dim=0).mean() > 1  # samples differ from one another


def test_undisturbed_pairs_composite_exactly(any_folders: AssetFolders) -> None:
    pair = photograph(draw_layers(LayerDataset(any_folders), 16), CPU, EXACT, (1,))
    composite = pair.fgr * pair.pha + pair.bgr * (1 - pair.pha)
    assert torch.allclose(pair.src, composite, atol=1e-6)


def test_background_pixels_match_the_plate_when_undisturbed(folders: AssetFolders) -> None:
    pair = photograph(draw_layers(LayerDataset(folders), 8), CPU, EXACT, (1,))
    outside = (pair.pha == 0).expand_as(pair.src)
    assert outside.any()
    assert torch.equal(pair.src[outside], pair.bgr[outside])


@pytest.mark.parametrize("seed", range(6))
def test_disturbed_pairs_stay_in_range(seed: int, any_folders: AssetFolders) -> None:
    layers = draw_layers(LayerDataset(any_folders), 8)
    always = CaptureConfig(
        clean=0, shadow=1, passer=1, bounce=1, contact=1, reflection=1, change=1, exposure=1,
        residual=1,
        fields=1, vignette=1, motion=1, parallax=1, blur=1, sharpen=1, noise=1, jpeg=1,
    )  # fmt: skip
    pair = photograph(layers, CPU, always, (seed,))
    for name, part in zip(Pair._fields, pair, strict=True):
        assert torch.isfinite(part).all(), name
        assert part.min() >= 0, name
        assert part.max() <= 1, name
    assert not torch.equal(pair.src, pair.bgr)


def test_moved_plates_have_no_black_border() -> None:
    layers = Layers(
        torch.full((16, 3, 64, 64), 200, dtype=torch.uint8),
        torch.zeros((16, 1, 64, 64), dtype=torch.uint8),
        torch.full((16, 3, 80, 80), 200, dtype=torch.uint8),
    )
    far = replace(EXACT, strength=1, clean=0, motion=1, shift=12, turn=5, parallax=1)
    pair = photograph(layers, CPU, far, (3,))
    assert pair.bgr.min() > 0.75


def test_foreground_is_defined_under_alpha() -> None:
    """Where any of the subject shows, its colour is a mean of its own, not of black or scene."""
    layers = Layers(
        torch.tensor([220, 40, 40], dtype=torch.uint8).view(1, 3, 1, 1).repeat(12, 1, 64, 64),
        torch.zeros((12, 1, 64, 64), dtype=torch.uint8),
        torch.zeros((12, 3, 80, 80), dtype=torch.uint8),
    )
    layers.pha[:, :, 16:48, 16:48] = 255
    config = replace(EXACT, strength=1, clean=0, blur=1)
    pair = photograph(layers, CPU, config, (2,))
    visible = (pair.pha > 0.02).expand_as(pair.fgr)
    red = pair.fgr[:, :1][visible[:, :1]]
    assert ((pair.pha > 0.02) & (pair.pha < 0.98)).any()  # the blur did reach alpha
    assert red.min() > 0.5


@pytest.mark.parametrize("whose", ["shadow", "passer"])
def test_one_photo_alone_is_shadowed(whose: str) -> None:
    """The subject's shadow is on the source, that of someone beside the frame on the plate."""
    layers = Layers(
        torch.full((16, 3, 64, 64), 128, dtype=torch.uint8),
        torch.zeros((16, 1, 64, 64), dtype=torch.uint8),
        torch.full((16, 3, 80, 80), 180, dtype=torch.uint8),
    )
    layers.pha[:, :, 16:48, 16:48] = 255
    pair = photograph(layers, CPU, replace(EXACT, strength=1, clean=0, **{whose: 1}), (2,))
    outside = (pair.pha == 0).expand_as(pair.src)
    dark, plain = (pair.src, pair.bgr) if whose == "shadow" else (pair.bgr, pair.src)
    assert (dark[outside] < 0.69).any()
    assert torch.allclose(plain[outside], torch.full_like(plain[outside], 180 / 255))


def test_same_key_same_sample_and_other_key_another(folders: AssetFolders) -> None:
    dataset = LayerDataset(folders)
    one, again, other = (dataset[Draw(key, (64, 64))] for key in ((1, 2), (1, 2), (1, 3)))
    assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))
    assert not torch.equal(one.scene, other.scene)


def test_samples_of_a_batch_draw_independently() -> None:
    layers = Layers(
        torch.full((8, 3, 48, 48), 128, dtype=torch.uint8),
        torch.zeros((8, 1, 48, 48), dtype=torch.uint8),
        torch.full((8, 3, 64, 64), 128, dtype=torch.uint8),
    )
    config = replace(EXACT, strength=1, clean=0, residual=1, rounding=0)
    pair = photograph(layers, CPU, config, (4,))
    means = pair.bgr.mean(dim=(2, 3))
    assert len({tuple(np.round(m.tolist(), 5)) for m in means}) == 8


def test_workers_draw_what_one_process_draws(folders: AssetFolders) -> None:
    def plan(step: int) -> list[Draw]:
        return [Draw((step, i), (48, 48)) for i in range(3)]

    here, there = batches(folders, plan), batches(folders, plan, workers=2)
    for _ in range(3):
        for a, b in zip(next(here), next(there), strict=True):
            assert torch.equal(a, b)


def test_mismatch_grows_then_recedes() -> None:
    base = CaptureConfig()
    assert anneal(base, 0.0).strength < anneal(base, 0.1).strength < anneal(base, 0.5).strength
    assert anneal(base, 0.95).strength < anneal(base, 0.5).strength
    assert anneal(base, 0.95).clean > base.clean


def test_a_trained_network_gets_all_of_the_mismatch_at_once() -> None:
    base = CaptureConfig()
    assert anneal(base, 0.0, grow=False) == base
    assert anneal(base, 0.95, grow=False) == anneal(base, 0.95)


def test_jpeg_comes_close_to_a_real_encoder() -> None:
    rng = np.random.default_rng(1)
    photo = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    photo = photo.resize((128, 96), Image.Resampling.BICUBIC)
    exact = np.asarray(photo, np.float32) / 255
    for quality in (40, 75, 95):
        stream = io.BytesIO()
        photo.save(stream, "JPEG", quality=quality)
        real = np.asarray(Image.open(stream), np.float32) / 255
        tensor = torch.from_numpy(exact).permute(2, 0, 1)[None]
        ours = jpeg(tensor, torch.tensor([float(quality)]), torch.Generator().manual_seed(0))
        ours_error = (ours[0].permute(1, 2, 0).numpy() - exact).std()
        assert ours_error == pytest.approx((real - exact).std(), rel=0.3)


def test_preview_shows_every_sample(folders: AssetFolders) -> None:
    picture = preview(folders, count=6, side=48)
    assert picture.size == (12 * 50 + 2, 2 * 50 + 2 + SHEET.line)
    header = np.asarray(picture)[: SHEET.line]
    assert all(header[:, x : x + 50].any() for x in range(2, 600, 50))  # every column has its name


def moves(side: int, **motion: float) -> torch.Tensor:
    """By how many pixels 64 plates of `side` pixels move, each on average."""
    ramp = torch.arange(side + 32.0) / (side + 32) * 255
    layers = Layers(
        torch.zeros((64, 3, side, side), dtype=torch.uint8),
        torch.zeros((64, 1, side, side), dtype=torch.uint8),
        ramp.byte().expand(64, 3, side + 32, -1).clone(),
    )
    config = replace(EXACT, clean=0, motion=1, shake=0, turn=0, **motion)
    pair = photograph(layers, CPU, config, (6,))
    slope = 1 / (side + 32)  # of the ramp, per pixel
    return (pair.bgr - pair.src)[:, 0].mean(dim=(1, 2)) / slope


@pytest.mark.parametrize("side", [64, 160])
def test_a_plate_moves_by_as_many_pixels_whatever_the_crop(side: int) -> None:
    """The network sees pixels: a shift of a few of them must not shrink with the crop."""
    assert 2.2 < moves(side, strength=1, shift=3.0).std() < 4.0


@pytest.mark.parametrize("side", [64, 160])
def test_a_zoom_moves_a_crop_by_as_many_pixels_whatever_its_size(side: int) -> None:
    """About the middle of the frame, which a crop lies off."""
    assert 1.0 < moves(side, strength=5, shift=0).std() < 4.0


def test_sharpening_sharpens_the_true_foreground_alike() -> None:
    layers = draw_layers(LayerDataset(AssetFolders()), 8)
    layers = layers._replace(pha=torch.full_like(layers.pha, 255))
    before = photograph(layers, CPU, EXACT, (7,))
    pair = photograph(layers, CPU, replace(EXACT, sharpen=1), (7,))
    assert torch.allclose(pair.src, pair.fgr, atol=1e-5)
    assert not torch.allclose(pair.src, before.src, atol=0.01)
