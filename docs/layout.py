"""Write the page on the package's layout, from what its files say of themselves.

python docs/layout.py    # writes docs/layout.md
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "layout.md"
# From the lowest layer up; each imports only from those before it.
ORDER = (
    *("errors.py", "files.py", "small_files.py", "timing.py", "lazy.py", "cores.py", "extras.py"),
    *("model", "weights", "hub", "export", "imaging", "video", "evaluation", "demo", "serve"),
    *("training", "cli"),
)
HEAD = """\
# Where things are

The package's rooms from the lowest layer up: none imports from one below it in this list, and no
two files import each other (`tests/test_layers.py`). `tests/` has the same rooms. Each line is
how the file itself begins; `python docs/layout.py` writes this page.

"""


def summary(file: Path) -> str:
    """The first sentence or line of a file's docstring."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n")[0].split())


def rank(path: Path) -> tuple[int, str]:
    """Layers in their order, before them whatever is in none."""
    return (ORDER.index(path.name) if path.name in ORDER else -1, path.name)


def lines(folder: Path, depth: int = 0) -> Iterator[str]:
    """A folder's files and then its folders, as a nested list."""
    inside = [p for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()]
    if depth:
        inside.sort(key=lambda path: (path.is_dir(), path.name))
    else:
        inside.sort(key=rank)
    for path in inside:
        indent = "  " * depth
        if path.is_dir():
            yield f"{indent}- **`{path.name}/`** {summary(path / '__init__.py')}"
            yield from lines(path, depth + 1)
        elif path.name != "__init__.py":
            yield f"{indent}- `{path.name}` {summary(path)}"


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(lines(ROOT / "bgmatting")) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
