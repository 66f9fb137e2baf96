"""What a hosted Space installs is what the package asks for, and what its GPUs are lent to."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
# Those that ZeroGPU lends a GPU to, and the torchvision that goes with each.
TORCH = {"2.8.0": "0.23.0", "2.9.1": "0.24.1", "2.10.0": "0.25.0", "2.11.0": "0.26.0"}
PYTHON = {"3.10", "3.10.13", "3.12", "3.12.12"}


def of_space() -> dict[str, SpecifierSet]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    needs = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {need.name: need.specifier for need in needs}


def of_package() -> dict[str, SpecifierSet]:
    """For the page: what is always needed, and its extra."""
    text = (ROOT / "pyproject.toml").read_text()
    always = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE).group(1)
    page = re.search(r"^demo = \[(.*)\]", text, re.MULTILINE).group(1)
    needs = [Requirement(quoted) for quoted in re.findall(r'"([^"]+)"', always + page)]
    return {need.name: need.specifier for need in needs}


def front_matter() -> dict[str, str]:
    head = (ROOT / "README.md").read_text().split("---\n")[1]
    pairs = (line.split(":", 1) for line in head.splitlines())
    return {key: value.strip().strip('"') for key, value in pairs}


def test_both_lists_name_the_same():
    torch = ("torch", "torchvision")
    space, package = of_space(), of_package()
    assert set(space) == set(package)
    assert {k: v for k, v in space.items() if k not in torch} == {
        k: v for k, v in package.items() if k not in torch
    }


def test_torch_is_one_that_zerogpu_takes_and_the_package_too():
    space, package = of_space(), of_package()
    for torch, torchvision in TORCH.items():
        for needs in (space, package):
            assert torch in needs["torch"]
            assert torchvision in needs["torchvision"]
    assert "2.12.0" not in space["torch"]
    assert "0.27.0" not in space["torchvision"]


def test_the_space_s_header_fits():
    header = front_matter()
    assert header["python_version"] in PYTHON
    assert header["sdk_version"] in of_space()["gradio"]
    assert header["app_file"] == "app.py"
    assert len(header["short_description"]) <= 60
