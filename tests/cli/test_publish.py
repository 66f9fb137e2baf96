"""`bgmatting publish` without a Hub: what is refused, and the dry run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from huggingface_hub import HfApi

from bgmatting.cli.publish import publish
from bgmatting.errors import InputError, WeightsError
from bgmatting.weights import repositories
from bgmatting.weights.matting_base import MattingBase


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing shipped, and nobody who answers."""
    monkeypatch.setattr(repositories, "SHIPPED", tmp_path / "shipped")
    monkeypatch.delenv("BGMATTING_REPO", raising=False)

    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("no network")

    for name in ("model_info", "create_repo", "create_commit"):
        monkeypatch.setattr(HfApi, name, unreachable)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publish") / "weights"
    MattingBase("mobilenetv2").save_pretrained(folder)
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(publish, [str(argument) for argument in arguments])


def test_the_dry_run_lists_files_and_repository(weights: Path) -> None:
    result = run("--weights", weights)
    assert result.exit_code == 0, result.output
    assert "bgmatting/bgmatting-mobilenetv2" in result.stdout
    for name in ("config.json", "model.safetensors", "README.md"):
        assert name in result.stdout
    assert "sha256" in result.stdout
    assert "cannot look at bgmatting/bgmatting-mobilenetv2" in result.stdout
    assert "Nothing was uploaded" in result.stderr


def test_the_environment_says_where_to(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BGMATTING_REPO", "alice/cutter-{backbone}")
    assert "alice/cutter-mobilenetv2" in run("--weights", weights).stdout
    assert "carol/mine" in run("--weights", weights, "--repo", "carol/mine").stdout


def test_only_what_belongs_there_is_uploaded(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    MattingBase.from_pretrained(weights).save_pretrained(folder)
    (folder / "secret.txt").write_text("mine")
    (folder / "README.md").unlink()
    result = run("--weights", folder)
    assert "secret.txt" not in result.stdout
    assert "README.md" in result.stdout
    assert "from the template" in result.stdout
    assert not (folder / "README.md").exists()


def test_shipped_weights_by_backbone(weights: Path, tmp_path: Path) -> None:
    MattingBase.from_pretrained(weights).save_pretrained(tmp_path / "shipped" / "mobilenetv2")
    for arguments in ((), ("mobilenetv2",), ("mobilenetv2", "--repo", "alice/x")):
        result = run(*arguments)
        assert result.exit_code == 0, result.output
        assert "model.safetensors" in result.stdout
    assert isinstance(run("resnet50").exception, WeightsError)


def test_weights_that_do_not_load_are_not_published(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    MattingBase.from_pretrained(weights).save_pretrained(folder)
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    result = run("--weights", folder, "--yes")
    assert isinstance(result.exception, WeightsError)
    assert str(path) in str(result.exception)


def test_nothing_to_publish() -> None:
    result = run()
    assert isinstance(result.exception, WeightsError)
    assert "no weights came with this checkout" in str(result.exception)


def test_a_folder_or_repository_that_cannot_be(weights: Path, tmp_path: Path) -> None:
    assert isinstance(run("--weights", tmp_path / "nothing").exception, WeightsError)
    result = run("--weights", weights, "--repo", "nothing")
    assert isinstance(result.exception, (WeightsError, InputError))
    assert "owner/name" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["resnet18"], "mobilenetv2, resnet50, resnet101"),
        (["mobilenetv2", "--weights", "x"], "exclude"),
        (["--repo", "a/b"], "name one BACKBONE"),
        (["mobilenetv2", "resnet50", "--repo", "a/b"], "name one BACKBONE"),
    ],
)
def test_wrong_usage(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
