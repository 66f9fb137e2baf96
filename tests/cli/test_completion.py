"""Completion in shells, as the README says to switch it on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def complete(instruction: str, *words: str) -> str:
    """What the command says to a shell that asks by environment variables."""
    asked = {
        "_BGMATTING_COMPLETE": instruction,
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(max(len(words) - 1, 0)),
    }
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bgmatting"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    loaded = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert "bgmatting.cli" in loaded
    assert "torch" not in loaded  # a shell waits for the answer
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell):
    said = complete(f"{shell}_source")
    assert f"_BGMATTING_COMPLETE={shell}_complete" in said
    assert "bgmatting" in said.splitlines()[-1] + said


def test_commands_are_completed():
    assert complete("bash_complete", "bgmatting", "c").split() == [
        "plain,cutout", "plain,convert", "plain,card",
    ]  # fmt: skip


def test_options_of_a_command_are_completed():
    assert "plain,--backdrop" in complete("bash_complete", "bgmatting", "cutout", "--b").split()
