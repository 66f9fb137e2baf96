"""A Hub on loopback, and clients of it in processes of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.hub_client import COMMAND, Answer, Client
from support.loopback_hub import Files, Handler, LoopbackHub

if TYPE_CHECKING:
    from bgmatting import MattingBase


@pytest.fixture(scope="session")
def server() -> Iterator[LoopbackHub]:
    """One Hub for the session: clients know its address from their start."""
    state = LoopbackHub()
    handler = type("Bound", (Handler,), {"hub": state})
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    state.url, state.storage_url = (f"http://127.0.0.1:{s.server_address[1]}" for s in servers)
    for http in servers:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, daemon=True).start()
    yield state
    for http in servers:
        http.shutdown()
        http.server_close()


@pytest.fixture
def hub(server: LoopbackHub) -> LoopbackHub:
    """The server with nothing in it."""
    parts = (
        server.repositories, server.objects, server.faults, server.etags, server.requests,
        server.leaked, server.meanwhile,
    )  # fmt: skip
    for part in parts:
        part.clear()
    return server


@contextmanager
def _started(folders: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[Client]:
    client = Client(environment, folders.mktemp("home"))
    yield client
    client.close()


@pytest.fixture(scope="session")
def client(server: LoopbackHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client without a log-in."""
    with _started(tmp_path_factory, {"HF_ENDPOINT": server.url}) as started:
        yield started


@pytest.fixture(scope="session")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client without network: of a place where nobody listens."""
    with _started(tmp_path_factory, {"HF_ENDPOINT": "http://127.0.0.1:9"}) as started:
        yield started


@pytest.fixture(scope="session")
def offline(server: LoopbackHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client told by its environment to leave the network alone."""
    environment = {"HF_ENDPOINT": server.url, "HF_HUB_OFFLINE": "1"}
    with _started(tmp_path_factory, environment) as started:
        yield started


@pytest.fixture
def command(client: Client) -> Callable[..., Answer]:
    """Run the command line in the client's process, with variables of the environment."""

    def run(*arguments: str, **environment: str) -> Answer:
        answer = client.run(COMMAND, arguments=arguments, environment=environment)
        if answer.error is not None:
            raise RuntimeError(f"{answer.error}: {answer.message}")
        return answer

    return run


@pytest.fixture(scope="session")
def network() -> MattingBase:
    """A small network with weights of its own; shared, so leave it as it is."""
    from bgmatting import MattingBase

    return MattingBase("mobilenetv2", working_size=512).eval()


@pytest.fixture(scope="session")
def saved(network: MattingBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that network's weights; copy it to change it."""
    folder = tmp_path_factory.mktemp("saved") / "weights"
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def saved_files(saved: Path) -> Files:
    """name -> content, of that folder."""
    return {path.name: path.read_bytes() for path in saved.iterdir()}
