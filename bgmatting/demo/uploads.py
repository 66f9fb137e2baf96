"""What visitors give: kept where nobody can guess, taken from them alone, and bounded."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .files import CLEAN_EVERY, KEEP, TOOLS, Deletable, NotPermitted, permitted, server_folder

MAX_BYTES = 2 << 30  # of all uploads together; the oldest go first
MAX_FILES = 1000
SHARE = 0.5  # of both, that one client's may take; behind some proxies all clients are one


@dataclass(frozen=True)
class _Upload:
    folder: Path
    client: str
    size: int  # bytes
    count: int  # files
    arrived: float  # seconds, monotonic


class Uploads:
    """The folder of uploads of this server, and the one place that says what may be taken from it.

    A file lies in a folder of its own with a random name of 128 bits, so its path is known only to
    who uploaded it; and once a visitor has used it, it is nobody else's. Thread-safe.

    Attributes:
        root: the folder they lie in, resolved.
        files: what Gradio is to delete in time.
        tools: folder where Gradio puts what assistants send as data, before it uploads it.
        examples: photos that anybody may use, resolved.
    """

    def __init__(
        self,
        root: Path | None = None,
        examples: Collection[Path] = (),
        *,
        max_bytes: int = MAX_BYTES,
        max_files: int = MAX_FILES,
    ) -> None:
        """`root`: default a folder of this server's; `examples`: photos that anybody may use."""
        self.root = (root or server_folder() / "uploads").resolve()
        self.tools = self.root.parent / TOOLS
        self.files = Deletable()
        self.max_bytes, self.max_files = max_bytes, max_files
        self.examples = frozenset(path.resolve() for path in examples)
        self._owners: dict[str, str] = {}
        self._held: list[_Upload] = []
        self._lock = threading.Lock()

    def new_folder(self) -> Path:
        """An empty folder for one upload; to be `keep`ed or deleted."""
        folder = self.root / secrets.token_hex(16)
        folder.mkdir(parents=True)
        return folder

    def keep(self, folder: Path, client: str) -> None:
        """Count what a folder holds now, of a client, and have it deleted in time.

        Where that is more than there is room for, the oldest go, the client's own first if it has
        more than its share.
        """
        files = [path for path in folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        self.files.update(map(str, files))
        with self._lock:
            self._held.append(_Upload(folder, client, size, len(files), time.monotonic()))
            gone = self._too_old()
            gone += self._over(SHARE, client)
            gone += self._over(1.0, None)
            for upload in gone:
                shutil.rmtree(upload.folder, ignore_errors=True)
            if gone:
                self._owners = {p: who for p, who in self._owners.items() if Path(p).exists()}

    def place_beside(self, upload: Path, name: str) -> Path:
        """Where something made of an upload belongs: in its folder, to go when it goes."""
        folder = self.root / upload.relative_to(self.root).parts[0] / "made"
        folder.mkdir(exist_ok=True)
        return folder / name

    def keep_beside(self, made: Path, upload: Path) -> None:
        """Count a file at such a place with the upload; it is the same visitor's."""
        folder = self.root / upload.relative_to(self.root).parts[0]
        self.files.add(str(made))
        with self._lock:
            for number, held in enumerate(self._held):
                if held.folder == folder:
                    size = held.size + made.stat().st_size
                    self._held[number] = replace(held, size=size, count=held.count + 1)
            if str(upload) in self._owners:
                self._owners[str(made)] = self._owners[str(upload)]

    def take(self, path: object, visitor: str) -> Path:
        """The file that a visitor means by a path, if it is theirs to give.

        Args:
            path: as it came, anything.
            visitor: the session; "" for programs that say none.

        Raises:
            NotPermitted: it is no file uploaded here, or another visitor's; or it was deleted.
        """
        file = permitted(path, [self.root], self.examples)
        if file in self.examples:
            return file
        with self._lock:
            if self._owners.setdefault(str(file), visitor) != visitor:
                raise NotPermitted
        return file

    def claimed(self, value: Any, visitor: str, *, files_only: bool) -> Any:
        """Data that came for a component, its files made sure of.

        Whatever names a path or an address is a file that is claimed; with or without Gradio's
        marker, which is whoever sends the data to set.

        Args:
            value: JSON as it came.
            visitor: as `take`.
            files_only: whether the component takes files and nothing else.

        Returns:
            The same with nothing but path, name and marker for each file.

        Raises:
            NotPermitted: as `take`, or there is something else where a file belongs.
        """
        if isinstance(value, list):
            return [self.claimed(item, visitor, files_only=files_only) for item in value]
        if isinstance(value, dict) and (files_only or {"path", "url", "meta"} & value.keys()):
            file = self.take(value.get("path"), visitor)
            name = value.get("orig_name")
            return {
                "path": str(file),
                "orig_name": name if isinstance(name, str) else file.name,
                "meta": {"_type": "gradio.FileData"},
            }
        if isinstance(value, dict):
            return {k: self.claimed(v, visitor, files_only=False) for k, v in value.items()}
        if files_only and value is not None:
            raise NotPermitted
        return value

    def sweep_tools(self) -> None:
        """Delete what assistants' calls left; while a call lasts, its photos are new."""
        for left in self.tools.glob("*"):
            with suppress(FileNotFoundError):  # another was faster
                if left.stat().st_mtime < time.time() - CLEAN_EVERY:
                    shutil.rmtree(left, ignore_errors=True)

    def _too_old(self) -> list[_Upload]:
        limit = time.monotonic() - KEEP
        gone = [upload for upload in self._held if upload.arrived < limit]
        self._held = [upload for upload in self._held if upload.arrived >= limit]
        return gone

    def _over(self, share: float, client: str | None) -> list[_Upload]:
        """What has to go, the oldest first, never the last: of one client's or of all."""
        gone: list[_Upload] = []
        own = [upload for upload in self._held if client is None or upload.client == client]
        size, count = sum(u.size for u in own), sum(u.count for u in own)
        for upload in own[:-1]:
            if size <= share * self.max_bytes and count <= share * self.max_files:
                break
            size, count = size - upload.size, count - upload.count
            self._held.remove(upload)
            gone.append(upload)
        return gone
