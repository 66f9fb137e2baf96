"""The Dockerfile, as far as that can be told without building it."""

from __future__ import annotations

import fnmatch
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """(instruction, rest) of each step, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text()
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def rest(steps, instruction):
    return [words for name, words in steps if name == instruction]


def test_what_is_copied_is_there_and_not_ignored(steps):
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line]
    kept = [line[1:] for line in lines if line.startswith("!")]
    copied = [w.split()[:-1] for w in rest(steps, "COPY") if not w.startswith("--from")]
    names = [name for words in copied for name in words]
    assert "weights/mobilenetv2" in names
    for name in names:
        assert (ROOT / name).exists()
        assert name in kept
    assert set(kept) == set(names)


def test_what_the_build_reads_is_copied(steps):
    copied = " ".join(rest(steps, "COPY"))
    pyproject = (ROOT / "pyproject.toml").read_text()
    readme = re.search(r'^readme = "(.*)"', pyproject, re.MULTILINE)[1]
    licence = re.search(r'^license-files = \["(.*)"\]', pyproject, re.MULTILINE)[1]
    for name in (readme, licence, "setup.py", "pyproject.toml"):
        assert name in copied.split()


def test_extras_are_those_of_the_package(steps):
    pyproject = (ROOT / "pyproject.toml").read_text()
    (extras,) = (w.split("=")[1] for w in rest(steps, "ARG") if w.startswith("EXTRAS"))
    assert re.search(rf"^{extras} = \[", pyproject, re.MULTILINE)


def test_torch_is_as_the_package_asks(steps):
    pyproject = (ROOT / "pyproject.toml").read_text()
    (asked,) = (words for words in rest(steps, "RUN") if '"torch>=' in words)
    for need in re.findall(r'"(torch(?:vision)?[^"]*)"', asked):
        assert f'"{need}"' in pyproject


def test_it_is_not_root_that_runs(steps):
    last = max(n for n, (name, _) in enumerate(steps) if name == "FROM")
    users = [words for name, words in steps[last:] if name == "USER"]
    assert users
    assert users[-1] not in ("root", "0")


def test_the_command_is_one_of_ours_and_its_health_is_asked_where_it_is(steps):
    from bgmatting.cli import bgmatting
    from bgmatting.serve.app import build_app

    program, command, *options = json.loads(rest(steps, "CMD")[-1])
    assert program == "bgmatting"
    context = bgmatting.make_context("bgmatting", [command])
    parsed = bgmatting.get_command(context, command).make_context(command, options)
    variables = dict(pair.split("=", 1) for pair in rest(steps, "ENV")[-1].split())
    assert str(parsed.params["port"]) == variables["PORT"]
    assert variables["HEALTH"] in {route.path for route in build_app().routes}
    (check,) = rest(steps, "HEALTHCHECK")
    compile(json.loads(check.split(" CMD ")[1])[2], "check", "exec")


def test_nothing_large_is_sent_to_the_builder():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert not any(fnmatch.fnmatch("weights/resnet50", line[1:]) for line in lines if "!" in line)
