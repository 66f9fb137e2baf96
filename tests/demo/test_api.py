"""The page's named endpoint, as programs call it."""

from __future__ import annotations

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
    files = client.predict(*map(handle_file, pair), "mobilenetv2", api_name="/matte")
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


def test_a_backbone_that_is_not(client, pair):
    with pytest.raises(AppError):
        client.predict(*map(handle_file, pair), "vgg", api_name="/matte")
