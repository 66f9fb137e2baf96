"""Exported files give what torch gives, say what they are, and are placed only if both holds."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from support.small_network import small_network

import bgmatting
from bgmatting.errors import BgmattingError, InputError, OutputError, WeightsError
from bgmatting.export import checking, export_weights, exporting
from bgmatting.export.exporting import FORMATS
from bgmatting.extras import has_modules

PAGE = Path(__file__).parents[2] / "docs" / "runtimes.md"


def needs(suffix):
    if not has_modules(*FORMATS[suffix].modules):
        pytest.skip(f"needs the extra export, for {FORMATS[suffix].runtime}")


@pytest.fixture(params=FORMATS, scope="module")
def suffix(request):
    needs(request.param)
    return request.param


@pytest.fixture(scope="module")
def exported(suffix, small_weights, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / f"net{suffix}"
    return export_weights(small_weights, path)


@pytest.fixture
def no_work(monkeypatch):
    """Tracing fails the test: what is wrong has to be said before."""

    def fail(*_, **__):
        raise AssertionError("traced")

    monkeypatch.setattr(exporting, "matting_program", fail)


def batch(shape):
    return [part.numpy() for part in checking.drawn_pair(shape)]


@pytest.mark.parametrize("shape", [(1, 48, 80), (3, 37, 61), (1, 17, 130)])
def test_it_gives_what_torch_gives(exported, suffix, small, shape):
    src, bgr = batch(shape)
    got = FORMATS[suffix].runner(exported.path, 1)(src, bgr)
    with torch.inference_mode():
        expected = small_network()(torch.from_numpy(src), torch.from_numpy(bgr))
    assert expected.pha.std() > 0.05  # there is something to compare
    for value, other in zip(expected[:3], got, strict=True):
        assert other.shape == value.shape
        assert other.dtype == np.float32
        assert np.abs(other - value.numpy()).max() < 1e-4


def test_what_was_written_is_told(exported, suffix, small_weights):
    assert sorted(path.name for path in exported.path.parent.iterdir()) == sorted(
        path.name for path in exported.files
    )
    assert len(exported.files) == (2 if suffix == ".xml" else 1)
    assert exported.sha256 == hashlib.sha256(exported.path.read_bytes()).hexdigest()
    assert set(exported.agreement.largest) == {"pha", "fgr", "err"}
    assert max(exported.agreement.largest.values()) <= exported.agreement.tolerance
    weights = hashlib.sha256((small_weights / "model.safetensors").read_bytes()).hexdigest()
    facts = exported.facts
    assert json.loads(facts["weights_sha256"]) == {"model.safetensors": weights}
    assert facts["backbone"] == "small"
    assert facts["working_size"] == "64"
    assert facts["license"] == "mit"
    assert facts["precision"] == "float32"
    assert facts["bgmatting"] == bgmatting.__version__


def test_the_file_says_what_it_is(exported, suffix):
    read = {".onnx": _read_onnx, ".xml": _read_openvino, ".pt2": _read_torch}[suffix]
    facts, inputs, outputs = read(exported.path)
    assert facts == exported.facts
    if suffix != ".pt2":  # which names no outputs
        assert outputs == ["pha", "fgr", "err"]
    assert inputs == ["src", "bgr"]


def _read_onnx(path):
    import onnx

    model = onnx.load(path)
    onnx.checker.check_model(model)
    shapes = [
        [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    ]
    channels = (3, 3, 1, 3, 1)
    assert shapes == [["batch", c, "height", "width"] for c in channels]
    facts = {entry.key: entry.value for entry in model.metadata_props}
    return facts, *([v.name for v in values] for values in (model.graph.input, model.graph.output))


def _read_openvino(path):
    import openvino

    model = openvino.Core().read_model(path)
    facts = dict(model.get_rt_info("bgmatting").value)
    return facts, *([port.any_name for port in ports] for ports in (model.inputs, model.outputs))


def _read_torch(path):
    names = ("backbone", "working_size", "precision", "license", "weights_sha256", "bgmatting")
    found = {f"bgmatting-{name}": "" for name in (*names, "range")}
    program = torch.export.load(path, extra_files=found)
    facts = {name.removeprefix("bgmatting-"): value for name, value in found.items()}
    facts = {k: v.decode() if isinstance(v, bytes) else v for k, v in facts.items()}
    return facts, list(program.graph_signature.user_inputs), []


def test_half_is_half_the_size_and_nearly_the_same(suffix, exported, small_weights, tmp_path):
    half = export_weights(small_weights, tmp_path / f"half{suffix}", dtype="float16", hidden=True)
    assert half.facts["precision"] == "float16"
    assert set(half.agreement.largest) == {"pha", "fgr", "err", "hid"}
    sizes = [sum(file.stat().st_size for file in one.files) for one in (half, exported)]
    assert sizes[0] < 0.6 * sizes[1]


def test_the_page_s_snippet_runs_it(exported, suffix, small, tmp_path, monkeypatch):
    """What docs/runtimes.md shows gives torch's alpha, as it stands there."""
    (snippet,) = [
        code for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
        if f"mobilenetv2{suffix}" in code
    ]  # fmt: skip
    assert len([line for line in snippet.splitlines() if line.strip()]) <= 10
    for file in exported.files:
        shutil.copyfile(file, tmp_path / f"mobilenetv2{file.suffix}")
    photos = [np.uint8(part[0].transpose(1, 2, 0) * 255) for part in batch((1, 48, 80))]
    for name, photo in zip(("portrait.jpg", "empty-room.jpg"), photos, strict=True):
        Image.fromarray(photo).save(tmp_path / name, format="PNG")
    monkeypatch.chdir(tmp_path)
    exec(compile(snippet, str(PAGE), "exec"), {})
    src, bgr = (torch.from_numpy(photo).permute(2, 0, 1)[None] / 255 for photo in photos)
    with torch.inference_mode():
        expected = np.rint(small_network()(src, bgr).pha[0, 0].numpy() * 255)
    alpha = np.asarray(Image.open("alpha.png"), dtype=np.float32)
    assert np.abs(alpha - expected).max() <= 1
    assert alpha.std() > 10


