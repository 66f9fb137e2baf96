"""Weights out of a Hub that speaks real HTTP, with all that can go wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save

from bgmatting.weights.matting_base import MattingBase

LOAD = """
network = MattingBase.from_pretrained(name, cache_dir=cache, **options)
result = {
    "config": network.config,
    "training": network.training,
    "sum": float(sum(value.double().sum() for value in network.state_dict().values())),
    "dtypes": sorted({str(value.dtype) for value in network.parameters()}),
}
"""
REPO = "alice/cutter"
TOKEN = "hf_loopback"


def total(network: MattingBase) -> float:
    return float(sum(value.double().sum() for value in network.state_dict().values()))


@pytest.fixture
def load(client: Any, tmp_path: Path) -> Any:
    """Load in the client's process, by default with a cache of the test's own."""

    def run(name: str = REPO, client: Any = client, **options: object) -> Any:
        return client.run(LOAD, name=name, cache=str(tmp_path / "cache"), options=options)

    return run


def test_download(hub: Any, load: Any, saved_files: Any, network: MattingBase) -> None:
    hub.repository(REPO).commit(saved_files)
    answer = load()
    assert answer.error is None, answer.message
    assert answer.result["config"] == {"backbone": "mobilenetv2", "working_size": 512}
    assert answer.result["training"] is False
    assert answer.result["sum"] == pytest.approx(total(network), rel=1e-9)
    assert answer.stdout == ""
    fetched = {path for command, path in hub.requests if command == "GET" and "resolve" in path}
    assert not [path for path in fetched if path.endswith(".bin")]


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
@pytest.mark.parametrize("relative", [False, True])
def test_what_a_hub_calls_a_file_is_no_path(
    hub: Any, load: Any, saved_files: Any, tmp_path: Path, name: str, relative: bool
) -> None:
    target = tmp_path / "elsewhere" / "profile"
    hub.repository(REPO).commit(saved_files)
    hub.etags[name] = "../../../elsewhere/profile" if relative else str(target)
    answer = load()
    assert answer.error == "HubError", answer.message
    assert "no name but may be a path" in answer.message
    assert not target.parent.exists()


def test_half_precision_loads_as_float32(hub: Any, load: Any, saved_files: Any) -> None:
    state = MattingBase("mobilenetv2").half().state_dict()
    content = save({key: value.contiguous() for key, value in state.items()})
    hub.repository(REPO).commit({**saved_files, "model.safetensors": content})
    answer = load()
    assert answer.error is None, answer.message
    assert answer.result["dtypes"] == ["torch.float32"]


def test_revisions(hub: Any, load: Any, saved_files: Any) -> None:
    repository = hub.repository(REPO)
    first = repository.commit(saved_files)
    repository.refs["v1"] = first
    config = json.dumps({"backbone": "mobilenetv2", "working_size": 1024}).encode()
    repository.commit({"config.json": config})
    sizes = {
        revision: load(revision=revision).result["config"]["working_size"]
        for revision in ("main", "v1", first)
    }
    assert sizes == {"main": 1024, "v1": 512, first: 512}
    assert load().result["config"]["working_size"] == 1024


def test_config_and_weights_come_from_one_commit(hub: Any, load: Any, saved_files: Any) -> None:
    """A push between the two downloads must not pair new weights with the old config."""
    repository = hub.repository(REPO)
    first = repository.commit(saved_files)
    load()
    weights = [path for command, path in hub.requests if path.endswith("model.safetensors")]
    assert f"/{REPO}/resolve/{first}/model.safetensors" in weights


@pytest.fixture(scope="module")
def sharded(network: MattingBase, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """name -> content, of the same weights in shards."""
    folder = tmp_path_factory.mktemp("sharded") / "weights"
    network.save_pretrained(folder, max_shard_size="9MB")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_shards_come_from_the_configs_commit(
    hub: Any, load: Any, sharded: Any, network: MattingBase
) -> None:
    repository = hub.repository(REPO)
    first = repository.commit(sharded)
    answer = load()
    assert answer.error is None, answer.message
    assert answer.result["sum"] == pytest.approx(total(network), rel=1e-9)
    asked = {path for _, path in hub.requests if path.endswith((".safetensors", ".index.json"))}
    asked = {path for path in asked if path.startswith(f"/{REPO}/")}
    assert len(asked) == 5  # the one file that isn't there, the index, three shards
    assert all(path.startswith(f"/{REPO}/resolve/{first}/") for path in asked)
    hub.requests.clear()
    offline = load(local_files_only=True)
    assert offline.error is None, offline.message
    assert hub.requests == []


def test_shards_without_network(load: Any, cut_off: Any, hub: Any, sharded: Any) -> None:
    hub.repository(REPO).commit(sharded)
    assert load().error is None
    answer = load(client=cut_off)
    assert answer.error is None, answer.message


def test_a_shard_that_is_not_there(hub: Any, load: Any, sharded: Any) -> None:
    name = "model-00002-of-00003.safetensors"
    hub.repository(REPO).commit({key: sharded[key] for key in sharded if key != name})
    answer = load()
    assert answer.error == "HubError"
    assert f"{REPO} has no {name}" in answer.message


def test_an_index_that_names_paths(hub: Any, load: Any, sharded: Any, tmp_path: Path) -> None:
    index = {"weight_map": {"x": "../../../escaped.safetensors"}}
    changed = {"model.safetensors.index.json": json.dumps(index).encode()}
    hub.repository(REPO).commit({**sharded, **changed})
    answer = load()
    assert answer.error == "WeightsError"
    assert "expected the plain name" in answer.message
    assert not [path for _, path in hub.requests if "escaped" in path]


def test_a_subfolder_of_a_repository(
    hub: Any, load: Any, saved_files: Any, sharded: Any, network: MattingBase
) -> None:
    repository = hub.repository(REPO)
    first = repository.commit({f"runs/last/{name}": saved_files[name] for name in saved_files})
    repository.commit({f"runs/shards/{name}": sharded[name] for name in sharded})
    for name in ("last", "shards"):
        answer = load(subfolder=f"runs/{name}")
        assert answer.error is None, answer.message
        assert answer.result["sum"] == pytest.approx(total(network), rel=1e-9)
        assert load(subfolder=f"runs/{name}", local_files_only=True).error is None
    hub.requests.clear()
    assert load(subfolder="runs/last", revision=first).error is None
    assert not [path for _, path in hub.requests if first not in path]
    answer = load()
    assert answer.error == "HubError"
    assert f"{REPO} has no config.json" in answer.message
    answer = load(subfolder="runs/none")
    assert f"{REPO} has no runs/none/config.json" in answer.message


def test_a_revision_that_is_not_there(hub: Any, load: Any, saved_files: Any) -> None:
    hub.repository(REPO).commit(saved_files)
    answer = load(revision="v9")
    assert answer.error == "HubError"
    assert "v9" in answer.message
    assert "no such revision" in answer.message


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_repository_that_is_not_there(hub: Any, load: Any, token: str | None) -> None:
    answer = load("alice/nothing", token=token)
    assert answer.error == "HubError"
    assert "no repository alice/nothing on the Hub" in answer.message
    assert "no folder" in answer.message


def test_private_and_gated_repositories(hub: Any, load: Any, saved_files: Any) -> None:
    repository = hub.repository(REPO)
    repository.commit(saved_files)
    repository.access = "private"
    answer = load()
    assert answer.error == "HubError"
    assert "hf auth login" in answer.message
    repository.access = "gated"
    answer = load()
    assert answer.error == "HubError"
    assert "gated" in answer.message
    assert f"{hub.url}/{REPO}" in answer.message
    assert load(token=TOKEN).error is None
    assert hub.leaked == []  # the token is for the Hub, not for where its large files are kept


def test_a_token_that_is_refused(hub: Any, load: Any, saved_files: Any) -> None:
    hub.repository(REPO).commit(saved_files)
    answer = load(token="hf_wrong")
    assert answer.error == "HubError"
    assert "refused the token" in answer.message


def test_forbidden(hub: Any, load: Any, saved_files: Any) -> None:
    repository = hub.repository(REPO)
    repository.commit(saved_files)
    repository.access = "forbidden"
    answer = load()
    assert answer.error == "HubError"
    assert "403" in answer.message


def test_trouble_on_the_hub(hub: Any, load: Any, saved_files: Any) -> None:
    hub.repository(REPO).commit(saved_files)
    hub.fail("config.json", status=503, times=99)
    answer = load()
    assert answer.error == "HubError"
    assert "503" in answer.message


IMPATIENT = """
import logging
from bgmatting.hub import patience
said = []
handler = logging.Handler()
handler.emit = lambda record: said.append(record.getMessage())
patience.log.addHandler(handler)
before = patience.SETTINGS, patience.longest_wait
patience.SETTINGS = patience.Settings(word=0.3)
patience.longest_wait = lambda: 1.0
began = time.monotonic()
try:
    network = MattingBase.from_pretrained(name, cache_dir=cache)
    result = [said, network.config["backbone"]]
