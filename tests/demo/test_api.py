"""The page's named endpoint, as programs call it."""

from __future__ import annotations

import json
import urllib.request

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    return Client(server, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


def test_matte_is_the_only_endpoint(client):
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/matte"]


def test_pixels_arrive_as_python_gives_them(client, pair, expected):
    files = client.predict(*map(handle_file, pair), api_name="/matte")
    assert len(files) == len(expected)
    for file, (kind, pixels) in zip(files, expected.items(), strict=True):
        picture = Image.open(file)
        assert picture.format == "PNG"
        np.testing.assert_array_equal(np.asarray(picture), pixels, err_msg=kind)


def test_a_file_that_is_no_photo(client, pair, tmp_path):
    notes = tmp_path / "notes.jpg"
    notes.write_text("not a photo")
    with pytest.raises(AppError) as refusal:
        client.predict(*map(handle_file, (notes, pair[1])), "mobilenetv2", api_name="/matte")
    said = str(refusal.value)
    assert "notes.jpg" in said
    assert "/" not in said  # no path of the server


@pytest.mark.parametrize("backbone", ["vgg", "../mobilenetv2"])
def test_a_backbone_that_is_not(client, pair, backbone):
    with pytest.raises(AppError):
        client.predict(*map(handle_file, pair), backbone, api_name="/matte")


def test_too_many_pixels_are_refused_before_decoding(client, pair, tmp_path):
    huge = tmp_path / "huge.png"
    Image.new("1", (10_000, 6_000)).save(huge)
    with pytest.raises(AppError, match="60"):
        client.predict(handle_file(huge), handle_file(pair[1]), api_name="/matte")


@pytest.mark.parametrize(
    "path", ["http://127.0.0.1:9/a.png", "https://example.invalid/a.png", "/etc/hostname"]
)
def test_only_uploaded_files_are_read(server, path):
    """Neither what an address points to nor the server's own files."""
    photo = {"path": path, "meta": {"_type": "gradio.FileData"}}
    said = _call(server, [photo, photo, "mobilenetv2", True, False])
    assert "event: error" in said
    assert "event: complete" not in said
    assert "Cannot move" not in said


def test_the_page_s_own_events_are_private(server):
    with urllib.request.urlopen(f"{server}config") as answer:
        events = json.load(answer)["dependencies"]
    public = [event["api_name"] for event in events if event["api_visibility"] != "private"]
    assert public == ["matte"]


def _call(server, data):
    """What the endpoint says over plain HTTP."""
    address = f"{server}gradio_api/call/matte"
    request = urllib.request.Request(
        address,
        json.dumps({"data": data}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{address}/{event}") as answer:
        return answer.read().decode()
