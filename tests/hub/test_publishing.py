"""Publishing: what is uploaded is what the plan lists, on top of what it saw, or nothing is."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

TOKEN = "hf_loopback"
REPO = "alice/cutter"

# Between the two, `happens` does what somebody else might.
PUBLISH = """
from pathlib import Path
from huggingface_hub import HfApi
from bgmatting.hub.publishing import plan, publish
api = HfApi(token=token)
folder = Path(folder)
planned = plan(folder, repo, token=token, **options)
exec(happens)
publish(planned, token=token)
result = {file.name: file.sha256 for file in planned.files}
"""
PUSH_A_CARD = (
    "api.upload_file(path_or_fileobj=b'My own words.', path_in_repo='README.md', repo_id=repo)"
)


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """Weights to change."""
    return Path(shutil.copytree(saved, tmp_path / "weights"))


@pytest.fixture
def publish(client: Any, folder: Path) -> Any:
    """Plan and publish that folder in the client's process, with something happening between."""

    def run(happens: str = "", **options: object) -> Any:
        return client.run(
            PUBLISH, folder=str(folder), repo=REPO, token=TOKEN, happens=happens, options=options
        )

    return run


def test_the_bytes_of_the_plan_are_what_the_repository_gets(
    hub: Any, publish: Any, folder: Path
) -> None:
    (folder / "metrics.json").write_text('[{"MAD": 1.5}]')
    answer = publish()
    assert answer.error is None, answer.message
    head = hub.repositories[REPO].head()
    del head[".gitattributes"]
    assert answer.result == {
        name: hashlib.sha256(content).hexdigest() for name, content in head.items()
    }
    assert set(head) == {"config.json", "model.safetensors", "README.md", "metrics.json"}


def test_weights_that_change_after_the_plan_are_not_uploaded(
    hub: Any, publish: Any, folder: Path
) -> None:
    name = "model.safetensors"
    for happens in (
        f"(folder / '{name}').write_bytes((folder / '{name}').read_bytes()[:-1] + b'x')",
        f"(folder / '{name}').unlink()",
    ):
        answer = publish(happens)
        assert answer.error == "WeightsError"
        assert f"{folder / name} has changed since it was looked at" in answer.message
        assert hub.repositories == {}


def test_weights_that_change_during_the_upload_are_not_committed(
    hub: Any, publish: Any, folder: Path
) -> None:
    path = folder / "model.safetensors"
    hub.meanwhile.append(lambda: path.write_bytes(path.read_bytes()[:-1] + b"x"))
    answer = publish()
    assert answer.error == "WeightsError"
    assert "nothing was committed" in answer.message
    assert set(hub.repositories[REPO].head()) == {".gitattributes"}


def test_small_files_go_as_they_were_planned(hub: Any, publish: Any, folder: Path) -> None:
    before = (folder / "config.json").read_bytes()
    answer = publish("(folder / 'config.json').write_text('{}'); (folder / 'README.md').unlink()")
    assert answer.error is None, answer.message
    head = hub.repositories[REPO].head()
    assert head["config.json"] == before
    assert f'from_pretrained("{REPO}")' in head["README.md"].decode()


@pytest.mark.parametrize("options", [{}, {"replace_card": True}])
def test_a_card_pushed_after_the_plan_stays(hub: Any, publish: Any, options: Any) -> None:
    hub.repository(REPO).commit({"notes.txt": b"Here first."})
    answer = publish(PUSH_A_CARD, **options)
    assert answer.error == "HubError"
    assert f"{REPO} has changed since it was looked at" in answer.message
    head = hub.repositories[REPO].head()
    assert head == {"notes.txt": b"Here first.", "README.md": b"My own words."}


def test_a_repository_made_after_the_plan_stays(hub: Any, publish: Any) -> None:
    answer = publish(f"api.create_repo(repo); {PUSH_A_CARD}")
    assert answer.error == "HubError"
    assert f"{REPO} has changed since it was looked at" in answer.message
    assert hub.repositories[REPO].head()["README.md"] == b"My own words."


@pytest.mark.parametrize("there", [True, False])
def test_a_card_pushed_during_the_upload_stays(hub: Any, publish: Any, there: bool) -> None:
    if there:
        hub.repository(REPO).commit({"notes.txt": b"Here first."})
    hub.meanwhile.append(lambda: hub.repository(REPO).commit({"README.md": b"My own words."}))
    answer = publish()
    assert answer.error == "HubError"
    assert f"{REPO} has changed since it was looked at" in answer.message
    head = hub.repositories[REPO].head()
    assert head["README.md"] == b"My own words."
    assert "model.safetensors" not in head


def test_a_card_pushed_while_a_network_is_stays_too(hub: Any, client: Any, saved: Path) -> None:
    hub.repository(REPO).commit({"notes.txt": b"Here first."})
    hub.meanwhile.append(lambda: hub.repository(REPO).commit({"README.md": b"My own words."}))
    answer = client.run(
        "MattingBase.from_pretrained(folder).push_to_hub(repo, token=token)",
        folder=str(saved), repo=REPO, token=TOKEN,
    )  # fmt: skip
    assert answer.error == "HubError"
    assert "has changed since it was looked at" in answer.message
    assert hub.repositories[REPO].head()["README.md"] == b"My own words."


def test_a_card_by_hand_goes_as_it_is(hub: Any, publish: Any, folder: Path) -> None:
    (folder / "README.md").write_text("My own words.\n")
    answer = publish()
    assert answer.error is None, answer.message
    assert hub.repositories[REPO].head()["README.md"] == b"My own words.\n"