def test_what_is_there_is_not_replaced_unasked(suffix, small_weights, tmp_path, no_work):
    for file in exporting._files(tmp_path / f"net{suffix}"):
        file.write_text("mine")
        with pytest.raises(OutputError, match="exists already"):
            export_weights(small_weights, tmp_path / f"net{suffix}")
        assert file.read_text() == "mine"
        file.unlink()


def test_what_disagrees_is_not_put_in_place(suffix, small_weights, tmp_path, monkeypatch):
    files = exporting._files(tmp_path / f"net{suffix}")
    for file in files:
        file.write_text("mine")
    real = exporting.FORMATS[suffix]

    def off(path, threads):
        run = real.runner(path, threads)
        return lambda *inputs: [output + 0.01 for output in run(*inputs)]

    patched = exporting.Format(real.runtime, real.write, off, real.modules)
    monkeypatch.setitem(exporting.FORMATS, suffix, patched)
    with pytest.raises(OutputError, match=r"pha that is 0.01 off torch's at 96 x 64 pixels"):
        export_weights(small_weights, files[-1], overwrite=True)
    assert [file.read_text() for file in files] == ["mine"] * len(files)
    assert set(tmp_path.iterdir()) == set(files)


def test_somebody_else_s_file_comes_first(small_weights, tmp_path, monkeypatch):
    """Of two files both are placed, or none."""
    needs(".xml")
    monkeypatch.setattr(exporting, "matting_program", lambda *_, **__: None)

    def write(program, path, facts):
        path.write_text("operators")
        path.with_suffix(".bin").write_text("weights")
        (tmp_path / "net.xml").write_text("theirs")  # meanwhile

    kind = exporting.Format("OpenVINO", write, lambda path, threads: None)
    monkeypatch.setitem(exporting.FORMATS, ".xml", kind)
    monkeypatch.setattr(exporting, "check", lambda *_: None)
    with pytest.raises(OutputError, match="exists already"):
        export_weights(small_weights, tmp_path / "net.xml")
    assert [path.name for path in tmp_path.iterdir()] == ["net.xml"]
    assert (tmp_path / "net.xml").read_text() == "theirs"


@pytest.mark.parametrize("name", ["net.tflite", "net", "net.onnx.gz", ".onnx"])
def test_endings_that_are_no_format(small_weights, tmp_path, name, no_work):
    with pytest.raises(InputError, match=r"choose one of \.onnx \(ONNX Runtime\), \.xml"):
        export_weights(small_weights, tmp_path / name)


def test_other_mistakes_are_said_before_the_work(small_weights, tmp_path, no_work):
    with pytest.raises(InputError, match="exported as float32 or float16"):
        export_weights(small_weights, tmp_path / "net.pt2", dtype="bfloat16")
    with pytest.raises(OutputError, match="there is no folder"):
        export_weights(small_weights, tmp_path / "nowhere" / "net.pt2")
    (tmp_path / "net.pt2").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        export_weights(small_weights, tmp_path / "net.pt2", overwrite=True)
    with pytest.raises(WeightsError):
        export_weights(tmp_path / "no-weights", tmp_path / "other.pt2")


@pytest.mark.parametrize(("name", "module"), [("net.onnx", "onnxscript"), ("net.xml", "openvino")])
def test_a_missing_extra_is_named(small_weights, tmp_path, monkeypatch, no_work, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=r"pip install 'bgmatting\[export\]'"):
        export_weights(small_weights, tmp_path / name)


def test_a_network_whose_numbers_mean_nothing(small, tmp_path):
    network = small_network()
    network.decoder.conv4.bias.data[0] = float("nan")
    network.save_pretrained(tmp_path / "weights")
    with pytest.raises(InputError, match="not finite: its weights are damaged"):
        export_weights(tmp_path / "weights", tmp_path / "net.pt2")
    assert not (tmp_path / "net.pt2").exists()


@pytest.mark.parametrize(
    "card", [None, "no front matter", "---\nlicense: [\n---\n", "---\na: 1\n---"]
)
def test_a_licence_that_nobody_states(tmp_path, card):
    from bgmatting.export.facts import licence_of

    if card is not None:
        (tmp_path / "README.md").write_text(card)
    assert licence_of(tmp_path) == "not stated"


def test_all_refusals_are_ours(tmp_path, no_work):
    for name in ("a.onnx", "a.xml", "a.pt2", "a.b"):
        with pytest.raises(BgmattingError):
            export_weights("no such weights!", tmp_path / name)
