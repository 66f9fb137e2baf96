"""The server: `POST /matte`, `GET /healthz`, `GET /openapi.json`, and nothing else."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from python_multipart.exceptions import FormParserError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .. import __version__
from ..demo.bodies import TooLarge, bounded, timed
from ..demo.service import DEFAULT_BACKBONE, MAX_FILE_SIZE, Service
from ..errors import BgmattingError, InputError, OutOfMemoryError, is_out_of_memory
from .openapi import document
from .options import LONGEST, Asked, read_options, table
from .refusal import Refusal
from .turns import Turns

log = logging.getLogger(__name__)

PHOTOS = ("source", "background")
FORM = 1 << 16  # bytes of a form around its photos
FINDINGS = "Bgmatting-Findings"  # of the answer: what is wrong with the pair, as JSON
OUR_FAULT = "Something went wrong on the server's side, not yours: please try again in a moment."
NO_MEMORY = "There is not enough memory for this: send smaller photos, or a smaller size."


def build_app(service: Service | None = None, turns: Turns | None = None) -> Starlette:
    """An ASGI application.

    Args:
        service: makes the mattes; its default weights are loaded when the application starts.
        turns: whose turn it is.
    """
    server = _Server(service or Service(), turns or Turns())
    return Starlette(
        routes=[
            Route("/matte", server.matte, methods=["POST"]),
            Route("/healthz", server.health, methods=["GET"]),
            Route("/openapi.json", _words, methods=["GET"]),
        ],
        exception_handlers={
            Refusal: _refused,
            HTTPException: _no_such_thing,
            Exception: _failed,
        },
        lifespan=server.lifespan,
    )


class _Server:
    def __init__(self, service: Service, turns: Turns) -> None:
        self.service, self.turns = service, turns
        self.status = "loading"

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        threading.Thread(target=self._warm_up, daemon=True).start()
        yield

    def _warm_up(self) -> None:
        try:
            self.service.matter(DEFAULT_BACKBONE)
            self.status = "ok"
        except Exception:  # who asks for a matte meets it again, in words
            log.exception("the weights of %s cannot be loaded", DEFAULT_BACKBONE)
            self.status = "failed"

    async def health(self, request: Request) -> JSONResponse:
        said = {
            "status": self.status,
            "version": __version__,
            "requests": self.turns.here,
        }
        return JSONResponse(said, 200 if self.status == "ok" else 503)

    async def matte(self, request: Request) -> Response:
        _check_headers(request)
        client = request.client.host if request.client else ""
        async with self.turns.place(client):
            with _folder() as folder:
                asked = await _received(request, Path(folder))
                async with self.turns.turn():
                    if await request.is_disconnected():
                        return Response(status_code=499)  # nobody is there to read it
                    return await run_in_threadpool(self._made, Path(folder), asked)

    def _made(self, folder: Path, asked: Asked) -> Response:
        """The matte of the photos in a folder, as a PNG."""
        from ..imaging.photos.writing import encode_png

        try:
            source, background = (folder / name for name in PHOTOS)
            matte = self.service.matte(source, background, asked.backbone, asked.matting)
            if asked.result == "composite":
                png = encode_png(matte.composite(asked.backdrop, despill=asked.despill))
            else:
                pixels = matte.array(
                    asked.result, asked.bits, bleed=asked.bleed, despill=asked.despill
                )
                png = encode_png(pixels)
        except OutOfMemoryError as error:
            raise Refusal(503, str(error), self.turns.settings.retry) from None
        except BgmattingError as error:
            status = 400 if type(error) is InputError else 422
            raise Refusal(status, str(error)) from None
        except Exception as error:
            if is_out_of_memory(error):
                raise Refusal(503, NO_MEMORY, self.turns.settings.retry) from None
            raise
        findings = [finding.sentence for finding in matte.report.findings]
        headers = {FINDINGS: json.dumps(findings)} if findings else {}  # ASCII, as headers are
        return Response(bytes(png), media_type="image/png", headers=headers)


def _folder() -> tempfile.TemporaryDirectory[str]:
    """For one request's photos; it goes with the request."""
    try:
        return tempfile.TemporaryDirectory(prefix="bgmatting-", ignore_cleanup_errors=True)
    except OSError:
        log.exception("no folder for a request's photos")
        raise _no_room() from None