except OSError as error:
    result = [said, str(error)]
finally:
    took = time.monotonic() - began
    patience.log.removeHandler(handler)
    patience.SETTINGS, patience.longest_wait = before
result.append(took)
"""


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_hub_that_says_go_on_for_ever(
    hub: Any, client: Any, saved_files: Any, tmp_path: Path, name: str
) -> None:
    hub.repository(REPO).commit(saved_files)
    hub.fail(name, go_on=True)
    answer = client.run("import time\n" + IMPATIENT, name=REPO, cache=str(tmp_path / "cache"))
    hub.faults.clear()
    assert answer.error is None, answer.message
    said, message, took = answer.result
    assert took < 30
    assert message.startswith(f"cannot fetch {name} from {REPO}: {hub.url} gave nothing for 1 sec")
    assert "HF_HUB_ETAG_TIMEOUT" in message
    assert f"{hub.url} has given nothing for 0 seconds; waiting up to 1" in said


def test_a_hub_that_says_go_on_for_ever_of_what_is_cached(
    hub: Any, client: Any, load: Any, saved_files: Any, tmp_path: Path
) -> None:
    hub.repository(REPO).commit(saved_files)
    assert load().error is None
    hub.fail("config.json", go_on=True)
    answer = client.run("import time\n" + IMPATIENT, name=REPO, cache=str(tmp_path / "cache"))
    hub.faults.clear()
    assert answer.error is None, answer.message
    assert answer.result[1] == "mobilenetv2"


def test_a_transfer_that_breaks_once(
    hub: Any, load: Any, saved_files: Any, network: MattingBase
) -> None:
    """It is resumed, or, by versions of huggingface_hub that don't, right when tried again."""
    hub.repository(REPO).commit(saved_files)
    fault = hub.fail("model.safetensors", cut_after=1_000_000, times=1)
    answer = load()
    if answer.error is not None:
        assert "the transfer broke off" in answer.message
        answer = load()
    assert answer.error is None, answer.message
    assert fault.times == 0
    assert answer.result["sum"] == pytest.approx(total(network), rel=1e-9)


