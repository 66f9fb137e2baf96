"""The door of the server: which requests come in, how large, how slow, and which files go out."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import shutil
from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from . import texts
from .bodies import TooLarge, bounded, replayed, timed, whole_body
from .files import NotPermitted, Store, permitted
from .gradio_names import MultiPartException, upload_fn, upload_progress
from .uploads import Uploads

log = logging.getLogger(__name__)

API = "/gradio_api"
# What the page and Gradio's clients ask for. The rest of Gradio's server stays shut.
READ = re.compile(
    rf"/|/config/?|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/pwa_icon(/\d+)?"
    rf"|/(assets|static|svelte)/.+"
    rf"|{API}/(info/?|app_id/?|login_check/?|user/?|startup-events|queue/data|queue/status"
    rf"|upload_progress|heartbeat/[\w-]+|call/(v2/)?[\w-]+/[\w-]+)"
)
WRITE = re.compile(rf"{API}/(queue/join|cancel|reset/?)")
RANGE = re.compile(rb"bytes=\d*-\d*")
CALL = re.compile(rf"{API}/call/(?:v2/)?([\w-]+)/?")
UPLOAD, FILE, MCP = f"{API}/upload", f"{API}/file=", f"{API}/mcp"

MAX_JSON = 1 << 20  # bytes; photos do not come in it
MAX_MCP = 96 << 20  # bytes; there they may, in base64
FILES_AT_ONCE = 4  # in one upload, of a photo's size together
FORM = 1 << 16  # bytes of a form around its files
OPEN_UPLOADS = 40  # at a time, from all


class Gate:
    """ASGI middleware before Gradio.

    Args:
        app: Gradio's server.
        page: the page; its events are asked for.
        uploads: where uploads go.
        store: where results lie.
        max_file_size: of an upload, bytes.
    """

    def __init__(
        self, app: ASGIApp, *, page: Any, uploads: Uploads, store: Store, max_file_size: int
    ) -> None:
        self.app, self.page = app, page
        self.uploads, self.store = uploads, store
        self.max_file_size = max_file_size
        self.open_uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing here speaks over web sockets
        path = _path(scope)
        method = scope["method"]
        if method == "POST" and path == UPLOAD:
            # Of a form's fields that are no files, Gradio's parser keeps any amount in memory.
            body = bounded(timed(receive), self.max_file_size + FORM)
            answer = await self._upload(Request(scope, body))
            await answer(scope, receive, send)
        elif method == "POST" and (WRITE.fullmatch(path) or self._named(path)):
            await self._with_body(scope, receive, send, MAX_JSON, self._event_fault)
        elif path.startswith(MCP) and self.page.mcp_server:
            if method == "POST":
                await self._with_body(scope, receive, send, MAX_MCP, _file_fault)
                self.uploads.sweep_tools()
            else:
                await self.app(scope, receive, send)
        elif method in ("GET", "HEAD") and path.startswith(FILE):
            await self._file(scope, receive, send, path.removeprefix(FILE))
        elif method in ("GET", "HEAD", "OPTIONS") and READ.fullmatch(path):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)

    def _named(self, path: str) -> bool:
        """Whether a path calls an event that there is, by its name."""
        called = CALL.fullmatch(path)
        return called is not None and any(
            event.api_name == called[1] and event.api_visibility != "private"
            for event in self.page.fns.values()
        )

    async def _file(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        try:
            file = permitted(path, [self.uploads.root, self.store.root], self.uploads.examples)
        except NotPermitted:
            await PlainTextResponse(texts.NO_SUCH_FILE, 403)(scope, receive, send)
            return
        await self.app(_at(scope, f"{FILE}{file}"), receive, send)

    async def _upload(self, request: Request) -> JSONResponse | PlainTextResponse:
        if self.open_uploads >= OPEN_UPLOADS:
            return PlainTextResponse(texts.TOO_MANY_UPLOADS, 503)
        folder = self.uploads.new_folder()
        upload_id = request.query_params.get("upload_id")
        self.open_uploads += 1
        kept = False
        try:
            files, _, _ = await upload_fn(
                request, str(folder), self.max_file_size, upload_id,
                upload_progress=upload_progress if upload_id else None,
            )  # fmt: skip
            if not 0 < len(files) <= FILES_AT_ONCE:
                return PlainTextResponse(texts.NO_UPLOAD, 400)
            self.uploads.keep(folder, request.client.host if request.client else "")
            kept = True
            return JSONResponse([str(file) for file in files])
        except TooLarge:
            return PlainTextResponse(texts.TOO_LARGE.format(self.max_file_size >> 20), 413)
        except MultiPartException as error:
            if "maximum allowed size" in error.message:
                return PlainTextResponse(texts.TOO_LARGE.format(self.max_file_size >> 20), 413)
            return PlainTextResponse(texts.NO_UPLOAD, 400)
        except (ClientDisconnect, asyncio.TimeoutError):
            return PlainTextResponse(texts.TOO_SLOW, 408)
        except OSError:
            log.exception("an upload could not be written")
            return PlainTextResponse(texts.NO_ROOM, 507)
        except (HTTPException, AttributeError, TypeError, KeyError, ValueError):
            # No form, or no files in it.
            return PlainTextResponse(texts.NO_UPLOAD, 400)
        finally:
            self.open_uploads -= 1
            if not kept:
                shutil.rmtree(folder, ignore_errors=True)

    async def _with_body(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        limit: int,
        fault: Callable[[Any], tuple[int, str] | None],
    ) -> None:
        """Read a JSON body whole, within bounds; pass it on if nothing is wrong with it."""
        try:
            body = await whole_body(bounded(timed(receive), limit))
            wrong = fault(json.loads(body or b"null"))
        except TooLarge:
            wrong = 413, texts.TOO_LONG
        except (ClientDisconnect, asyncio.TimeoutError):
            wrong = 408, texts.TOO_SLOW
        except (ValueError, RecursionError):
            wrong = 400, texts.NO_JSON
        if wrong is not None:
            status, sentence = wrong
            await JSONResponse({"detail": sentence}, status)(scope, receive, send)
            return
        await self.app(scope, replayed(body, receive), send)

    def _event_fault(self, body: Any) -> tuple[int, str] | None:
        """What is wrong with a request for an event: status and sentence, or None."""
        if not isinstance(body, dict) or not isinstance(body.get("data", []), list):
            return 400, texts.NO_JSON
        number = body.get("fn_index")
        if number is not None and (type(number) is not int or number not in self.page.fns):
            return 404, texts.NO_EVENT
        return None


def _file_fault(body: Any) -> tuple[int, str] | None:
    """Assistants give addresses or data; a path would be one of this server's own files."""
    # Gradio's client, through which it runs its tools, would upload it from here.
    waiting = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if {"path", "_type"} & value.keys():
                return 403, texts.NOT_GIVEN
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return None


def _path(scope: Scope) -> str:
    """What was asked for, without the prefix that a proxy put before it."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _at(scope: Scope, path: str) -> Scope:
    """The same request for another path, written as it is; without a range that is none."""
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name.lower() != b"range" or RANGE.fullmatch(value)
    ]
    root = scope.get("root_path", "").rstrip("/")
    whole = root + path if scope["path"].startswith(f"{root}/") else path
    return {
        **scope,
        "headers": headers,
        "path": whole,
        "raw_path": whole.encode("utf-8", "surrogateescape"),
    }
