"""A lent GPU, with a stand-in for `spaces` that forks and pickles as the real one does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bgmatting.demo.gpu import lent, on_gpu

ROOT = Path(__file__).parents[2]

STAND_IN = '''
import multiprocessing, pickle

def GPU(task=None, *, duration=None, size=None):
    """As ZeroGPU's: another process; of errors, only the class's name comes back."""
    if task is None:
        return lambda task: GPU(task, duration=duration)

    def call(*args, **kwargs):
        context = multiprocessing.get_context("fork")
        results = context.Queue()

        def work(sent):
            args, kwargs = pickle.loads(sent)
            try:
                results.put((task(*args, **kwargs), None))
            except Exception as error:
                results.put((None, type(error).__name__))

        process = context.Process(target=work, args=(pickle.dumps((args, kwargs)),))
        process.start()
        value, error = results.get(timeout=120)
        process.join()
        if error:
            raise RuntimeError(f"GPU task aborted: {error}")
        return value

    return call
'''


@pytest.fixture
def spaces(tmp_path):
    """Environment of a process that finds the stand-in."""
    package = tmp_path / "site" / "spaces"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(STAND_IN)
    (package / "config.py").write_text("class Config:\n    zero_gpu = True\n")
    return {**os.environ, "PYTHONPATH": str(package.parent), "OMP_WAIT_POLICY": "PASSIVE"}


def _python(code: str, environment: dict[str, str], *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_spaces_nothing_changes():
    def function():
        return 1

    assert not lent()
    assert on_gpu(function) is function


def test_it_runs_elsewhere_and_answers_here(spaces):
    code = """
import os
from bgmatting.demo.gpu import lent, on_gpu
from bgmatting.errors import PairError

def work(value, error=None):
    "What it does."
    if error:
        raise error
    return os.getpid(), value

assert lent()
wrapped = on_gpu(work)
assert (wrapped.__name__, wrapped.__doc__) == ("work", "What it does.")
process, value = wrapped(value=[1, 2])
assert process != os.getpid() and value == [1, 2]
try:
    wrapped(1, PairError("another place: take it again"))
except PairError as error:
    assert str(error) == "another place: take it again"
else:
    raise SystemExit("no error")
try:
    wrapped(1, KeyError("secret"))
except RuntimeError as error:
    assert "secret" not in str(error)
else:
    raise SystemExit("no error")
"""
    _python(code, spaces)


def test_a_matte_of_a_placed_network_comes_back_whole(spaces, pair, expected):
    """Everything that a matte can do, it can do in the process that did not make it."""
    code = """
import sys
from pathlib import Path
import bgmatting.demo.service as service
from bgmatting import Matter

service.has_weights = lambda name: name == "mobilenetv2"
load = Matter.from_pretrained

def fail(name):
    raise RuntimeError("no memory left")

Matter.from_pretrained = fail
service.Service().place()  # what does not load keeps no page from starting
Matter.from_pretrained = load
page = service.Service()
page.place()
Matter.from_pretrained = fail  # nothing is loaded any more
result = page.matte(*map(Path, sys.argv[1:3]), "mobilenetv2")
for kind in ("cutout", "alpha", "foreground", "error"):
    result.image(kind).save(f"{sys.argv[3]}/{kind}.png")
assert result.composite("blur").size == result.image("cutout").size
assert result.report is not None and result.timings["network"] > 0
"""
    folder = Path(spaces["PYTHONPATH"])
    _python(code, spaces, *pair, folder)
    for kind, pixels in expected.items():
        np.testing.assert_array_equal(np.asarray(Image.open(folder / f"{kind}.png")), pixels)


def test_networks_are_on_the_device_before_the_page_is_launched(spaces):
    """From the main thread, as soon as app.py is imported, and spaces before torch."""
    code = """
import sys, threading
sys.path.insert(0, ".")
import bgmatting.demo.service as service
service.has_weights = lambda name: name in ("mobilenetv2", "resnet50")

# CUDA as it is outside of a loan: there, as far as anybody can see.
import spaces
assert "torch" not in sys.modules
import torch
torch.cuda.is_available, torch.cuda.device_count = lambda: True, lambda: 1
placed, to = [], torch.nn.Module.to

def note(module, *args, **kwargs):
    if args == (torch.device("cuda"),):
        placed.append(threading.current_thread() is threading.main_thread())
        return module
    return to(module, *args, **kwargs)

torch.nn.Module.to = note
import app
assert placed == [True, True], placed
assert app.service.matter("resnet50").device == torch.device("cuda")
assert placed == [True, True], placed  # it was there already
app.service.warm_up()  # of another thread, after the launch
assert placed == [True, True], placed
"""
    _python(code, spaces)


def test_without_a_loan_nothing_is_placed(monkeypatch):
    from bgmatting.demo.service import Service

    service = Service()
    monkeypatch.setattr(service, "matter", lambda backbone: pytest.fail("loaded"))
    service.place()