def test_a_transfer_that_keeps_breaking(hub: Any, load: Any, saved_files: Any) -> None:
    hub.repository(REPO).commit(saved_files)
    fault = hub.fail("model.safetensors", cut_after=1_000_000, times=99)
    answer = load()
    assert answer.error == "HubError"
    assert "model.safetensors" in answer.message
    assert "broke off" in answer.message
    fault.times = 0
    assert load().error is None  # nothing half-way stayed in the cache


def test_what_is_cached_is_enough(
    hub: Any, load: Any, cut_off: Any, saved_files: Any, network: MattingBase
) -> None:
    hub.repository(REPO).commit(saved_files)
    assert load().error is None
    hub.requests.clear()
    answer = load(local_files_only=True)
    assert answer.error is None, answer.message
    assert hub.requests == []
    without_network = load(client=cut_off)
    assert without_network.error is None, without_network.message
    assert without_network.result["sum"] == pytest.approx(total(network), rel=1e-9)


def test_a_cached_file_is_not_fetched_again_unless_forced(
    hub: Any, load: Any, saved_files: Any
) -> None:
    hub.repository(REPO).commit(saved_files)
    load()

    def downloads(**options: object) -> list[str]:
        hub.requests.clear()
        assert load(**options).error is None
        return [path for command, path in hub.requests if command == "GET" and "/lfs/" in path]

    assert downloads() == []
    assert len(downloads(force_download=True)) == 1


