"""`POST /matte`: what it answers, and what it refuses in one sentence of JSON."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.png import read_png

from bgmatting.errors import OutOfMemoryError
from bgmatting.serve import app
from bgmatting.serve.turns import Settings, Turns


def refused(answer, status):
    """The sentence; the answer has nothing else."""
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert list(said) == ["error"]
    assert "\n" not in said["error"]
    assert "Traceback" not in said["error"]
    return said["error"]


@pytest.fixture
def expected(matter, pair):
    photos = [np.asarray(Image.open(io.BytesIO(content))) for _, content in pair.values()]
    return lambda **options: matter(*photos, **options)


def test_a_cut_out_is_what_python_gives(client, pair, expected):
    answer = client.post("/matte", files=pair)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    pixels = read_png(answer.content)
    np.testing.assert_array_equal(pixels, np.asarray(expected().cutout()))


@pytest.mark.parametrize("result", ["cutout", "alpha", "foreground", "error"])
def test_every_result_in_every_way(client, pair, expected, result):
    asked = {"result": result, "bits": "16", "bleed": "true", "despill": "0.5", "clean": "yes"}
    answer = client.post("/matte", files=pair, data={**asked, "align": "false", "size": "48"})
    assert answer.status_code == 200, answer.text
    matte = expected(size=48, align=False, clean=True)
    wanted = matte.array(result, 16, bleed=True, despill=0.5)
    np.testing.assert_array_equal(read_png(answer.content), wanted)


@pytest.mark.parametrize("backdrop", ["#00b140", "blur"])
def test_composites(client, pair, expected, backdrop):
    answer = client.post("/matte", files=pair, data={"result": "composite", "backdrop": backdrop})
    wanted = np.asarray(expected().composite(backdrop))
    np.testing.assert_array_equal(read_png(answer.content), wanted)


def test_what_is_wrong_with_the_pair_is_told_beside(client, png):
    photo = ("a.png", png(subject=True))
    answer = client.post("/matte", files={"source": photo, "background": photo})
    assert answer.status_code == 200
    findings = json.loads(answer.headers["bgmatting-findings"])
    assert any("look the same" in sentence for sentence in findings)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"bits": "12"}, "bits is '12'; expected one of 8, 16"),
        ({"despill": "nan"}, "expected a number from 0 to 1"),
        ({"size": "native"}, 'expected "auto" or a whole number'),
        ({"size": "100000"}, 'expected "auto" or a whole number'),
        ({"bleed": "perhaps"}, "expected true or false"),
        ({"backbone": "vgg"}, "expected one of mobilenetv2"),
        ({"backdrop": "/etc/passwd"}, "expected a colour"),
        ({"backdrop": "http://example.org/a.png"}, "expected a colour"),
        ({"backdrop": "nocolour"}, "expected a colour"),
        ({"weights": "owner/name"}, "there is no option 'weights'"),
        ({"bits": "x" * 900}, "Part exceeded maximum size"),
    ],
)
def test_options_that_cannot_be(client, pair, fields, said):
    assert said in refused(client.post("/matte", files=pair, data=fields), 400)


def test_photos_that_did_not_come(client, pair):
    alone = {"source": pair["source"]}
    assert "background did not come" in refused(client.post("/matte", files=alone), 400)
    more = [*pair.items(), ("source", pair["source"])]
    refused(client.post("/matte", files=more), 400)
    assert "a file" in refused(client.post("/matte", files={**alone, "bits": pair["source"]}), 400)
    text = {"background": "no file"}
    assert "no file" in refused(client.post("/matte", files=alone, data=text), 400)


def test_photos_that_cannot_be_used(client, pair, png):
    broken = {**pair, "source": ("../../etc/passwd", b"no photo")}
    said = refused(client.post("/matte", files=broken), 422)
    assert said.startswith("source is not a photo")
    tall = {**pair, "background": ("b.png", png(width=72, height=96))}
    assert "72 x 96" in refused(client.post("/matte", files=tall), 422)


def test_bodies_that_are_no_form(client):
    assert "multipart/form-data" in refused(client.post("/matte", json={"source": "a"}), 415)
    refused(client.post("/matte"), 415)
    kind = {"content-type": "multipart/form-data; boundary=x"}
    refused(client.post("/matte", content=b"--y\r\n", headers=kind), 400)
    kind = {"content-type": "multipart/form-data"}
    refused(client.post("/matte", content=b"", headers=kind), 400)


def test_what_is_too_large(client, pair, monkeypatch):
    monkeypatch.setattr(app, "MAX_FILE_SIZE", 4096)
    large = {**pair, "source": ("a.png", bytes(5000))}
    refused(client.post("/matte", files=large), 413)  # one of them, both within the whole
    monkeypatch.setattr(app, "FORM", 100)
    large = {**pair, "source": ("a.png", bytes(50000))}
    refused(client.post("/matte", files=large), 413)

    def without_length():
        yield b"--x\r\n" + b"Content-Disposition: form-data; name=source; filename=a\r\n\r\n"
        yield bytes(50000)

    kind = {"content-type": "multipart/form-data; boundary=x"}
    refused(client.post("/matte", content=without_length(), headers=kind), 413)


def test_too_many_pixels(client, pair, monkeypatch):
    monkeypatch.setattr("bgmatting.demo.service.MAX_MEGAPIXELS", 0.001)
    assert "the limit is 0.001" in refused(client.post("/matte", files=pair), 422)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OutOfMemoryError("not enough memory"), 503),
        (MemoryError(), 503),
        (RuntimeError("secret/path"), 500),
    ],
)
def test_what_goes_wrong_here(client, service, pair, monkeypatch, error, status):
    def fail(*_):
        raise error

    monkeypatch.setattr(service, "matte", fail)
    answer = client.post("/matte", files=pair)
    assert "secret" not in refused(answer, status)
    assert ("retry-after" in answer.headers) == (status == 503)


def test_nothing_is_kept(client, pair, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert client.post("/matte", files=pair).status_code == 200
    refused(client.post("/matte", files={**pair, "source": ("a", b"no photo")}), 422)
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_the_photos(client, pair, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    refused(client.post("/matte", files=pair), 507)


@pytest.mark.parametrize(
    ("settings", "status"), [(Settings(share=0), 429), (Settings(places=0), 503)]
)
def test_who_finds_no_place_is_told_when_to_come_again(service, pair, settings, status):
    from starlette.testclient import TestClient

    with TestClient(app.build_app(service, Turns(settings))) as client:
        answer = client.post("/matte", files=pair)
        refused(answer, status)
        assert answer.headers["retry-after"] == "10"
        assert client.get("/healthz").json()["requests"] == 0


def test_other_paths_and_methods(client):
    for answer in (client.get("/"), client.get("/docs"), client.get("/matte/x")):
        assert "POST /matte" in refused(answer, 404)
    refused(client.get("/matte"), 405)
    refused(client.post("/healthz"), 405)


class TestHealth:
    def test_well(self, service, monkeypatch):
        monkeypatch.setattr(app.threading, "Thread", _AtOnce)
        with _client(service) as client:
            answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json()["status"] == "ok"

    def test_not_loaded_yet(self, service, monkeypatch):
        monkeypatch.setattr(app.threading, "Thread", _Never)
        with _client(service) as client:
            answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["status"] == "loading"

    def test_cannot_be_loaded(self, service, monkeypatch):
        def fail(_):
            raise RuntimeError("damaged")

        monkeypatch.setattr(service, "matter", fail)
        monkeypatch.setattr(app.threading, "Thread", _AtOnce)
        with _client(service) as client:
            assert client.get("/healthz").json()["status"] == "failed"


class _AtOnce:
    def __init__(self, target, daemon):
        self.start = target


class _Never:
    def __init__(self, target, daemon):
        self.start = lambda: None


def _client(service):
    from starlette.testclient import TestClient

    return TestClient(app.build_app(service))


class TestWords:
    def test_every_option_and_status_is_told(self, client):
        words = client.get("/openapi.json").json()
        assert words["openapi"].startswith("3.1")
        post = words["paths"]["/matte"]["post"]
        form = post["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert form["required"] == ["source", "background"]
        assert {"result", "bits", "bleed", "despill", "align"} < set(form["properties"])
        assert {"200", "400", "413", "422", "429", "503"} < set(post["responses"])
        assert "64 MB" in form["properties"]["source"]["description"]

    def test_defaults_can_be_sent_as_they_are_told(self, client, pair):
        words = client.get("/openapi.json").json()
        form = words["paths"]["/matte"]["post"]["requestBody"]["content"]["multipart/form-data"]
        properties = form["schema"]["properties"]
        told = {name: str(p["default"]) for name, p in properties.items() if "default" in p}
        assert len(told) == len(properties) - 2
        answer = client.post("/matte", files=pair, data=told)
        assert answer.status_code == 200, answer.text
        assert answer.content == client.post("/matte", files=pair).content


def test_the_temporary_folder_s_name_is_in_no_answer(client, pair):
    said = refused(client.post("/matte", files={**pair, "background": ("b", b"x")}), 422)
    assert str(Path(tempfile.gettempdir())) not in said
