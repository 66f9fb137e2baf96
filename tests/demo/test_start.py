"""The page is up in seconds: what takes long to import waits until it is needed."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest
from support.page_server import ROOT, running_page

PROMISED = 10  # seconds to the first answer, on two cores
HEAVY = ("torch", "torchvision", "safetensors.torch", "bgmatting.model", "bgmatting.hub.files")


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
    code = "import sys; from bgmatting.hub import resolve; resolve('.'); print(*sys.modules)"
    loaded = _python(code).split()
    assert [name for name in HEAVY if name in loaded] == []


def test_the_hub_s_names_are_all_there():
    import bgmatting.hub

    for name in bgmatting.hub.__all__:
        assert getattr(bgmatting.hub, name) is not None
    assert set(bgmatting.hub.__all__) <= set(dir(bgmatting.hub))
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = bgmatting.hub.nothing_of_the_kind


@pytest.mark.slow
def test_the_first_answer_comes_in_time(tmp_path):
    """By the clock; on a machine busy with other things, by the processor time it took."""
    with running_page(tmp_path) as server:
        took, worked = server.took, sum(psutil.Process(server.pid).cpu_times()[:2])
    print(f"\nfirst answer after {took:.1f} s, of which the processor worked {worked:.1f} s")
    assert min(took, worked) < PROMISED
