from __future__ import annotations

import sys

import pytest
import torch


def test_a_file_is_made_and_listed(quick_cli, small_weights, tmp_path):
    done = quick_cli("export", small_weights, "net.pt2")
    assert (done.returncode, done.stdout) == (0, "net.pt2\n")
    assert "compared with torch at 96x64, 67x101" in done.stderr
    assert "(0.0001 is allowed)" in done.stderr
    network = torch.export.load(tmp_path / "net.pt2").module()
    assert [value.shape[1] for value in network(*torch.rand(2, 1, 3, 32, 48))] == [1, 3, 1]
    again = quick_cli("export", small_weights, "net.pt2")
    assert again.returncode == 1
    assert "net.pt2 exists already" in again.stderr


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("net.tflite", "net.tflite has the ending .tflite, which is no format to export to"),
        ("nowhere/net.pt2", "there is no folder"),
    ],
)
def test_mistakes_are_one_sentence(quick_cli, small_weights, out, said):
    done = quick_cli("export", small_weights, out)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["cutout", "folder"])
class TestEngineOptions:
    def test_unknown_ones_are_wrong_usage(self, quick_cli, command):
        assert quick_cli(command, "a", "b", "c", "--engine", "tensorrt").returncode == 2
        assert quick_cli(command, "a", "b", "c", "--threads", "0").returncode == 2

    def test_a_missing_extra_is_named(
        self, quick_cli, draw, small_weights, tmp_path, command, monkeypatch
    ):
        monkeypatch.setitem(sys.modules, "openvino", None)
        draw("in/photo.png", subject=True)
        draw("empty.png")
        where = {"cutout": ["in/photo.png", "empty.png"], "folder": ["in", "empty.png", "out"]}
        done = quick_cli(
            command, *where[command], "--weights", small_weights, "--engine", "openvino"
        )
        assert done.returncode == 1
        assert "openvino is needed, which is not installed" in done.stderr
        assert "pip install 'bgmatting[openvino]'" in done.stderr

    def test_threads_are_heeded(self, quick_cli, draw, small_weights, command, monkeypatch):
        from bgmatting.imaging.engines import torch_engine

        used = []
        real = torch_engine.torch_threads
        monkeypatch.setattr(torch_engine, "torch_threads", lambda n: (used.append(n), real(n))[1])
        draw("in/photo.png", subject=True)
        draw("empty.png")
        where = {"cutout": ["in/photo.png", "empty.png"], "folder": ["in", "empty.png", "out"]}
        done = quick_cli(command, *where[command], "--weights", small_weights, "--threads", 1)
        assert done.returncode == 0, done.stderr
        assert set(used) == {1}


def test_what_auto_is_for_one_photo_and_for_many(monkeypatch):
    from bgmatting.cli.options import settings
    from bgmatting.imaging import Matter

    asked = []
    monkeypatch.setattr(
        Matter, "from_pretrained", classmethod(lambda cls, name, **how: asked.append(how["engine"]))
    )
    common = dict.fromkeys(
        ("backbone", "weights", "backdrop", "device", "precision", "size", "overwrite", "timing",
         "align", "clean", "force_download", "threads", "bleed", "despill")
    )  # fmt: skip
    for engine in ("auto", "onnxruntime"):
        chosen = settings(**common, kinds=(), bits="8", engine=engine)
        chosen.matter(for_one=True)
        chosen.matter()
    assert asked == ["torch", "auto", "onnxruntime", "onnxruntime"]
