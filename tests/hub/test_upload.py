"""Weights into a Hub that speaks real HTTP, and out of it again."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from bgmatting.weights.matting_base import MattingBase

TOKEN = "hf_loopback"
REPO = "alice/cutter"

PUSH = """
network = MattingBase.from_pretrained(folder)
result = network.push_to_hub(repo, **options)
"""


@pytest.fixture
def push(client: Any, saved: Path) -> Any:
    """Push the saved network from the client's process."""

    def run(repo: str = REPO, token: str | None = TOKEN, **options: object) -> Any:
        options["token"] = token
        return client.run(PUSH, folder=str(saved), repo=repo, options=options)

    return run


def test_upload_then_download_is_the_same(
    hub: Any, push: Any, client: Any, network: MattingBase, tmp_path: Path
) -> None:
    answer = push()
    assert answer.error is None, answer.message
    assert answer.stdout == ""
    head = hub.repositories[REPO].refs["main"]
    assert answer.result == f"{hub.url}/{REPO}/commit/{head}"
    copy = tmp_path / "copy"
    fetched = client.run(
        "MattingBase.from_pretrained(repo, cache_dir=cache).save_pretrained(copy)",
        repo=REPO,
        cache=str(tmp_path / "cache"),
        copy=str(copy),
    )
    assert fetched.error is None, fetched.message
    again = MattingBase.from_pretrained(copy)
    assert again.config == network.config
    for key, value in network.state_dict().items():
        assert torch.equal(again.state_dict()[key], value), key


def test_one_commit_with_the_three_files(hub: Any, push: Any) -> None:
    push(commit_message="First weights")
    repository = hub.repositories[REPO]
    assert repository.messages == ["initial commit", "First weights"]
    assert set(repository.head()) == {
        ".gitattributes",
        "config.json",
        "model.safetensors",
        "README.md",
    }
    card = repository.head()["README.md"].decode()
    assert f'from_pretrained("{REPO}")' in card
    assert hub.leaked == []


def test_half_precision(hub: Any, client: Any, saved: Path, saved_files: Any) -> None:
    answer = client.run(
        "import torch; network = MattingBase.from_pretrained(folder)\n"
        "network.push_to_hub(repo, token=token, dtype=torch.float16)",
        folder=str(saved),
        repo=REPO,
        token=TOKEN,
    )
    assert answer.error is None, answer.message
    stored = hub.repositories[REPO].head()["model.safetensors"]
    assert len(stored) < 0.6 * len(saved_files["model.safetensors"])


def test_a_card_that_is_there_stays(hub: Any, push: Any) -> None:
    repository = hub.repository(REPO)
    repository.commit({"README.md": b"My own words.\n"})
    assert push().error is None
    assert repository.head()["README.md"] == b"My own words.\n"
    assert "model.safetensors" in repository.head()


def test_other_files_of_the_repository_stay(hub: Any, push: Any) -> None:
    repository = hub.repository(REPO)
    repository.commit({"samples/one.png": b"png"})
    assert push().error is None
    assert repository.head()["samples/one.png"] == b"png"


def test_a_new_repository_is_private_on_request(hub: Any, push: Any) -> None:
    assert push(private=True).error is None
    assert hub.repositories[REPO].access == "private"


@pytest.mark.parametrize("token", ["hf_wrong", False])
def test_without_the_right(hub: Any, push: Any, token: Any) -> None:
    answer = push(token=token)
    assert answer.error == "HubError"
    assert f"cannot upload to {REPO}" in answer.message
    assert "log in" in answer.message
    assert hub.repositories == {}


def test_somebody_elses_account(hub: Any, push: Any) -> None:
    answer = push("foreign/cutter")
    assert answer.error == "HubError"
    assert "403" in answer.message


def test_a_branch_that_is_not_there(hub: Any, push: Any) -> None:
    answer = push(branch="next")
    assert answer.error == "HubError"
    assert "no such revision" in answer.message
    assert "model.safetensors" not in hub.repositories[REPO].head()


def test_saving_and_pushing_at_once(hub: Any, client: Any, saved: Path, tmp_path: Path) -> None:
    answer = client.run(
        "result = MattingBase.from_pretrained(folder).save_pretrained("
        "copy, push_to_hub=True, repo_id=repo, token=token)",
        folder=str(saved),
        copy=str(tmp_path / "copy"),
        repo=REPO,
        token=TOKEN,
    )
    assert answer.error is None, answer.message
    stored = hub.repositories[REPO].head()["model.safetensors"]
    assert stored == (tmp_path / "copy" / "model.safetensors").read_bytes()


def test_publish_command(hub: Any, saved: Path, command: Any) -> None:
    """Dry run, upload, upload again over a card that somebody wrote in between."""
    arguments = ["publish", "--weights", str(saved), "--repo", REPO]
    shown = command(*arguments, HF_TOKEN=TOKEN)
    assert shown.result["status"] == 0, shown.result["stderr"]
    content = (saved / "model.safetensors").read_bytes()
    assert REPO in shown.stdout
    assert hashlib.sha256(content).hexdigest() in shown.stdout
    assert f"{len(content):,} bytes" in shown.stdout
    assert "Nothing was uploaded" in shown.result["stderr"]
    assert hub.repositories == {}
    assert not [path for method, path in hub.requests if method not in ("GET", "HEAD")]

    done = command(*arguments, "--private", "--yes", HF_TOKEN=TOKEN)
    assert done.result["status"] == 0, done.result["stderr"]
    repository = hub.repositories[REPO]
    assert done.stdout.strip() == f"{hub.url}/{REPO}/commit/{repository.refs['main']}"
    assert repository.access == "private"
    assert repository.head()["model.safetensors"] == content
    assert f'from_pretrained("{REPO}")' in repository.head()["README.md"].decode()

    repository.commit({"README.md": b"My own words.\n"})
    shown = command(*arguments, HF_TOKEN=TOKEN)
    assert "README.md stays as the repository has it" in shown.stdout
    kept = command(*arguments, "--no-dry-run", HF_TOKEN=TOKEN)
    assert kept.result["status"] == 0, kept.result["stderr"]
    assert repository.head()["README.md"] == b"My own words.\n"
    replaced = command(*arguments, "--yes", "--replace-card", HF_TOKEN=TOKEN)
    assert replaced.result["status"] == 0, replaced.result["stderr"]
    assert b"background-matting" in repository.head()["README.md"]


def test_publish_command_by_the_table(hub: Any, saved: Path, command: Any) -> None:
    arguments = ["publish", "--weights", str(saved), "--yes"]
    done = command(*arguments, HF_TOKEN=TOKEN, BGMATTING_REPO="carol/mine-{backbone}")
    assert done.result["status"] == 0, done.result["stderr"]
    assert list(hub.repositories) == ["carol/mine-mobilenetv2"]


def test_publish_command_without_a_log_in(hub: Any, saved: Path, client: Any) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "bgmatting", "publish", "--weights", str(saved), "--yes"],
        env=client.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "log in" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert hub.repositories == {}
