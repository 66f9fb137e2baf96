"""A page that makes sure of every file before any of its events sees it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from . import texts
from .files import NotPermitted, Store
from .inputs import refusal
from .uploads import Uploads


class GuardedBlocks(gr.Blocks):
    """`gr.Blocks` whose events get only files that their visitor uploaded.

    Gradio checks paths only in data that carries a marker, and who sends the data may leave it out.
    Here all data of all events goes through `Uploads.claimed`, before Gradio looks at it. What is
    refused is refused in the same words, whether there is such a file or not.

    Attributes:
        uploads: what visitors gave.
        store: what was made of it.
    """

    def __init__(self, uploads: Uploads, store: Store, **options: Any) -> None:
        super().__init__(**options)
        self.uploads, self.store = uploads, store

    async def process_api(
        self, block_fn: Any, inputs: list[Any], *args: Any, **options: Any
    ) -> dict[str, Any]:
        """As Gradio's; every event comes through here, however it was called.

        Raises:
            gr.Error: a file is not the visitor's to give.
        """
        event = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        session = options.get("session_hash")
        # A program that names no session gets its event's number for one: each time another.
        visitor = "" if session in (None, options.get("event_id")) else str(session)
        if not options.get("explicit_call"):  # by this very program
            inputs = self._checked(event.inputs, inputs, visitor)
        return await super().process_api(block_fn, inputs, *args, **options)

    def _checked(self, components: Sequence[Any], values: list[Any], visitor: str) -> list[Any]:
        if len(values) != len(components):
            raise refusal(f"{len(values)} values were given; expected {len(components)}")
        try:
            return [
                self.uploads.claimed(value, visitor, files_only=takes_files(component))
                for value, component in zip(values, components, strict=True)
            ]
        except (NotPermitted, RecursionError):
            raise refusal(texts.NOT_GIVEN) from None


def takes_files(component: Any) -> bool:
    """Whether a component's data is a file, or several."""
    model = getattr(component, "data_model", None)
    return model is not None and '"path"' in json.dumps(model.model_json_schema())
