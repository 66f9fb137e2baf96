"""One table of backbones: it fits the networks and the weights, and nothing else names any."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bgmatting
from bgmatting.errors import InputError
from bgmatting.model import BACKBONES
from bgmatting.weights.catalogue import DEFAULT_BACKBONE, backbone_info, list_backbones
from bgmatting.weights.pins import pinned_files
from bgmatting.weights.repositories import shipped_weights

PACKAGE = Path(bgmatting.__file__).parent
TABLES = ("model/backbones.py", "weights/catalogue.py")


def test_it_has_what_networks_can_be_built_with() -> None:
    assert list(list_backbones()) == list(BACKBONES)
    assert DEFAULT_BACKBONE in BACKBONES
    titles = [info.title for info in list_backbones().values()]
    assert len(set(titles)) == len(titles)
    assert all(info.note and info.size for info in list_backbones().values())


def test_what_is_handed_out_is_a_copy() -> None:
    list_backbones().clear()
    assert list_backbones()


@pytest.mark.parametrize("name", ["resnet18", "", None, ["resnet50"]])
def test_an_unknown_backbone(name: object) -> None:
    with pytest.raises(InputError, match=f"choose one of {', '.join(BACKBONES)}"):
        backbone_info(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("backbone", list_backbones())
def test_the_hashes_are_those_of_the_weights_that_are_here(backbone: str) -> None:
    folder = shipped_weights(backbone)
    if folder is None:
        pytest.skip(f"no weights of {backbone} here")
    if any(file.stat().st_size < 1000 for file in folder.glob("*.safetensors")):
        pytest.skip("only pointers to the weights are here: git lfs pull")
    assert backbone_info(backbone).files == pinned_files(folder), (
        f"the weights in {folder} are not those of the table: put into bgmatting/weights/"
        "catalogue.py what this prints: python -m bgmatting.weights.pins"
    )


def test_the_lines_for_the_table_are_printed_as_they_stand_there() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bgmatting.weights.pins"],
        cwd=PACKAGE.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    table = (PACKAGE / "weights" / "catalogue.py").read_text()
    blocks = [block for block in re.split(r"^# .*\n", done.stdout, flags=re.M) if block]
    assert len(blocks) == sum(shipped_weights(name) is not None for name in list_backbones())
    assert all(block.rstrip() in table for block in blocks)


def test_the_names_are_known_without_torch() -> None:
    code = (
        "import bgmatting, sys; print(*bgmatting.list_backbones(), *bgmatting.list_weights()); "
        "print('torch' in sys.modules, 'huggingface_hub' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names, loaded = done.stdout.splitlines()
    assert names.split()[: len(BACKBONES)] == list(BACKBONES)
    assert loaded == "False False"


def named(file: Path) -> list[str]:
    """Backbones named in a file's strings, but for docstrings and examples of commands."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    spared = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            spared.add(node.value)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EPILOG":
            spared.add(node.value)
        if isinstance(node, ast.keyword) and node.arg == "epilog":
            spared.add(node.value)
    names = re.compile(rf"\b({'|'.join(BACKBONES)})\b")
    return [
        f"{file.name}:{node.lineno} {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node not in spared and names.search(node.value)
    ]


def test_nothing_else_names_a_backbone() -> None:
    tables = [PACKAGE / table for table in TABLES]
    found = [said for file in PACKAGE.rglob("*.py") if file not in tables for said in named(file)]
    assert found == []
    assert all(named(table) for table in tables)  # what is there is seen
