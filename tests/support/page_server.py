"""A running `app.py`, for tests that meet the page from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 200  # far more than it takes, on a machine with other work


@dataclass(frozen=True)
class PageServer:
    """Where a page is served.

    Attributes:
        address: with a slash at its end.
        pid: of the process.
        files: the folder in which the server makes one of its own.
        log: what it prints.
        took: seconds to the first answer.
    """

    address: str
    pid: int
    files: Path
    log: Path
    took: float

    @property
    def folder(self) -> Path:
        """The server's own folder."""
        (folder,) = self.files.glob("bgmatting-*")
        return folder


@contextmanager
def running_page(
    folder: Path,
    *,
    cwd: Path = ROOT,
    command: Sequence[str | Path] = (sys.executable, ROOT / "app.py"),
    **environment: str,
) -> Iterator[PageServer]:
    """Start a page and end it afterwards.

    Args:
        folder: for its files and its log.
        cwd: where it is started from.
        command: what is started.
        environment: more variables.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(folder / "files"),
        "OMP_WAIT_POLICY": "PASSIVE",
        **environment,
    }
    log, address = folder / "log.txt", f"http://127.0.0.1:{port}/"
    start = time.monotonic()
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=cwd, env=variables, stdout=out, stderr=out) as process,
    ):
        try:
            while not _answers(address):
                assert process.poll() is None, f"the page did not start:\n{log.read_text()}"
                assert time.monotonic() - start < START_SECONDS, log.read_text()
                time.sleep(0.05)
            took = time.monotonic() - start
            yield PageServer(address, process.pid, folder / "files", log, took)
        finally:
            process.terminate()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
