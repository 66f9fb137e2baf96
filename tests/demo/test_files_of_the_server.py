"""The page takes what its visitor uploaded and nothing else, and gives out nothing else.

Walked from outside, over every event that the running server names.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import shutil
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image
from support.page_server import ROOT, PageServer, running_page

from bgmatting.demo import texts

PATIENCE = 60  # seconds for an answer; on an idle machine they take hundredths
TOGETHER = 12  # fewer than may wait in the queue
MARKERS: dict[str, dict[str, Any]] = {
    "with the marker": {"meta": {"_type": "gradio.FileData"}},
    "without it": {},
    "with a false one": {"meta": {"_type": "something.else"}},
}


class Visitor(NamedTuple):
    """Someone who speaks to the server over plain HTTP, with a session of their own."""

    server: str
    session: str

    def upload(self, file: Path) -> str:
        form = (
            b'--X\r\nContent-Disposition: form-data; name="files"; filename="'
            + file.name.encode()
            + b'"\r\nContent-Type: image/png\r\n\r\n'
            + file.read_bytes()
            + b"\r\n--X--\r\n"
        )
        request = urllib.request.Request(
            f"{self.server}gradio_api/upload",
            form,
            {"Content-Type": "multipart/form-data; boundary=X"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            (path,) = json.load(answer)
        return path

    def ask(self, event: int, data: list[Any]) -> dict[str, Any]:
        """What an event says when it is done."""
        return self.ask_all([(event, data)])[0]

    def ask_all(self, questions: list[tuple[int, list[Any]]]) -> list[dict[str, Any]]:
        """What several say, at most `TOGETHER` of them waiting at a time."""
        answers: list[dict[str, Any]] = []
        for start in range(0, len(questions), TOGETHER):
            answers += self._ask_together(questions[start : start + TOGETHER])
        return answers

    def _ask_together(self, questions: list[tuple[int, list[Any]]]) -> list[dict[str, Any]]:
        waiting = [self._join(event, data) for event, data in questions]
        answers: dict[str, dict[str, Any]] = {}
        address = f"{self.server}gradio_api/queue/data?session_hash={self.session}"
        with urllib.request.urlopen(address, timeout=PATIENCE) as stream:
            for line in stream:
                said = json.loads(line.removeprefix(b"data:")) if line.strip() else {}
                if said.get("msg") == "process_completed":
                    answers[said["event_id"]] = said
                if len(answers) == len(waiting):
                    break
        return [answers[event] for event in waiting]

    def _join(self, event: int, data: list[Any]) -> str:
        body = {"data": data, "fn_index": event, "session_hash": self.session}
        request = urllib.request.Request(
            f"{self.server}gradio_api/queue/join",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["event_id"]

    def get(self, path: str) -> tuple[int, bytes]:
        """A path as it is written here, which `urllib` would put in order."""
        connection = http.client.HTTPConnection(
            urllib.parse.urlsplit(self.server).netloc, timeout=PATIENCE
        )
        try:
            connection.request("GET", f"/{path}")
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Argument(NamedTuple):
    """One argument of one event, and what the page gives for all of them."""

    event: int
    number: int
    takes_files: bool
    defaults: list[Any]

    def with_(self, value: Any) -> list[Any]:
        """The event's data with a value for this argument."""
        return [*self.defaults[: self.number], value, *self.defaults[self.number + 1 :]]


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Any:
    with running_page(tmp_path_factory.mktemp("walked")) as server:
        yield server


@pytest.fixture(scope="module")
def arguments(running: PageServer) -> list[Argument]:
    """Every argument of every event, as the server's own configuration has them."""
    with urllib.request.urlopen(f"{running.address}config", timeout=PATIENCE) as answer:
        config = json.load(answer)
    components = {component["id"]: component for component in config["components"]}
    found = []
    for event in config["dependencies"]:
        if not event["backend_fn"]:
            continue  # runs in the browser
        inputs = [components[number] for number in event["inputs"]]
        defaults = [component["props"].get("value") for component in inputs]
        for number, component in enumerate(inputs):
            takes_files = '"path"' in json.dumps(component.get("api_info_as_input"))
            found.append(Argument(event["id"], number, takes_files, defaults))
    return found


