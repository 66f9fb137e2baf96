"""A process that uses the loopback Hub.

huggingface_hub reads HF_ENDPOINT when it is imported, so a client is a process started with it. To
import torch once and not for each test, it stays up and runs snippets it is sent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Answer:
    """What a snippet did: its `result` variable, or the error; and what it printed."""

    result: Any
    error: str | None
    message: str
    stdout: str


# Waiting between retries is cut short; everything else is as a user has it.
CLIENT = """
import contextlib, io, json, sys, time
answers = sys.stdout
time.sleep = lambda seconds: None
from bgmatting import MattingBase
for line in sys.stdin:
    asked = json.loads(line)
    names = dict(asked["values"], MattingBase=MattingBase, result=None)
    printed, error, message = io.StringIO(), None, ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(asked["snippet"], names)
        except Exception as raised:
            error, message = type(raised).__name__, str(raised)
    answer = [names["result"], error, message, printed.getvalue()]
    print(json.dumps(answer), file=answers, flush=True)
"""


class Client:
    """A process that talks to the loopback Hub."""

    def __init__(self, environment: dict[str, str], home: Path) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "NO_PROXY": "127.0.0.1",
            **environment,
        }
        self.errors = (home / "stderr").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLIENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=self.environment,
        )

    def run(self, snippet: str, **values: object) -> Answer:
        """Run Python with `MattingBase` and the values (strings, numbers) at hand."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"snippet": snippet, "values": values}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise RuntimeError(f"the client died: {self.errors.read()}")
        return Answer(*json.loads(line))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.kill()  # nothing in it is worth the seconds of an orderly end
        self.process.wait()
        self.process.stdin.close()
        self.errors.close()


# Runs the command line in a client: `arguments`, and `environment` on top of its own.
COMMAND = """
import contextlib, io, os
from bgmatting.cli import main
said, result = io.StringIO(), {}
os.environ.update(environment)
try:
    with contextlib.redirect_stderr(said):
        main(arguments)
except SystemExit as end:
    result["status"] = end.code or 0
finally:
    for name in environment:
        del os.environ[name]
result["stderr"] = said.getvalue()
"""
