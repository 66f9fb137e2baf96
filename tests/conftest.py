"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["support.hub_fixtures", "support.small_network"]

# Other engines are for tests that ask for them: converting a network takes seconds.
os.environ.setdefault("BGMATTING_ENGINE", "torch")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data beside a checkout (or `BGMATTING_SHARED`); skips the test without it."""
    folder = Path(os.environ.get("BGMATTING_SHARED", ROOT.parent / "shared"))
    if not (folder / "eval").is_dir():
        pytest.skip(f"needs the evaluation data: no {folder}/eval")
    return folder


@pytest.fixture(scope="session")
def reference() -> Path:
    """Conformity fixtures: published keys and, from known weights, inputs and outputs."""
    return Path(__file__).parent / "fixtures" / "reference"
