"""A backbone's name stands for certain files, and others are refused."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bgmatting.errors import WeightsError
from bgmatting.weights import catalogue, locate, repositories
from bgmatting.weights.matting_base import MattingBase
from bgmatting.weights.pins import Pins, pinned_files, pins_of

NAME = "mobilenetv2"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def shipped(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of weights that came with the package, which the table pins."""
    folder = Path(shutil.copytree(saved, tmp_path / "shipped" / NAME))
    monkeypatch.setattr(repositories, "SHIPPED", folder.parent)
    monkeypatch.delenv("BGMATTING_REPO", raising=False)
    info = replace(catalogue.backbone_info(NAME), files=pinned_files(folder), revision=COMMIT)
    monkeypatch.setitem(catalogue._TABLE, NAME, info)
    return folder


@pytest.fixture
def fetched(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[tuple[str, str | None]]]:
    """Nothing came with the package, and all repositories hold what `shipped` does.

    Gives what was fetched: repositories and revisions.
    """
    monkeypatch.setattr(repositories, "SHIPPED", tmp_path / "nothing")
    asked: list[tuple[str, str | None]] = []

    def fetch(repo_id: str, *, revision: str | None = None, **options: object) -> Path:
        asked.append((repo_id, revision))
        return shipped

    monkeypatch.setattr(locate, "download", fetch)
    return lambda: asked


def spoil(folder: Path, name: str) -> str:
    """Change a file without a trace but in its content; its new hash."""
    path = folder / name
    facts, content = path.stat(), bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    return hashlib.sha256(content).hexdigest()


def test_the_pinned_files_load(shipped: Path) -> None:
    assert MattingBase.from_pretrained(NAME).backbone_name == NAME


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_another_file_is_refused(shipped: Path, name: str) -> None:
    wanted = hashlib.sha256((shipped / name).read_bytes()).hexdigest()
    MattingBase.from_pretrained(NAME)  # what was right once is looked at again
    got = spoil(shipped, name)
    with pytest.raises(WeightsError) as caught:
        MattingBase.from_pretrained(NAME)
    said = str(caught.value)
    for part in (str(shipped / name), NAME, f"got sha256 {got}", f"expected sha256 {wanted}"):
        assert part in said
    assert f"give their folder itself: {shipped}" in said


def test_a_fetched_file_that_is_another_can_be_fetched_again(
    fetched: Callable[[], list[tuple[str, str | None]]], shipped: Path
) -> None:
    spoil(shipped, "model.safetensors")
    with pytest.raises(WeightsError) as caught:
        MattingBase.from_pretrained(NAME)
    said = str(caught.value)
    assert "force_download=True (--force-download)" in said
    assert f"give their folder or repository itself: {repositories.repository(NAME)}" in said


def test_the_pinned_revision_is_fetched(
    fetched: Callable[[], list[tuple[str, str | None]]],
) -> None:
    MattingBase.from_pretrained(NAME)
    assert fetched() == [(repositories.repository(NAME), COMMIT)]


@pytest.mark.usefixtures("fetched")
def test_other_weights_are_to_be_had_by_saying_so(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(shipped, "model.safetensors")
    repo_id = repositories.repository(NAME)
    for name in (shipped, str(shipped), repo_id):
        MattingBase.from_pretrained(name)
    MattingBase.from_pretrained(NAME, revision="main")
    monkeypatch.setenv("BGMATTING_REPO", "carol/mine-{backbone}")
    MattingBase.from_pretrained(NAME)
    monkeypatch.delenv("BGMATTING_REPO")
    with pytest.raises(WeightsError, match="is not what"):
        MattingBase.from_pretrained(NAME)


def test_what_is_asked_of_a_name(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = catalogue.backbone_info(NAME).files
    assert pins_of(NAME) == Pins(NAME, None, files, shipped=True)
    assert pins_of(NAME, "v1") == Pins(NAME, "v1")
    assert pins_of("alice/mine") == Pins("alice/mine")
    assert pins_of(Path(NAME)) == Pins(NAME)
    monkeypatch.setenv("BGMATTING_REPO", "carol/mine-{backbone}")
    assert pins_of(NAME).files == files  # what came with the package comes first
    monkeypatch.setattr(repositories, "SHIPPED", tmp_path / "nothing")
    assert pins_of(NAME) == Pins(NAME)
    monkeypatch.delenv("BGMATTING_REPO")
    assert pins_of(NAME) == Pins(NAME, COMMIT, files)


def test_files_that_are_missing_or_too_many(shipped: Path) -> None:
    config, weights = catalogue.backbone_info(NAME).files
    part = replace(weights, name="model-00001-of-00001.safetensors")
    with pytest.raises(WeightsError, match="expected no such file"):
        Pins(NAME, files=(config, part)).check(shipped)
    (shipped / weights.name).rename(shipped / part.name)
    Pins(NAME, files=(config, part)).check(shipped)
    with pytest.raises(WeightsError, match="got no such file"):
        Pins(NAME, files=(config, weights)).check(shipped)
