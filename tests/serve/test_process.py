"""`bgmatting serve` as its users meet it: a process with a port."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
START_SECONDS = 200  # far more than it takes, on a machine with other work


@pytest.fixture
def served(tmp_path):
    """The address of a server, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    address = f"http://127.0.0.1:{port}"
    with (
        (tmp_path / "log.txt").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bgmatting", "serve", "--port", str(port)],
            cwd=tmp_path, env=environment, stdout=log, stderr=log,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process,
    ):  # fmt: skip
        try:
            start = time.monotonic()
            while not _well(f"{address}/healthz"):
                assert process.poll() is None, (tmp_path / "log.txt").read_text()
                assert time.monotonic() - start < START_SECONDS
                time.sleep(0.1)
            yield address, process
        finally:
            process.kill()


def _well(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def test_a_matte_over_a_real_port(served, pair, tmp_path):
    address, process = served
    answer = httpx.post(f"{address}/matte", files=pair, data={"bits": "8"}, timeout=100)
    assert answer.status_code == 200, answer.text
    with Image.open(io.BytesIO(answer.content)) as cutout:
        assert (cutout.mode, cutout.size) == ("RGBA", (96, 72))
    answer = httpx.post(f"{address}/matte", files={"source": pair["source"]}, timeout=100)
    assert answer.status_code == 400
    assert "background" in answer.json()["error"]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert list(tmp_path.rglob("bgmatting-*")) == []  # torch may have left a folder of its own
    assert not any(path.suffix == ".png" or path.name in pair for path in tmp_path.rglob("*"))
    log = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in log
    assert "127.0.0.1:" not in log.replace(address, "")  # nobody's address


def test_a_port_that_is_taken_is_one_sentence(capsys):
    from bgmatting.cli import main

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SystemExit) as stop:
            main(["serve", "--port", str(port)])
    assert stop.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith(f"bgmatting: cannot listen at port {port} of 127.0.0.1 (")
    assert said.count("\n") == 1


def test_without_the_extra_it_is_named(capsys, monkeypatch):
    from bgmatting.cli import main

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SystemExit) as stop:
        main(["serve"])
    assert stop.value.code == 1
    assert "pip install 'bgmatting[serve]'" in capsys.readouterr().err


def test_the_server_needs_no_gradio():
    code = (
        "import sys; sys.modules['gradio'] = None; import bgmatting.serve.app as a; "
        "a.build_app(); print('built')"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=200,
        check=False,
    )  # fmt: skip
    assert done.stdout == "built\n", done.stderr
