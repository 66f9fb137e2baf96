"""What `make` does to the system: it says so first, and leaves it alone when told."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FAKES = {
    "id": 'echo "$FAKE_USER"',
    "apt-get": 'echo "apt-get $*" >> "$LOG"; echo "apt-get $1" ',
    "sudo": "exit 1",
    "env": 'while [[ $1 == *=* ]]; do shift; done; exec "$@"',
    "true": "exit 0",
}


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A system without Chromium, whose apt only notes what it is asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, does in FAKES.items():
        (folder / name).write_text(f"#!/bin/bash\n{does}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def make(system: Path, tmp_path: Path):
    program = shutil.which("make")
    if program is None:
        pytest.skip("needs make")

    def run(*arguments: str, user: int = 0) -> tuple[str, str]:
        """What it says, and what apt was asked to do."""
        log = tmp_path / "log"
        log.write_text("")
        ours = {"PATH": str(system), "LOG": str(log), "FAKE_USER": str(user)}
        unset = ("BROWSER", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        environment = {k: v for k, v in os.environ.items() if k not in unset} | ours
        done = subprocess.run(
            [program, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout, log.read_text()

    return run


def test_what_is_installed_is_said_before(make):
    said, asked = make("browser")
    assert "install -qq -y --no-install-recommends chromium fonts-liberation" in asked
    assert "BROWSER=skip" in said
    assert "by apt: chromium fonts-liberation" in said
    assert said.index("by apt: chromium") < said.index("apt-get update")


def test_told_to_skip_it_installs_nothing(make):
    said, asked = make("browser", "BROWSER=skip")
    assert asked == ""
    assert "left out" in said


def test_a_chromium_that_is_there_is_enough(make, system):
    (system / "chromium").write_text("#!/bin/bash\n")
    (system / "chromium").chmod(0o755)
    assert make("browser") == ("", "")


def test_who_may_not_install_is_told_what_to(make):
    said, asked = make("browser", user=1000)
    assert asked == ""
    assert "Please install chromium fonts-liberation" in said
    assert "will be skipped" in said


def test_help_names_every_target(make):
    said, _ = make("help")
    targets = (ROOT / "Makefile").read_text().split(".PHONY: ", 1)[1].splitlines()[0].split()
    for target in set(targets) - {"help"}:
        assert f"make {target} " in said
