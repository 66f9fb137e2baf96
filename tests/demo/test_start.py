"""The page is up in seconds: what takes long to import waits until it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from support.page_server import page_server

ROOT = Path(__file__).parents[2]
PROMISED = 10  # seconds to the first answer, on two cores
HEAVY = ("torch", "torchvision", "safetensors.torch", "bgmatting.model", "bgmatting.weights.files")


def _python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_building_the_page_leaves_torch_alone():
    loaded = _python("import sys, app; print(*sys.modules)").split()
    assert "gradio" in loaded  # the page was built
    assert [name for name in HEAVY if name in loaded] == []


def test_where_weights_are_is_known_without_torch():
    code = "from bgmatting.weights.repositories import resolve; resolve('.')"
    loaded = _python(f"import sys; {code}; print(*sys.modules)").split()
    assert [name for name in HEAVY if name in loaded] == []


def test_the_package_s_names_are_all_there():
    import bgmatting

    for name in bgmatting.__all__:
        assert getattr(bgmatting, name) is not None
    assert set(bgmatting.__all__) <= set(dir(bgmatting))
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = bgmatting.nothing_of_the_kind


@pytest.mark.slow
def test_the_first_answer_comes_in_time(tmp_path):
    """By the clock; on a machine busy with other things, by the processor time it took."""
    start = time.monotonic()
    with page_server(tmp_path, patience=None) as server:
        while not server.answers():
            assert time.monotonic() - start < 10 * PROMISED, server.log.read_text()
            time.sleep(0.05)
        took = time.monotonic() - start
        worked = sum(psutil.Process(server.process.pid).cpu_times()[:2])
    print(f"\nfirst answer after {took:.1f} s, of which the processor worked {worked:.1f} s")
    assert min(took, worked) < PROMISED