@pytest.fixture(scope="module")
def claims(running: PageServer, tmp_path_factory) -> dict[str, Any]:
    """Paths that are nobody's to give, by what they are."""
    folder = tmp_path_factory.mktemp("private")
    private = folder / "private.png"
    Image.effect_noise((64, 48), 90).save(private)
    other = Visitor(running.address, "other")
    others = other.upload(private)
    event = _events_with(running, 1)[0]
    assert other.ask(event, [{"path": others}])["success"]  # theirs from now on
    uploads = Path(others).parents[1]
    assert uploads.parent == running.folder / "uploads"
    (uploads / "link.png").symlink_to(private)
    (folder / "link.png").symlink_to(others)
    (uploads / "folder").symlink_to(folder)
    os.mkfifo(uploads / "pipe.png")
    os.mkfifo(folder / "pipe.png")
    in_tmp = running.files / "in-the-temporary-folder.png"
    shutil.copy(private, in_tmp)
    made_results = running.folder / "results" / "guessed"
    made_results.mkdir(parents=True)
    shutil.copy(private, made_results / "result.png")
    return {
        "in the checkout": str(ROOT / "app.py"),
        "a picture in the checkout": str(ROOT / "docs" / "page.png"),
        "a hidden file": str(ROOT / ".gitignore"),
        "outside it": str(private),
        "not there": str(folder / "nothing.png"),
        "in the temporary folder": str(in_tmp),
        "a result": str(made_results / "result.png"),
        "the server's lock": str(running.folder / ".lock"),
        "another's": others,
        "another's by a link": str(folder / "link.png"),
        "a link among uploads": str(uploads / "link.png"),
        "a linked folder among uploads": str(uploads / "folder" / "private.png"),
        "a folder": str(uploads),
        "the folder of uploads": str(uploads.parent),
        "by its content, as Gradio names uploads": str(
            running.folder / Path(others).parent.name / private.name
        ),
        "relative": "app.py",
        "with ..": f"{uploads}/../../../../{in_tmp.name}",
        "with .. back in": f"{uploads}/../{uploads.name}/{Path(others).parent.name}/private.png",
        "encoded": urllib.parse.quote(f"{uploads}/../../../{in_tmp.name}", safe=""),
        "encoded dots": f"{uploads}/%2e%2e/%2e%2e/{in_tmp.name}",
        "with a zero byte": f"{others}\0.png",
        "very long": f"{uploads}/{'x' * 5000}",
        "a pipe": str(folder / "pipe.png"),
        "a pipe among uploads": str(uploads / "pipe.png"),
        "a device": "/dev/zero",
        "an address": "http://127.0.0.1:9/a.png",
        "an outside address": "https://example.com/a.png",
        "a file address": private.as_uri(),
        "data": "data:image/png;base64,AAAA",
        "served": f"/gradio_api/file={private}",
        "nothing": "",
        "no text": 7,
        "nested": {"path": str(private)},
    }


def _events_with(running: PageServer, inputs: int) -> list[int]:
    """Events that take one file, and nothing else: the page's own uploads."""
    with urllib.request.urlopen(f"{running.address}config", timeout=PATIENCE) as answer:
        config = json.load(answer)
    kinds = {component["id"]: component["type"] for component in config["components"]}
    return [
        event["id"]
        for event in config["dependencies"]
        if event["backend_fn"] and [kinds[n] for n in event["inputs"]] == ["image"] * inputs
    ]


def _said(completed: dict[str, Any]) -> tuple[bool, Any]:
    return completed["success"], completed["output"].get("error")


def _files(running: PageServer) -> set[Path]:
    # Not `rglob`, which minds folders that go meanwhile.
    return {Path(folder, name) for folder, _, names in os.walk(running.folder) for name in names}


REFUSED = (False, texts.NOT_GIVEN)


