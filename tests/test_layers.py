"""The house's plan: who may import whom, read out of the code."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "bgmatting"

# From the lowest to the highest: none imports from one after it, not even within a function or for
# its types alone.
LAYERS = (
    {"errors", "files", "small_files", "timing", "lazy", "cores", "extras"},
    {"model"},
    {"weights", "hub"},
    {"export"},
    {"imaging"},
    {"evaluation", "demo", "video"},
    {"serve"},
    {"training"},
    {"cli"},
)
ENTRIES = {"__init__", "__main__"}  # of the package: they gather what the layers offer


def modules(package: Path) -> dict[str, Path]:
    """Dotted name below the package -> file; a package's own file is called as the package."""
    found = {}
    for file in package.rglob("*.py"):
        parts = file.relative_to(package).with_suffix("").parts
        if len(parts) > 1 and parts[-1] == "__init__":
            parts = parts[:-1]
        found[".".join(parts)] = file
    return found


def imports(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The package's modules that one of them imports, wherever in its file."""
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    if name in ENTRIES:
        package = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            start = package[: len(package) - (node.level - 1)]
        elif (node.module or "").split(".")[0] == "bgmatting":
            start = []
        else:
            continue
        below = (node.module or "").removeprefix("bgmatting").strip(".")
        module = [*start, *(below.split(".") if below else [])]
        for alias in node.names:
            inner = ".".join([*module, alias.name])
            yield inner if inner in known else ".".join(module) or "__init__"


def imported(package: Path) -> dict[str, set[str]]:
    """module -> those it imports."""
    known = modules(package)
    return {name: set(imports(name, file, known)) - {name} for name, file in known.items()}


def upward(graph: dict[str, set[str]]) -> list[str]:
    """Imports of what lies higher, as sentences."""
    level = {room: n for n, rooms in enumerate(LAYERS) for room in rooms}
    return [
        f"{name} imports {other}"
        for name, others in sorted(graph.items())
        if name not in ENTRIES
        for other in sorted(others - ENTRIES)
        if level[other.split(".")[0]] > level[name.split(".")[0]]
    ]


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Modules from which imports lead back to them, as sentences."""
    found, done = [], set()

    def follow(name: str, path: list[str]) -> None:
        if name in path:
            found.append(" -> ".join([*path[path.index(name) :], name]))
        elif name not in done:
            for other in sorted(graph[name]):
                follow(other, [*path, name])
            done.add(name)

    for name in sorted(graph):
        follow(name, [])
    return found


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    return imported(PACKAGE)


def test_every_room_has_its_layer(graph):
    rooms = {name.split(".")[0] for name in graph} - ENTRIES
    assert rooms == set().union(*LAYERS)


def test_nothing_imports_upward(graph):
    assert upward(graph) == []


def test_no_circles(graph):
    assert circles({name: others - ENTRIES for name, others in graph.items()}) == []


def test_the_page_on_the_layout_is_up_to_date():
    path = PACKAGE.parent / "docs" / "layout.py"
    spec = importlib.util.spec_from_file_location("layout", path)
    layout = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(layout)
    assert layout.PAGE.read_text(encoding="utf-8") == layout.page(), "run: python docs/layout.py"


def test_what_is_forbidden_is_found(tmp_path):
    room, other = tmp_path / "model", tmp_path / "imaging"
    for folder in (room, other):
        folder.mkdir()
    (room / "__init__.py").write_text("")
    (room / "low.py").write_text("def f():\n    from ..imaging import high\n")
    (other / "__init__.py").write_text("")
    (other / "high.py").write_text(
        "if TYPE_CHECKING:\n    from .near import a\nfrom ..model.low import f\n"
    )
    (other / "near.py").write_text("from .high import b\n")
    graph = imported(tmp_path)
    assert upward(graph) == ["model.low imports imaging.high"]
    found = circles(graph)
    assert "imaging.high -> imaging.near -> imaging.high" in found
    assert any("model.low" in circle for circle in found)
