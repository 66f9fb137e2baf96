"""`app.py` as its users run it: a process, on a port of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class PageServer:
    """A running `app.py`.

    Attributes:
        address: of the page, ending in a slash.
        process: that serves it.
        log: the file that it writes to.
    """

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def answers(self) -> bool:
        """Whether the page is there by now.

        Raises:
            RuntimeError: the process has ended.
        """
        if self.process.poll() is not None:
            raise RuntimeError(f"app.py ended:\n{self.log.read_text()}")
        try:
            with urllib.request.urlopen(self.address, timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait(self, seconds: float) -> None:
        """Wait until the page is there.

        Raises:
            RuntimeError: the process has ended, or it takes longer.
        """
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"app.py is not there after {seconds} s:\n{self.log.read_text()}"
                )
            time.sleep(0.1)


@contextmanager
def page_server(
    folder: Path, *, patience: float | None = 180, **variables: str
) -> Iterator[PageServer]:
    """Run `app.py`, and end it after the block.

    Args:
        folder: for its log, and for what it makes (`files`).
        patience: seconds to wait until it answers; None: don't wait.
        variables: of its environment.

    Raises:
        RuntimeError: it does not come up; the message has its log.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(folder / "files"),
        "OMP_WAIT_POLICY": "PASSIVE",
        **variables,
    }
    log = folder / "log.txt"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=out, stderr=out
        ) as process,
    ):
        try:
            server = PageServer(f"http://127.0.0.1:{port}/", process, log)
            if patience is not None:
                server.wait(patience)
            yield server
        finally:
            process.terminate()