def test_what_a_visitor_uploaded_is_taken(running, arguments, pair):
    visitor = Visitor(running.address, "honest")
    photo = visitor.upload(pair[0])
    single = _events_with(running, 1)
    assert single  # else the walk below would prove nothing
    for event in single:
        for marker in MARKERS.values():
            said = visitor.ask(event, [{"path": photo, **marker}])
            assert said["success"], said
            assert said["output"]["data"][0]["path"] == photo
    assert len({argument.event for argument in arguments if argument.takes_files}) > len(single)


@pytest.mark.timeout(1200)
def test_no_event_takes_anything_else(running, arguments, claims):
    before = _files(running)
    walk: list[tuple[Argument, str, str]] = []
    for argument in arguments:
        # Where a file belongs, everything; elsewhere a file is refused, whatever it is.
        names = list(claims) if argument.takes_files else ["outside it"]
        walk += [(argument, name, mark) for name, mark in product(names, MARKERS)]
    # The events in turn, so that those asked together wait for each other as little as possible.
    walk.sort(key=lambda step: (list(claims).index(step[1]), step[2], step[0].number))
    questions = [
        (argument.event, argument.with_({"path": claims[name], **MARKERS[mark]}))
        for argument, name, mark in walk
    ]
    answers = map(_said, Visitor(running.address, "walker").ask_all(questions))
    otherwise = [(step, said) for step, said in zip(walk, answers, strict=True) if said != REFUSED]
    assert otherwise == []
    assert _files(running) == before  # nothing was copied to where it is served from


def test_nor_in_any_other_form(running, arguments, claims):
    visitor = Visitor(running.address, "walker")
    private = claims["outside it"]
    forms = [
        private,
        {"url": private},
        {"url": f"{running.address}gradio_api/file={private}", "path": None},
        [{"path": private}],
        {"meta": {"_type": "gradio.FileData"}},
        {"value": {"path": private}},
        {"path": private, "url": private, "is_stream": True, "orig_name": "a.png"},
        7,
        True,
    ]
    walk = [(argument, form) for form in forms for argument in arguments if argument.takes_files]
    answers = visitor.ask_all([(argument.event, argument.with_(form)) for argument, form in walk])
    assert [step for step, said in zip(walk, answers, strict=True) if _said(said) != REFUSED] == []


@pytest.mark.parametrize("more", [-1, 1])
def test_nor_by_giving_more_or_fewer_arguments(running, arguments, claims, more):
    visitor = Visitor(running.address, "walker")
    for event in {argument.event for argument in arguments}:
        count = len(next(a for a in arguments if a.event == event).defaults)
        said = visitor.ask(event, [{"path": claims["outside it"]}] * (count + more))
        assert not said["success"]
        assert said["output"].get("error") != texts.OUR_FAULT


def test_no_file_is_served_but_results_uploads_and_examples(running, claims):
    from bgmatting.demo.examples import example_photos

    visitor = Visitor(running.address, "walker")
    open_to_all = {"a result", "another's", "another's by a link", "with .. back in"}
    for name, path in claims.items():
        if not isinstance(path, str) or name in open_to_all:
            continue
        for safe in ("/:", ""):
            address = urllib.parse.quote(path, safe=safe)
            for prefix in ("gradio_api/file=", "gradio_api/file/", "file=", "file/"):
                status, body = visitor.get(prefix + address)
                assert status in (400, 403, 404, 405), (name, prefix, status)
                if prefix == "gradio_api/file=" and name != "nothing":
                    assert body.decode() == texts.NO_SUCH_FILE, name
    for photo in example_photos():
        assert visitor.get(f"gradio_api/file={photo}") == (200, photo.read_bytes())
    mine = visitor.upload(Path(claims["outside it"]))
    status, body = visitor.get(f"gradio_api/file={urllib.parse.quote(mine)}")
    assert (status, body) == (200, Path(claims["outside it"]).read_bytes())


def test_a_path_of_an_upload_cannot_be_guessed(running, pair):
    visitor = Visitor(running.address, "walker")
    one, two = (Path(visitor.upload(pair[0])) for _ in range(2))
    assert one != two  # though the content is the same
    tokens = [path.relative_to(running.folder / "uploads").parts[0] for path in (one, two)]
    assert all(len(bytes.fromhex(token)) == 16 for token in tokens)


