"""The page as its users meet it: a server of its own, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.page_server import PageServer, running_page


@pytest.fixture(scope="session")
def page_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """A running `app.py`."""
    with running_page(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def server(page_server: PageServer) -> str:
    """Its address."""
    return page_server.address


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small pair: a disc before a gradient, and the gradient."""
    folder = tmp_path_factory.mktemp("pair")
    y, x = np.mgrid[:180, :240]
    empty = np.stack([x, y, (x + y) // 2], axis=2).astype(np.uint8)
    source = empty.copy()
    source[(x - 120) ** 2 + (y - 90) ** 2 < 60**2] = (220, 60, 40)
    paths = folder / "disc.png", folder / "empty.png"
    for path, picture in zip(paths, (source, empty), strict=True):
        Image.fromarray(picture).save(path)
    return paths


@pytest.fixture(scope="session")
def expected(pair: tuple[Path, Path]) -> dict[str, np.ndarray]:
    """What Python gives for `pair`, by kind."""
    from bgmatting import Matter

    matte = Matter.from_pretrained("mobilenetv2")(*pair)
    return {
        kind: np.asarray(matte.image(kind)) for kind in ("cutout", "alpha", "foreground", "error")
    }


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, driven by Playwright; skips without one, and where BROWSER is "skip"."""
    if os.environ.get("BROWSER") == "skip":
        pytest.skip("BROWSER=skip: the tests in a browser are left out")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs a browser: no chromium on PATH (apt install chromium)")
    from playwright.sync_api import sync_playwright

    flags = (
        *("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync"),
        *("disable-background-networking", "disable-component-update"),
    )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, args=[f"--{flag}" for flag in flags]
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def open_page(browser, server: str):
    """Opens the page: `with open_page(**context) as page`. Errors in its console fail the test."""

    @contextmanager
    def opened(go: bool = True, **context):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        if go:
            page.goto(server)
            page.locator("#run").wait_for()
        yield page
        context.close()
        assert errors == []

    return opened


@pytest.fixture
def page(open_page):
    """The page, opened and ready."""
    with open_page() as opened:
        yield opened
