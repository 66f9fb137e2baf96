"""Twenty visitors at once: each is answered, with its own result, or told to come back."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from support.page_server import running_page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

CLIENTS, ROUNDS = 20, 2
BURST = 3  # requests of each client at once: more than the queue holds
KINDS = ("cutout", "alpha", "foreground", "error")
PATIENCE = 1800  # seconds for one answer, on a machine with much other work
MORE_MEMORY = 600  # megabytes that twenty visitors may take on top of the first one


class Pair(NamedTuple):
    """Two files that are nobody else's, and what Python gives for them."""

    source: Path
    background: Path
    expected: dict[str, np.ndarray]


class Outcome(NamedTuple):
    """What became of one request; `wrong` names the views that are not its own."""

    seconds: float
    refused: bool
    wrong: tuple[str, ...] = ()


class Memory(threading.Thread):
    """The most that a process and its children hold, in megabytes, since `reset`."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.done = psutil.Process(pid), 0.0, threading.Event()

    def now(self) -> float:
        held = 0
        for process in (self.process, *self.process.children(recursive=True)):
            try:
                held += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return held / 1e6

    def run(self) -> None:
        while not self.done.wait(0.1):
            self.peak = max(self.peak, self.now())


@pytest.fixture(scope="module")
def pairs(tmp_path_factory) -> list[Pair]:
    """A pair for every client and round: a blob of its own colour and place, in its own size."""
    from bgmatting import Matter

    matter = Matter.from_pretrained("mobilenetv2")
    folder = tmp_path_factory.mktemp("pairs")
    made = []
    for number in range(CLIENTS * ROUNDS):
        rng = np.random.default_rng(number)
        long = int(rng.integers(640, 1281))
        width, height = sorted((long, int(long * rng.uniform(0.6, 0.9))), reverse=number % 2 == 0)
        y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
        ramp = x * rng.uniform(0.2, 1) + y * rng.uniform(0.2, 1)
        empty = (
            60
            + 60 * ramp[..., None] * rng.uniform(0.3, 1, 3)
            + rng.normal(0, 2, (height, width, 1))
        )
        middle, radius = rng.uniform(0.3, 0.7, 2), rng.uniform(0.12, 0.25)
        inside = (x - middle[0]) ** 2 + (y - middle[1]) ** 2 < radius**2
        source = np.where(inside[..., None], rng.uniform(0, 255, 3), empty)
        paths = folder / f"photo-{number}.jpg", folder / f"empty-{number}.jpg"
        for path, picture in zip(paths, (source, empty), strict=True):
            Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(path, quality=95)
        matte = matter(*paths)
        made.append(Pair(*paths, {kind: np.asarray(matte.image(kind)) for kind in KINDS}))
    return made


def _client(address: str, folder: Path) -> Client:
    return Client(address, verbose=False, download_files=folder, httpx_kwargs={"timeout": PATIENCE})


def _ask(client: Client, pair: Pair) -> Outcome:
    start = time.monotonic()
    try:
        files = client.submit(
            handle_file(pair.source), handle_file(pair.background), "mobilenetv2", api_name="/matte"
        ).result(timeout=PATIENCE)
    except Exception as error:
        if "queue is full" not in str(error).lower():
            raise
        return Outcome(time.monotonic() - start, refused=True)
    took = time.monotonic() - start
    wrong = [
        kind
        for file, (kind, pixels) in zip(files, pair.expected.items(), strict=True)
        if not np.array_equal(np.asarray(Image.open(file)), pixels)
    ]
    return Outcome(took, False, tuple(wrong))


def _told(name: str, outcomes: list[Outcome], memory: float) -> None:
    times = sorted(outcome.seconds for outcome in outcomes if not outcome.refused)
    p50, p95 = np.percentile(times, [50, 95])
    print(
        f"\n{name}: {len(times)} answered, {len(outcomes) - len(times)} refused, "
        f"p50 {p50:.1f} s, p95 {p95:.1f} s, at most {memory:.0f} MB"
    )


def test_twenty_clients(pairs, tmp_path):
    with running_page(tmp_path) as server, ThreadPoolExecutor(CLIENTS * BURST) as pool:
        clients = [_client(server.address, tmp_path / f"client-{n}") for n in range(CLIENTS)]
        assert not _ask(clients[0], pairs[0]).wrong  # loads the weights
        memory = Memory(server.pid)
        alone = memory.now()
        memory.start()

        def visit(number: int) -> list[Outcome]:
            own = pairs[number * ROUNDS : (number + 1) * ROUNDS]
            return [_ask(clients[number], pair) for pair in own]

        steady = [outcome for own in pool.map(visit, range(CLIENTS)) for outcome in own]
        _told("one after the other", steady, memory.peak)
        requests = [(client, n) for n in range(BURST) for client in range(CLIENTS)]
        burst = list(
            pool.map(
                lambda request: _ask(
                    clients[request[0]], pairs[(request[0] * ROUNDS + request[1]) % len(pairs)]
                ),
                requests,
            )
        )
        _told("all at once", burst, memory.peak)
        memory.done.set()
        # Whoever was refused may come back.
        assert not _ask(clients[1], pairs[1]).refused

    assert [outcome.wrong for outcome in steady + burst if outcome.wrong] == []
    # The queue has room for as many as there are clients.
    assert not any(outcome.refused for outcome in steady)
    refused = sum(outcome.refused for outcome in burst)
    assert 0 < refused < len(burst)
    print(f"memory: {alone:.0f} MB after the first, at most {memory.peak:.0f} MB")
    assert memory.peak - alone < MORE_MEMORY
