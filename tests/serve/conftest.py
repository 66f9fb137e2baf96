"""A server in this process, with a network of random numbers."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.testclient import TestClient

from bgmatting.demo.service import Service


@pytest.fixture(scope="session")
def matter():
    from bgmatting.imaging import Matter
    from bgmatting.weights.matting_base import MattingBase

    torch.manual_seed(1)
    return Matter(MattingBase("mobilenetv2", working_size=64), device="cpu", dtype="float32")


@pytest.fixture
def service(matter, monkeypatch) -> Service:
    service = Service()
    monkeypatch.setattr(service, "matter", lambda backbone: matter)
    return service


@pytest.fixture
def client(service):
    from bgmatting.serve.app import build_app

    with TestClient(build_app(service), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    """png(subject=False, width=96, height=72) -> a photo's file."""

    def make(*, subject: bool = False, width: int = 96, height: int = 72) -> bytes:
        y, x = np.mgrid[:height, :width]
        picture = np.stack([x * 2 % 256, y * 3 % 256, (x + y) % 256], axis=2).astype(np.uint8)
        if subject:
            inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2
            picture[inside] = (200, 120, 90)
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        return file.getvalue()

    return make


@pytest.fixture
def pair(png) -> dict[str, tuple[str, bytes]]:
    """The form's files."""
    return {"source": ("a.png", png(subject=True)), "background": ("b.png", png())}
