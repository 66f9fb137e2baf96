"""What a name given by a user stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgmatting.errors import BgmattingWarning, InputError, WeightsError
from bgmatting.model import BACKBONES
from bgmatting.weights import catalogue, repositories
from bgmatting.weights.catalogue import BackboneInfo, backbone_info, list_backbones
from bgmatting.weights.repositories import (
    NamedWeights,
    list_weights,
    repository,
    resolve,
    shipped_weights,
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, no shipped weights and no override."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(repositories, "SHIPPED", tmp_path / "shipped")
    monkeypatch.delenv("BGMATTING_REPO", raising=False)
    return tmp_path


def weights(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def own(backbone: str) -> str | None:
    """The repository that the table has for it."""
    return backbone_info(backbone).repository


def test_every_backbone_has_a_repository_of_its_own() -> None:
    assert list(list_backbones()) == list(BACKBONES)
    repositories = {own(backbone) for backbone in BACKBONES}
    assert len(repositories) == len(BACKBONES)
    assert all(resolve(repo_id) == repo_id for repo_id in repositories)


def test_a_folder_is_itself(elsewhere: Path) -> None:
    folder = weights(elsewhere / "mine")
    assert resolve(folder) == str(folder)
    assert resolve(str(folder)) == str(folder)
    assert resolve("mine") == "mine"


def test_a_folder_beats_a_repository_of_that_name(elsewhere: Path) -> None:
    weights(elsewhere / "owner" / "name")
    assert resolve("owner/name") == "owner/name"
    assert Path(resolve("owner/name")).is_dir()


def test_a_home_folder(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(elsewhere))
    monkeypatch.setenv("USERPROFILE", str(elsewhere))
    folder = weights(elsewhere / "mine")
    assert resolve("~/mine") == str(folder)


def test_a_backbone_is_what_came_with_the_checkout_or_its_repository(elsewhere: Path) -> None:
    assert shipped_weights("mobilenetv2") is None
    assert resolve("mobilenetv2") == own("mobilenetv2")
    folder = weights(elsewhere / "shipped" / "mobilenetv2")
    assert shipped_weights("mobilenetv2") == folder
    assert resolve("mobilenetv2") == str(folder)
    assert resolve("mobilenetv2", revision="v1") == own("mobilenetv2")
    assert resolve("resnet50") == own("resnet50")


def test_a_folder_does_not_hide_a_backbone(
    elsewhere: Path, recwarn: pytest.WarningsRecorder
) -> None:
    (elsewhere / "resnet50").mkdir()
    assert resolve("resnet50") == own("resnet50")
    assert not recwarn.list  # a folder without weights is no reason to wonder
    weights(elsewhere / "resnet101")
    with pytest.warns(BgmattingWarning, match=r"those are \./resnet101") as said:
        assert resolve("resnet101") == own("resnet101")
    assert str(own("resnet101")) in str(said[0].message)


@pytest.mark.parametrize("way", ["./resnet101", "absolute", Path("resnet101")])
def test_a_folder_of_a_backbone_s_name_is_meant_by_its_path(
    elsewhere: Path, recwarn: pytest.WarningsRecorder, way: str | Path
) -> None:
    folder = weights(elsewhere / "resnet101")
    found = resolve(str(folder) if way == "absolute" else way)
    assert Path(found).resolve() == folder.resolve()
    assert not recwarn.list


def test_where_the_shipped_weights_lie_their_name_is_no_surprise(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    folder = weights(elsewhere / "shipped" / "resnet101")
    monkeypatch.chdir(elsewhere / "shipped")
    assert resolve("resnet101") == str(folder)
    assert not recwarn.list


def test_what_can_be_loaded_by_name(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list_weights() == {}  # nothing came with this, and nothing is published
    folder = weights(elsewhere / "shipped" / "mobilenetv2")
    published = BackboneInfo("Mine", repository="alice/mine", revision="v2")
    monkeypatch.setitem(catalogue._TABLE, "mine", published)
    assert list_weights() == {
        "mobilenetv2": NamedWeights(folder),
        "mine": NamedWeights(repository="alice/mine", revision="v2"),
    }
    monkeypatch.setenv("BGMATTING_REPO", "carol/cut-{backbone}")
    found = list_weights()
    assert list(found) == list(list_backbones())
    assert found["mobilenetv2"] == NamedWeights(folder)
    assert found["mine"] == NamedWeights(repository="carol/cut-mine")


def test_the_table_is_overridden_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BGMATTING_REPO", "alice/matting-{backbone}")
    assert resolve("resnet50") == "alice/matting-resnet50"
    assert repository("mobilenetv2") == "alice/matting-mobilenetv2"


@pytest.mark.parametrize(
    "template",
    [
        "alice",
        "alice/matting",
        "{backbone}",
        "a/b/{backbone}",
        "alice/{backbone}{x}",
        "/{backbone}",
    ],
)
def test_an_override_that_cannot_be_meant(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BGMATTING_REPO", template)
    with pytest.raises(WeightsError) as caught:
        resolve("resnet50")
    assert "BGMATTING_REPO" in str(caught.value)
    assert repr(template) in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        *("./wieghts", "wieghts", "a/b/c", "../x", "/nowhere/at/all", "resnet18", "a b/c"),
        *("https://example.org/a/b", "a--b/c", "-a/b", "owner/", "x/y.git", "a\\b", "é/x"),
    ],
)
def test_what_is_nothing_is_said_plainly(name: str) -> None:
    with pytest.raises(WeightsError) as caught:
        resolve(name)
    assert f"no folder {name!r}, and it is not a repo id" in str(caught.value)
    for backbone in BACKBONES:
        assert backbone in str(caught.value)


def test_a_path_is_never_a_repository_nor_a_backbone() -> None:
    with pytest.raises(WeightsError, match="no folder"):
        resolve(Path("owner") / "name")
    with pytest.raises(WeightsError, match="is given as text"):
        resolve(Path("mobilenetv2"))


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name(name: str) -> None:
    with pytest.raises(WeightsError, match="no weights named"):
        resolve(name)


def test_a_file_in_place_of_a_folder(elsewhere: Path) -> None:
    checkpoint = elsewhere / "published.pth"
    checkpoint.write_bytes(b"x")
    with pytest.raises(WeightsError, match="bgmatting convert"):
        resolve(checkpoint)
    folder = weights(elsewhere / "mine")
    with pytest.raises(WeightsError, match="give the folder that holds it"):
        resolve(folder / "model.safetensors")


def test_a_folder_has_no_revisions(elsewhere: Path) -> None:
    with pytest.raises(InputError, match="revision 'v1'"):
        resolve(weights(elsewhere / "mine"), revision="v1")


def test_an_unknown_backbone_has_no_repository() -> None:
    with pytest.raises(InputError, match="resnet101"):
        repository("resnet18")