@pytest.mark.parametrize(
    "path",
    [
        "monitoring", "monitoring/summary", "gradio_api/openapi.json", "openapi.json", "docs",
        "gradio_api/proxy=https://example.com/", "gradio_api/stream/a/b/1/playlist-file",
        "gradio_api/custom_component/a/client/b/c", "gradio_api/vibe-code", "gradio_api/runs",
        "gradio_api/deep_link", "gradio_api/token", "assets/%2e%2e/%2e%2e/routes.py",
        "static/../../routes.py",
    ],
)  # fmt: skip
def test_the_rest_of_the_server_is_shut(running, path):
    status, body = Visitor(running.address, "walker").get(path)
    assert status in (403, 404)
    assert b"import" not in body


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("gradio_api/queue/join", b"{", 400),
        ("gradio_api/queue/join", b"[" * 100_000, 400),
        ("gradio_api/queue/join", b'{"data": {}}', 400),
        ("gradio_api/queue/join", b'{"data": [], "fn_index": 9999, "session_hash": "a"}', 404),
        ("gradio_api/queue/join", b'{"data": [], "fn_index": "0", "session_hash": "a"}', 404),
        ("gradio_api/queue/join", b'{"data": ["' + b"x" * (1 << 20) + b'"]}', 413),
        ("gradio_api/call/nothing", b'{"data": []}', 404),
        ("gradio_api/call/v2/nothing", b"{}", 404),
        ("gradio_api/component_server", b"{}", 404),
        ("gradio_api/process_recording", b"{}", 404),
        ("gradio_api/run/matte", b'{"data": []}', 404),
        ("gradio_api/upload", b"{}", 400),
    ],
)
def test_what_is_no_request_is_refused(running, path, body, status):
    request = urllib.request.Request(
        running.address + path, body, {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=PATIENCE)
    assert refusal.value.code == status
    assert b"Traceback" not in refusal.value.read()


def test_an_upload_that_is_broken_off_leaves_nothing(running):
    before = _files(running)
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(running.address).netloc)
    connection.putrequest("POST", "/gradio_api/upload")
    connection.putheader("Content-Type", "multipart/form-data; boundary=X")
    connection.putheader("Content-Length", "1000000")
    connection.endheaders()
    connection.send(b'--X\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc')
    _until(lambda: _files(running) > before)
    connection.close()
    _until(lambda: _files(running) == before)


def _until(true) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_server_that_was_killed_is_cleaned_up_by_the_next(tmp_path):
    with running_page(tmp_path) as first:
        left = first.folder
        Visitor(first.address, "a").upload(ROOT / "docs" / "page-phone.png")
        os.kill(first.pid, signal.SIGKILL)
    assert any(left.rglob("page-phone.png"))
    with running_page(tmp_path) as second:
        assert second.folder != left  # the only one
        assert not left.exists()
        alive = second.folder
        with running_page(tmp_path):  # one that lives is left alone
            assert alive.exists()


def test_a_picture_comes_out_as_it_went_in(running, pair):
    """The control: the same calls, with a photo of one's own, give a matte."""
    visitor = Visitor(running.address, "honest-again")
    photos = [{"path": visitor.upload(photo)} for photo in pair]
    with urllib.request.urlopen(f"{running.address}config", timeout=PATIENCE) as answer:
        events = json.load(answer)["dependencies"]
    (public,) = (event["id"] for event in events if event["api_visibility"] != "private")
    said = visitor.ask(public, [*photos, "mobilenetv2", True, False])
    assert said["success"], said
    cutout = said["output"]["data"][0]["path"]
    status, body = visitor.get(f"gradio_api/file={urllib.parse.quote(cutout)}")
    assert status == 200
    shape = np.asarray(Image.open(pair[0])).shape[:2]
    assert np.asarray(Image.open(io.BytesIO(body))).shape == (*shape, 4)
