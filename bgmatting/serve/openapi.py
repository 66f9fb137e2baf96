"""The server's words on itself: OpenAPI 3.1, made of the table that reads the form."""

from __future__ import annotations

from typing import Any

from ..demo.service import MAX_FILE_SIZE, MAX_MEGAPIXELS
from .options import table

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "One sentence."}},
}
_REFUSALS = {
    "400": "The form is none, lacks a photo, or has an option that it cannot have.",
    "408": "The photos came too slowly.",
    "413": f"A photo has more than {MAX_FILE_SIZE >> 20} MB.",
    "415": "The body is no multipart/form-data.",
    "422": "The photos cannot be used, or don't fit together; the sentence says why.",
    "429": "Too many requests from this address wait; see Retry-After.",
    "500": "Something went wrong on the server's side.",
    "503": "Too many requests wait, or memory does not suffice; see Retry-After.",
    "507": "There is no room for the photos at the moment.",
}


def document(version: str, root: str = "") -> dict[str, Any]:
    """The OpenAPI document.

    Args:
        version: of the package.
        root: what a proxy puts before the paths.
    """
    limits = f"At most {MAX_FILE_SIZE >> 20} MB and {MAX_MEGAPIXELS:g} megapixels."
    photo = {"type": "string", "format": "binary"}
    properties: dict[str, Any] = {
        "source": {**photo, "description": f"The photo with the subject. {limits}"},
        "background": {**photo, "description": f"The same place, empty. {limits}"},
    }
    for name, option in table().items():
        # Form fields are text; a default is given as it would be sent.
        properties[name] = {
            **option.schema,
            "default": str(option.default) if option.schema["type"] == "string" else option.default,
            "description": f"{option.about} Expected: {option.expected}.",
        }
    form = {"type": "object", "required": ["source", "background"], "properties": properties}
    matte = {
        "summary": "Cut the subject out of a photo, given one more of the same place without it.",
        "operationId": "matte",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {
            "200": {
                "description": "The result, at the source's full size.",
                "headers": {
                    "Bgmatting-Findings": {
                        "description": "What is wrong with the pair, if anything: a JSON list of "
                        "sentences, the worst first.",
                        "schema": {"type": "string"},
                    }
                },
                "content": {"image/png": {"schema": photo}},
            },
            **{status: _refused(words) for status, words in _REFUSALS.items()},
        },
    }
    health = {
        "summary": "Whether requests are answered.",
        "operationId": "healthz",
        "responses": {
            "200": {"description": "They are.", **_json(_HEALTH)},
            "503": {
                "description": "The weights are not loaded yet, or cannot be.",
                **_json(_HEALTH),
            },
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bgmatting",
            "version": version,
            "summary": "Background matting with a known background.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": root or "/"}],
        "paths": {"/matte": {"post": matte}, "/healthz": {"get": health}},
    }


_HEALTH = {
    "type": "object",
    "required": ["status", "version", "requests"],
    "properties": {
        "status": {"type": "string", "enum": ["ok", "loading", "failed"]},
        "version": {"type": "string"},
        "requests": {"type": "integer", "description": "How many are here."},
    },
}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _refused(words: str) -> dict[str, Any]:
    return {"description": words, **_json(_ERROR)}
