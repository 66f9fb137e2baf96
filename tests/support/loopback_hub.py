"""A Hub on loopback: what of its HTTP downloads and uploads of a model need."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_loopback"

Files = dict[str, bytes]


@dataclass
class Repository:
    """Commits by id, branches and tags by name, and who may read."""

    commits: dict[str, Files] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    access: str = "public"  # or "private", "gated", "forbidden"
    messages: list[str] = field(default_factory=list)

    def commit(
        self, files: Files, ref: str = "main", message: str = "", gone: Sequence[str] = ()
    ) -> str:
        """Put `files` on top of what `ref` has, less those that are `gone`."""
        complete = {**self.commits.get(self.refs.get(ref, ""), {}), **files}
        complete = {name: content for name, content in complete.items() if name not in gone}
        sha = hashlib.sha1(f"{len(self.commits)}{sorted(complete)}".encode()).hexdigest()
        self.commits[sha] = complete
        self.refs[ref] = sha
        self.messages.append(message)
        return sha

    def head(self, ref: str = "main") -> Files:
        return self.commits[self.refs[ref]]


@dataclass
class Fault:
    """What goes wrong with downloads of a file, and how many times more."""

    status: int | None = None
    cut_after: int | None = None
    times: int = 1
    go_on: bool = False  # answer 100 (continue) as long as this fault is there


class LoopbackHub:
    """The state behind the server, for tests to set up and look at."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.objects: Files = {}
        self.faults: dict[str, Fault] = {}
        self.etags: dict[str, str] = {}  # in place of a file's own, by its name
        self.requests: list[tuple[str, str]] = []
        self.url = ""
        self.storage_url = ""  # large files are kept at another origin, as on the real Hub
        self.leaked: list[str] = []  # tokens that were sent there
        self.meanwhile: list[Callable[[], object]] = []  # once, after an upload, before its commit

    def fail(self, name: str, **how: Any) -> Fault:
        """Let downloads of files of this name go wrong (see `Fault`)."""
        self.faults[name] = Fault(**how)
        return self.faults[name]

    def repository(self, repo_id: str) -> Repository:
        return self.repositories.setdefault(repo_id, Repository())

    def object(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.objects[digest] = content
        return digest


class Handler(BaseHTTPRequestHandler):
    """The Hub's HTTP, as far as downloads and uploads of a model need it."""

    protocol_version = "HTTP/1.1"
    hub: LoopbackHub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.serve()

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def do_PUT(self) -> None:
        self.serve()

    def serve(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append((self.command, path))
        if path.startswith("/lfs/") and self.headers.get("Authorization"):
            self.hub.leaked.append(path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for pattern, method in ROUTES:
            match = re.fullmatch(pattern, path)
            if match:
                return method(self, **match.groupdict())
        self.answer(404, b"no route", {})

    def answer(self, status: int, content: bytes, headers: dict[str, str], cut: int = -1) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut < 0:
            self.wfile.write(content)
        else:
            self.wfile.write(content[:cut])
            self.wfile.flush()
            self.close_connection = True

    def json(self, value: object, status: int = 200) -> None:
        self.answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def refuse(self, status: int, code: str, message: str) -> None:
        self.answer(status, b"", {"X-Error-Code": code, "X-Error-Message": message})

    def readable(self, repo_id: str) -> Repository | None:
        """The repository, or None after a refusal was sent."""
        repository = self.hub.repositories.get(repo_id)
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if self.headers.get("Authorization") and not known:
            self.refuse(401, "", "Invalid credentials in Authorization header")
        elif repository is None:
            status = 404 if known else 401  # the Hub doesn't tell strangers what is private
            self.refuse(status, "RepoNotFound", "Repository not found")
        elif repository.access == "forbidden":
            self.refuse(403, "", "Forbidden")
        elif repository.access == "gated" and not known:
            self.refuse(401, "GatedRepo", "Access to model is restricted")
        elif repository.access == "private" and not known:
            self.refuse(401, "RepoNotFound", "Repository not found")
        else:
            return repository
        return None

    def writable(self, repo_id: str) -> Repository | None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.refuse(401, "", "Invalid credentials in Authorization header")
            return None
        return self.readable(repo_id)

    def resolve(self, repo_id: str, revision: str, name: str) -> None:
        repository = self.readable(repo_id)
        if repository is None:
            return
        sha = repository.refs.get(revision, revision)
        files = repository.commits.get(sha)
        if files is None:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        if name not in files:
            headers = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": sha}
            return self.answer(404, b"", headers)
        fault = self.hub.faults.get(name)
        if fault is not None and fault.go_on:
            while self.hub.faults.get(name) is fault:
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                time.sleep(0.05)
            self.close_connection = True
            return
        if fault is not None and fault.status is not None and fault.times > 0:
            fault.times -= 1
            return self.answer(fault.status, b"", {})
        content = files[name]
        if name.endswith(".safetensors") or name.endswith(".bin"):
            oid = self.hub.object(content)
            return self.answer(
                302,
                b"",
                {
                    "Location": f"{self.hub.storage_url}/lfs/{oid}/{name}",
                    "X-Linked-Etag": f'"{self.hub.etags.get(name, oid)}"',
                    "X-Linked-Size": str(len(content)),
                    "X-Repo-Commit": sha,
                },
            )
        etag = self.hub.etags.get(name) or hashlib.sha1(content).hexdigest()
        self.answer(200, content, {"ETag": f'"{etag}"', "X-Repo-Commit": sha})

    def download_object(self, oid: str, name: str) -> None:
        content = self.hub.objects[oid]
        start = 0
        status, headers = 200, {"ETag": f'"{oid}"'}
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if wanted:
            start, status = int(wanted[1]), 206
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        fault = self.hub.faults.get(name)
        cut = -1
        if fault is not None and fault.cut_after is not None and fault.times > 0:
            fault.times -= 1
            cut = max(0, fault.cut_after - start)
        self.answer(status, content[start:], headers, cut)

    def upload_object(self, oid: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != oid:
            return self.answer(400, b"wrong checksum", {})
        self.hub.objects[oid] = self.body
        self.answer(200, b"", {})

    def verify(self) -> None:
        while self.hub.meanwhile:
            self.hub.meanwhile.pop()()
        wanted = json.loads(self.body)
        there = len(self.hub.objects.get(wanted["oid"], b"")) == wanted["size"]
        self.json({}, 200 if there else 404)

    def create(self) -> None:
        wanted = json.loads(self.body)
        repo_id = f"{wanted.get('organization') or 'somebody'}/{wanted['name']}"
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.refuse(401, "", "Invalid credentials in Authorization header")
        if repo_id.startswith("foreign/"):
            return self.refuse(403, "", "You don't have the rights to create a model there")
        answer = {"url": f"{self.hub.url}/{repo_id}", "name": repo_id, "id": "1"}
        if repo_id in self.hub.repositories:
            return self.json(answer, 409)
        repository = self.hub.repository(repo_id)
        private = wanted.get("private") or wanted.get("visibility") == "private"
        repository.access = "private" if private else "public"
        repository.commit({".gitattributes": b""}, message="initial commit")
        self.json(answer)

    def info(self, repo_id: str, revision: str = "main") -> None:
        repository = self.readable(repo_id)
        if repository is None:
            return
        sha = repository.refs.get(revision, revision)
        if sha not in repository.commits:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        names = [{"rfilename": name} for name in repository.commits[sha]]
        self.json({"id": repo_id, "modelId": repo_id, "sha": sha, "siblings": names, "tags": []})

    def tree(self, repo_id: str, revision: str) -> None:
        repository = self.readable(repo_id)
        if repository is None:
            return
        files = repository.commits.get(repository.refs.get(revision, revision))
        if files is None:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        kind = {"type": "file", "oid": "0" * 40}
        self.json([{**kind, "path": name, "size": len(files[name])} for name in files])

    def validate_card(self) -> None:
        self.json({"errors": [], "warnings": []})

    def preupload(self, repo_id: str, revision: str) -> None:
        if self.writable(repo_id) is None:
            return
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(".safetensors") else "regular",
                "shouldIgnore": False,
            }
            for file in json.loads(self.body)["files"]
        ]
        self.json({"files": modes})

    def batch(self, repo_id: str) -> None:
        if self.writable(repo_id) is None:
            return
        objects = []
        for wanted in json.loads(self.body)["objects"]:
            actions = {
                "upload": {"href": f"{self.hub.storage_url}/lfs/{wanted['oid']}"},
                "verify": {"href": f"{self.hub.url}/verify"},
            }
            if wanted["oid"] in self.hub.objects:
                objects.append(wanted)
            else:
                objects.append({**wanted, "actions": actions})
        self.json({"transfer": "basic", "objects": objects})

    def commit(self, repo_id: str, revision: str) -> None:
        repository = self.writable(repo_id)
        if repository is None:
            return
        if revision not in repository.refs:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        files: Files = {}
        gone: list[str] = []
        message = ""
        for line in self.body.splitlines():
            item = json.loads(line)
            key, value = item["key"], item["value"]
            if key == "header":
                message = value["summary"]
                if value.get("parentCommit") not in (None, repository.refs[revision]):
                    return self.refuse(412, "", "A commit has happened since")
            elif key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            elif key == "deletedFile":
                gone.append(value["path"])
        sha = repository.commit(files, revision, message, gone)
        url = f"{self.hub.url}/{repo_id}/commit/{sha}"
        self.json({"success": True, "commitOid": sha, "commitUrl": url, "hookOutput": ""})


REPO = r"(?P<repo_id>[^/]+/[^/]+)"
ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"/api/repos/create", Handler.create),
    (r"/api/validate-yaml", Handler.validate_card),
    (rf"/api/models/{REPO}", Handler.info),
    (rf"/api/models/{REPO}/revision/(?P<revision>.+)", Handler.info),
    (rf"/api/models/{REPO}/tree/(?P<revision>.+)", Handler.tree),
    (rf"/api/models/{REPO}/preupload/(?P<revision>.+)", Handler.preupload),
    (rf"/api/models/{REPO}/commit/(?P<revision>.+)", Handler.commit),
    (rf"/{REPO}\.git/info/lfs/objects/batch", Handler.batch),
    (r"/lfs/(?P<oid>[0-9a-f]{64})", Handler.upload_object),
    (r"/lfs/(?P<oid>[0-9a-f]{64})/(?P<name>.+)", Handler.download_object),
    (r"/verify", Handler.verify),
    (rf"/{REPO}/resolve/(?P<revision>[^/]+)/(?P<name>.+)", Handler.resolve),
]
