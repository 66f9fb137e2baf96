from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import InputError, PhotoError
from bgmatting.evaluation import EvaluationSet


def test_samples_come_in_the_index_order_with_their_arrays(make_set):
    pairs = EvaluationSet(make_set(["drift/b", "clean/b", "drift/a"]))
    assert pairs.name == "tiny"
    assert len(pairs) == 3
    assert pairs.conditions == ["drift", "clean"]
    assert pairs.sizes["clean/b"] == (32, 24)
    samples = list(pairs)
    assert [sample.name for sample in samples] == ["drift/b", "clean/b", "drift/a"]
    first = samples[0]
    assert first.condition == "drift"
    assert first.source.shape == first.background.shape == (24, 32, 3)
    assert first.source.dtype == first.background.dtype == np.uint8
    assert tuple(first.background[0, 0]) == (20, 40, 60)
    assert first.alpha.dtype == first.foreground.dtype == np.float32
    assert first.alpha[0, 8] == pytest.approx(128 / 255)
    assert first.foreground.max() == 1


@pytest.mark.parametrize("mode", ["RGB", "16"])
def test_alpha_may_be_colour_or_sixteen_bits(make_set, mode):
    root = make_set(["clean/a"])
    path = root / "clean/a/pha.png"
    alpha = np.asarray(Image.open(path))
    if mode == "16":
        Image.fromarray(alpha.astype(np.uint16) * 257).save(path)
    else:
        Image.fromarray(np.stack([alpha] * 3, axis=2)).save(path)
    read = EvaluationSet(root).load("clean/a").alpha
    np.testing.assert_allclose(read, alpha / 255, atol=1e-6)


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".webp", ".tif", ".TIFF"])
def test_images_may_have_any_of_the_suffixes(make_set, suffix):
    root = make_set(["clean/a"])
    path = root / "clean/a/src.png"
    Image.open(path).save(path.with_suffix(suffix))
    path.unlink()
    assert EvaluationSet(root).load("clean/a").source.shape == (24, 32, 3)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"no folder .*nowhere"):
        EvaluationSet(tmp_path / "nowhere")


def test_a_folder_without_index(tmp_path):
    with pytest.raises(InputError, match=r"no index\.json"):
        EvaluationSet(tmp_path)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"clean": ["a"]}', "[1]", '["a"]', '["../a/b"]', '["/a/b"]', '["a//b"]']
)
def test_an_index_that_is_no_list_of_samples(make_set, text):
    root = make_set()
    (root / "index.json").write_text(text)
    with pytest.raises(InputError, match=r"index\.json"):
        EvaluationSet(root)


def test_an_index_that_names_a_sample_twice(make_set):
    root = make_set(["clean/a"])
    (root / "index.json").write_text(json.dumps(["clean/a", "clean/a"]))
    with pytest.raises(InputError, match="more than once"):
        EvaluationSet(root)


def test_a_sample_that_is_not_there(make_set):
    root = make_set(["clean/a"])
    (root / "index.json").write_text(json.dumps(["clean/a", "clean/zoe"]))
    with pytest.raises(InputError, match="clean/zoe"):
        EvaluationSet(root)


def test_an_image_that_is_not_there(make_set):
    root = make_set()
    (root / "drift/a/fgr.png").unlink()
    with pytest.raises(InputError, match=r"drift/a must have one true foreground.*found none"):
        EvaluationSet(root)


def test_an_image_that_is_there_twice(make_set):
    root = make_set()
    path = root / "clean/a/bgr.png"
    Image.open(path).save(path.with_suffix(".jpg"))
    with pytest.raises(InputError, match=r"bgr\.jpg, bgr\.png"):
        EvaluationSet(root)


def test_images_of_different_sizes(make_set):
    root = make_set()
    Image.new("L", (30, 24)).save(root / "clean/b/pha.png")
    with pytest.raises(InputError, match=r"clean/b.*src\.png 32x24.*pha\.png 30x24"):
        EvaluationSet(root)


def test_what_is_no_image(make_set):
    root = make_set()
    (root / "clean/a/src.png").write_text("not an image")
    with pytest.raises(PhotoError, match=r"src\.png"):
        EvaluationSet(root)


def test_a_truncated_image(make_set):
    root = make_set(size=(320, 240))
    path = root / "clean/a/src.png"
    path.write_bytes(path.read_bytes()[:-200])
    pairs = EvaluationSet(root)
    with pytest.raises(PhotoError, match=r"src\.png"):
        pairs.load("clean/a")


def test_a_name_that_is_not_in_the_index(make_set):
    with pytest.raises(InputError, match="no sample 'clean/z'"):
        EvaluationSet(make_set()).load("clean/z")