def _check_headers(request: Request) -> None:
    """Raises Refusal for what cannot be, before anything of the body is read."""
    kind = request.headers.get("content-type", "")
    if kind.split(";")[0].strip().lower() != "multipart/form-data":
        raise Refusal(
            415,
            f"the body is {kind[:LONGEST]!r}; expected multipart/form-data with the files "
            "source and background",
        )
    length = request.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > _most():
        raise _too_large()


async def _received(request: Request, folder: Path) -> Asked:
    """Read a form; its photos are written to a folder, by the names of their fields."""
    body = bounded(timed(request.receive), _most())
    try:
        async with Request(request.scope, body).form(
            max_files=len(PHOTOS), max_fields=len(table()), max_part_size=4 * LONGEST
        ) as form:
            photos, fields = _parts(form)
            if any((photo.size or 0) > MAX_FILE_SIZE for photo in photos.values()):
                raise _too_large()
            asked = read_options(fields)
            for name, photo in photos.items():
                await _write(photo, folder / name)
            return asked
    except TooLarge:
        raise _too_large() from None
    except (ClientDisconnect, asyncio.TimeoutError):
        raise Refusal(408, "the photos came too slowly: please try again") from None
    except (MultiPartException, FormParserError, HTTPException) as error:
        # The parser's, as they are or as Starlette's versions turn them into one another.
        said = getattr(error, "detail", None) or getattr(error, "message", None) or str(error)
        raise Refusal(400, f"the form cannot be read: {said}") from None
    except OSError:
        log.exception("photos could not be written")
        raise _no_room() from None


def _parts(form: FormData) -> tuple[dict[str, UploadFile], dict[str, str]]:
    """The photos and the other fields of a form.

    Raises:
        Refusal: a photo is missing or no file, or a field is there twice.
    """
    photos: dict[str, UploadFile] = {}
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name in photos or name in fields:
            raise Refusal(400, f"{name[:LONGEST]!r} is there twice: expected once")
        if name in PHOTOS and isinstance(value, UploadFile):
            photos[name] = value
        elif name in PHOTOS or isinstance(value, UploadFile):
            what = "no file" if name in PHOTOS else "a file"
            raise Refusal(
                400, f"{name[:LONGEST]!r} is {what}: expected the files source and background"
            )
        else:
            fields[name[:LONGEST]] = value
    missing = [name for name in PHOTOS if name not in photos]
    if missing:
        raise Refusal(
            400,
            f"{' and '.join(missing)} did not come: expected two files, source (the photo with the "
            "subject) and background (the same place, empty)",
        )
    return photos, fields


async def _write(photo: UploadFile, path: Path) -> None:
    with path.open("wb") as file:
        while chunk := await photo.read(1 << 20):
            file.write(chunk)


def _most() -> int:
    """Bytes that a body may have."""
    return len(PHOTOS) * MAX_FILE_SIZE + FORM


def _too_large() -> Refusal:
    return Refusal(413, f"that is too large: a photo may have {MAX_FILE_SIZE >> 20} MB")


def _no_room() -> Refusal:
    return Refusal(507, "there is no room for the photos at the moment: please try again later")


async def _words(request: Request) -> JSONResponse:
    return JSONResponse(document(__version__, request.scope.get("root_path", "")))


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):  # which it is registered for
        raise error
    log.info("refused with %d: %s", error.status, error.sentence)
    return error.response()


async def _no_such_thing(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: another path or method."""
    status = getattr(error, "status_code", 404)
    said = "there is POST /matte, GET /healthz and GET /openapi.json here, and nothing else"
    return JSONResponse({"error": said}, status, getattr(error, "headers", None))


async def _failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": OUR_FAULT}, 500)
