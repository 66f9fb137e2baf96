"""Weights into a Hub that speaks real HTTP, and out of it again."""

from __future__ import annotations

import hashlib
import json
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


def test_shards_take_the_place_of_one_file_and_back(
    hub: Any, push: Any, client: Any, saved: Path, network: MattingBase, tmp_path: Path
) -> None:
    repository = hub.repository(REPO)
    repository.commit({"samples/one.png": b"png"})
    forms = (("95MB", 1), ("5MB", 7), ("9MB", 4), ("95MB", 1))
    for number, (size, count) in enumerate(forms):
        answer = push(max_shard_size=size)
        assert answer.error is None, answer.message
        names = [name for name in repository.head() if name.startswith("model")]
        assert len(names) == count
        loaded = client.run(
            "network = MattingBase.from_pretrained(repo, cache_dir=cache)\n"
            "network.save_pretrained(copy)",
            repo=REPO,
            cache=str(tmp_path / "cache"),
            copy=str(tmp_path / str(number)),
        )
        assert loaded.error is None, loaded.message
        again = MattingBase.from_pretrained(tmp_path / str(number)).state_dict()
        assert all(torch.equal(again[key], value) for key, value in network.state_dict().items())
    assert repository.head()["samples/one.png"] == b"png"


def test_patterns(hub: Any, push: Any) -> None:
    repository = hub.repository(REPO)
    repository.commit({"old/a.txt": b"a", "old/b.bin": b"b", "model.safetensors": b"theirs"})
    answer = push(allow_patterns=["*.json", "*.md"], ignore_patterns="*.md")
    assert answer.error is None, answer.message
    assert set(repository.head()) == {"old/a.txt", "old/b.bin", "model.safetensors", "config.json"}
    assert repository.head()["model.safetensors"] == b"theirs"
    before = len(repository.messages)
    answer = push(delete_patterns="old/*")
    assert answer.error is None, answer.message
    assert set(repository.head()) == {"model.safetensors", "config.json", "README.md"}
    assert len(repository.messages) == before + 1


def test_a_card_that_is_there_is_not_deleted_by_a_pattern(hub: Any, push: Any) -> None:
    repository = hub.repository(REPO)
    repository.commit({"README.md": b"My own words.\n", ".gitattributes": b"x", "old": b"y"})
    assert push(delete_patterns=["*"]).error is None
    assert set(repository.head()) == {
        *("README.md", ".gitattributes", "config.json", "model.safetensors")
    }


def test_more_in_the_config(hub: Any, push: Any) -> None:
    assert push(config={"camera": "phone"}).error is None
    config = json.loads(hub.repositories[REPO].head()["config.json"])
    assert config == {"backbone": "mobilenetv2", "working_size": 512, "camera": "phone"}


def test_a_network_that_cannot_be_saved_makes_no_repository(
    hub: Any, client: Any, saved: Path
) -> None:
    answer = client.run(
        "from bgmatting.model import fold_batch_norm\n"
        "fold_batch_norm(MattingBase.from_pretrained(folder)).push_to_hub(repo, token=token)",
        folder=str(saved),
        repo=REPO,
        token=TOKEN,
    )
    assert answer.error == "WeightsError"
    assert hub.repositories == {}


# What huggingface_hub's documentation of the mixin shows, with our class in the place of its own.
DOCUMENTED = """
from bgmatting.weights.matting_base import MattingBase
from huggingface_hub import ModelCard

class MyModel(MattingBase, tags=["x-custom-tag"], repo_url="https://example.org/model"):
    def __init__(self, backbone="mobilenetv2", working_size=512, hidden_size=4):
        super().__init__(backbone, working_size)
        self.hidden_size = hidden_size
        self.extra = torch.nn.Linear(hidden_size, 2)

import torch
model = MyModel(hidden_size=7)
model.save_pretrained("my-awesome-model")
model.push_to_hub("alice/my-awesome-model", token=token, model_card_kwargs={"source": "By hand."})
again = MyModel.from_pretrained("alice/my-awesome-model", cache_dir="cache", token=token)
local = MyModel.from_pretrained("my-awesome-model")
card = ModelCard.load("alice/my-awesome-model", token=token)
result = {
    "sizes": [again.hidden_size, local.hidden_size],
    "tags": card.data.tags, "library": card.data.library_name, "text": card.text,
    "same": all(
        torch.equal(a, b) and torch.equal(a, c) for a, b, c in
        zip(*(network.state_dict().values() for network in (model, again, local)))
    ),
    "generated": str(model.generate_model_card(name="alice/my-awesome-model", source="By hand.")),
}
"""


def test_what_the_mixins_documentation_shows(hub: Any, client: Any, tmp_path: Path) -> None:
    answer = client.run(f"import os; os.chdir({str(tmp_path)!r})\n" + DOCUMENTED, token=TOKEN)
    client.run("import os; os.chdir('/')")
    assert answer.error is None, answer.message
    assert answer.stdout == ""
    assert answer.result["sizes"] == [7, 7]
    assert answer.result["same"]
    assert answer.result["library"] == "bgmatting"
    wanted = {"x-custom-tag", "pytorch_model_hub_mixin", "model_hub_mixin"}
    assert wanted <= set(answer.result["tags"])
    assert "By hand." in answer.result["text"]
    assert answer.result["generated"].endswith(answer.result["text"])


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


def test_publish_command_without_a_log_in(hub: Any, saved: Path, command: Any) -> None:
    refused = command("publish", "--weights", str(saved), "--yes")
    assert refused.result["status"] == 1
    assert refused.stdout == ""
    assert "log in" in refused.result["stderr"]
    assert "Traceback" not in refused.result["stderr"]
    assert hub.repositories == {}