def test_not_cached_and_left_offline(hub: Any, load: Any, saved_files: Any) -> None:
    hub.repository(REPO).commit(saved_files)
    answer = load(local_files_only=True)
    assert answer.error == "HubError"
    assert "not in the cache" in answer.message
    assert hub.requests == []


def test_not_cached_and_no_network(load: Any, cut_off: Any) -> None:
    answer = load(client=cut_off)
    assert answer.error == "HubError"
    assert "cannot be reached" in answer.message


def test_offline_by_environment(load: Any, offline: Any, hub: Any, saved_files: Any) -> None:
    hub.repository(REPO).commit(saved_files)
    answer = load(client=offline)
    assert answer.error == "HubError"
    assert "HF_HUB_OFFLINE" in answer.message
    assert load().error is None
    assert load(client=offline).error is None


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_a_repository_without_the_files(
    hub: Any, load: Any, saved_files: Any, missing: str
) -> None:
    files = {name: content for name, content in saved_files.items() if name != missing}
    hub.repository(REPO).commit(files)
    answer = load()
    assert answer.error == "HubError"
    assert f"{REPO} has no {missing}" in answer.message


def test_a_pickle_is_not_fetched(hub: Any, load: Any, saved_files: Any) -> None:
    hub.repository(REPO).commit(
        {"config.json": saved_files["config.json"], "pytorch_model.bin": b"\x80\x04boom"}
    )
    answer = load()
    assert answer.error == "HubError"
    assert "pytorch_model.bin" in answer.message
    assert "never loaded" in answer.message
    assert not [path for command, path in hub.requests if command == "GET" and "bin" in path]


def test_weights_that_do_not_fit(hub: Any, load: Any, saved_files: Any) -> None:
    wrong = save({"decoder.conv4.weight": torch.zeros(2)})
    hub.repository(REPO).commit({**saved_files, "model.safetensors": wrong})
    answer = load()
    assert answer.error == "WeightsError"
    assert "missing" in answer.message
    assert "misshapen" in answer.message
    assert answer.stdout == ""


@pytest.fixture
def own_table(client: Any) -> Iterator[None]:
    client.run("import os; os.environ['BGMATTING_REPO'] = 'carol/mine-{backbone}'")
    yield
    client.run("import os; del os.environ['BGMATTING_REPO']")


@pytest.mark.usefixtures("own_table")
def test_a_backbone_name_goes_to_its_repository(hub: Any, load: Any, saved_files: Any) -> None:
    hub.repository("carol/mine-mobilenetv2").commit(saved_files)
    answer = load("mobilenetv2", revision="main")
    assert answer.error is None, answer.message
    assert ("GET", "/carol/mine-mobilenetv2/resolve/main/config.json") in hub.requests


@pytest.mark.usefixtures("own_table", "hub")
def test_a_backbone_that_nobody_published(load: Any) -> None:
    answer = load("resnet101", revision="main")
    assert answer.error == "HubError"
    assert "carol/mine-resnet101" in answer.message
    assert "bgmatting convert" in answer.message
    assert "BGMATTING_REPO" in answer.message
