"""A save into a folder that has weights: all of it, or none, however it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgmatting.errors import OutputError
from bgmatting.weights.names import INDEX_NAME, WEIGHTS_NAME, weights_path
from bgmatting.weights.placing import put_in_place, staged

WHOLE = (WEIGHTS_NAME,)
TWO = (INDEX_NAME, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
THREE = (INDEX_NAME, *(f"model-0000{n}-of-00003.safetensors" for n in (1, 2, 3)))
FORMS = [WHOLE, TWO, THREE]
OTHERS = ("config.json", "README.md", "notes/more.txt")


def fill(folder: Path, names: tuple[str, ...], content: str) -> Path:
    for name in (*names, *OTHERS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("before", FORMS)
@pytest.mark.parametrize("after", FORMS)
@pytest.mark.parametrize("links", [True, False])
def test_the_new_form_alone_is_there(
    tmp_path: Path, before, after, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    folder, part = fill(tmp_path / "f", before, "old"), fill(tmp_path / "p", after, "new")
    (folder / "mine.txt").write_text("mine")
    put_in_place(part, folder)
    expected = dict.fromkeys((*after, *OTHERS), "new")
    assert content(folder) == {**expected, "mine.txt": "mine"}


class Renames:
    """`Path.replace` that fails once, and before that looks at the folder after each rename."""

    def __init__(self, folder: Path, failing: int) -> None:
        self.folder, self.left = folder, failing
        self.honest = Path.replace

    def __call__(self, path: Path, target: Path) -> Path:
        self.left -= 1
        if self.left == -1:
            raise OSError(13, "Permission denied")
        moved = self.honest(path, target)
        head = weights_path(self.folder)
        if head is not None and head.name == INDEX_NAME and self.left >= 0:
            names = [self.folder / "config.json", *self.folder.glob("model-*")]
            assert {path.read_text() for path in names} == {head.read_text()}
        return moved


@pytest.mark.parametrize("before", FORMS)
@pytest.mark.parametrize("after", FORMS)
@pytest.mark.parametrize("links", [True, False])
def test_however_it_fails_the_old_one_is_back(
    tmp_path: Path, before, after, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each rename in turn fails; shards that can be loaded meanwhile are of one save."""
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    old = dict.fromkeys((*before, *OTHERS), "old")
    least = len((*after, *OTHERS))
    for failing in range(least):
        folder = fill(tmp_path / f"f{failing}", before, "old")
        part = fill(tmp_path / f"p{failing}", after, "new")
        renames = Renames(folder, failing)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", lambda path, to, renames=renames: renames(path, to))
            with pytest.raises(OutputError, match="Permission denied"):
                put_in_place(part, folder)
        assert content(folder) == old


def test_what_fails_before_leaves_no_trace(tmp_path: Path) -> None:
    def save(place: Path) -> None:
        with staged(place) as part:
            (part / WEIGHTS_NAME).write_text("half")
            raise OSError(28, "No space left on device")

    folder = fill(tmp_path / "folder", WHOLE, "old")
    for place in (folder, tmp_path / "new"):
        with pytest.raises(OutputError, match="No space left"):
            save(place)
    assert content(folder) == dict.fromkeys((*WHOLE, *OTHERS), "old")
    assert not list(folder.glob(".*"))
    assert not (tmp_path / "new").exists()


def _no_links(self: Path, target: Path) -> None:
    raise OSError(95, "Operation not supported")
