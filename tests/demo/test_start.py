"""The page is up in seconds: what takes long to import waits until it is needed."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest
from support.page_server import ROOT, running_page

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
    with running_page(tmp_path) as server:
        took, worked = server.took, sum(psutil.Process(server.pid).cpu_times()[:2])
    print(f"\nfirst answer after {took:.1f} s, of which the processor worked {worked:.1f} s")
    assert min(took, worked) < PROMISED
