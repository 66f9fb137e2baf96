"""Which files a backbone's name stands for, and whether what is there is those.

python -m bgmatting.weights.pins    # the table's lines for the weights of this checkout
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import WeightsError
from ..files import sha256_of
from .catalogue import PinnedFile, backbone_info, list_backbones
from .names import CONFIG_NAME, WEIGHTS_NAME
from .repositories import redirected, shipped_weights


@dataclass(frozen=True)
class Pins:
    """What a name given by a user asks of what it leads to.

    Attributes:
        name: as given.
        revision: to fetch; None: the repository's main branch.
        files: that must be found, and no other content; none: anything will do.
        shipped: whether it leads to weights that came with the package.
    """

    name: str
    revision: str | None = None
    files: tuple[PinnedFile, ...] = ()
    shipped: bool = False

    def check(self, folder: Path) -> None:
        """Refuse a folder whose files are not the pinned ones.

        Raises:
            WeightsError: one of them is another, or is missing; the message says which.
        """
        if not self.files:
            return
        wanted = {file.name: file.sha256 for file in self.files}
        # What is read where it lies there must be among them, whatever else does.
        for name in dict.fromkeys([CONFIG_NAME, WEIGHTS_NAME, *wanted]):
            path = folder / name
            if name not in wanted and not path.is_file():
                continue
            expected = f"sha256 {wanted[name]}" if name in wanted else "no such file"
            got = f"sha256 {_hash_of(path)}" if path.is_file() else "no such file"
            if got != expected:
                raise WeightsError(
                    f"{path} is not what {self.name} stands for: got {got}, expected {expected}. "
                    f"{self._advice(folder)}"
                )

    def _advice(self, folder: Path) -> str:
        if self.shipped:
            return (
                "Put back the weights that came with bgmatting, or, to use these, give their "
                f"folder itself: {folder}"
            )
        return (
            "Fetch it again with force_download=True (--force-download), or, to use other weights, "
            f"give their folder or repository itself: {backbone_info(self.name).repository}"
        )


def pins_of(name: str | os.PathLike[str], revision: str | None = None) -> Pins:
    """What `name` asks of what `repositories.resolve` finds for it.

    Only a backbone's name is pinned, where neither `revision` nor `BGMATTING_REPO` leads elsewhere.
    """
    if not isinstance(name, str) or name not in list_backbones() or revision is not None:
        return Pins(os.fspath(name), revision)
    info = backbone_info(name)
    if shipped_weights(name) is not None:
        return Pins(name, files=info.files, shipped=True)
    return Pins(name) if redirected() else Pins(name, info.revision, info.files)


def _hash_of(path: Path) -> str:
    facts = path.stat()
    return _hash(path, facts.st_size, facts.st_mtime_ns)


# It takes 8 ms for the smallest weights and 95 for the largest, 7 to 35 % of what loading them
# does; whoever loads some again and again waits once.
@lru_cache(maxsize=64)
def _hash(path: Path, size: int, modified: int) -> str:
    return sha256_of(path)


def pinned_files(folder: Path) -> tuple[PinnedFile, ...]:
    """The files of a folder of weights, as the table has them.

    Raises:
        OSError: they cannot be read.
    """
    files = [folder / CONFIG_NAME, *sorted(folder.glob("*.safetensors*"))]
    return tuple(PinnedFile(file.name, file.stat().st_size, sha256_of(file)) for file in files)


def table_lines() -> str:
    """What is to stand in `catalogue.py` of the files of the weights that are here."""
    lines = []
    for name in list_backbones():
        folder = shipped_weights(name)
        if folder is None:
            continue
        lines += [f"# {name}", "        files=("]
        for file in pinned_files(folder):
            facts = f'"{file.name}"', f"{file.size:_}", f'"{file.sha256}"'
            lines += ["            PinnedFile("]
            lines += [f"                {fact}," for fact in facts]
            lines += ["            ),"]
        lines += ["        ),"]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table_lines())
