"""What the viewer shows of a result, on the backdrop chosen, and the files made when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from . import actions, backdrops, remarks
from .actions import Refused
from .backdrops import Choice
from .files import Store
from .inputs import refusal
from .results import Result, write_archive
from .viewer import Viewer


def chosen(kind: str, colour: str, photo: str | None) -> Choice:
    """The backdrop that the controls name."""
    return Choice(kind, colour, Path(photo) if photo else None)


class Views:
    """What the components of a viewer are to become, for a result of the page."""

    def __init__(self, viewer: Viewer, store: Store) -> None:
        self.viewer, self.store = viewer, store

    def recompose(
        self, kind: str, colour: str, photo: str | None, result: Result | None
    ) -> dict[Any, Any]:
        viewer = self.viewer
        controls = {
            viewer.colour: gr.ColorPicker(visible=kind == "colour"),
            viewer.photo_place: gr.Column(visible=kind == "photo"),
            viewer.composite: gr.Button(visible=kind != "none"),
        }
        if result is None:
            return controls
        views = self._with_backdrop(result, chosen(kind, colour, photo))
        return {**controls, **views, viewer.tabs: gr.Tabs(selected="composite")}

    def all(self, result: Result, choice: Choice) -> dict[Any, Any]:
        """All views of a result."""
        views = self.viewer.views
        return {
            views["cutout"]: str(result.preview("cutout")),
            views["alpha"]: str(result.preview("alpha")),
            views["foreground"]: str(result.preview("foreground")),
            views["error"]: str(result.preview("heat")),
            **self._with_backdrop(result, choice),
        }

    def _with_backdrop(self, result: Result, choice: Choice) -> dict[Any, Any]:
        """The views that the backdrop is in, and what to say if it cannot be."""
        note = ""
        try:
            path = actions.from_result(
                self.store, result, lambda result: backdrops.preview(result, choice)
            )
        except Refused as refused:
            path, note = str(result.preview("cutout")), remarks.note(str(refused))
        views = self.viewer.views
        return {
            views["compare"]: (str(result.preview("source")), path),
            views["composite"]: path,
            self.viewer.note: note,
        }

    def composite(
        self, kind: str, colour: str, photo: str | None, result: Result | None
    ) -> dict[Any, Any]:
        choice = chosen(kind, colour, photo)
        return self._file(
            result, lambda result: backdrops.full(result, choice), self.viewer.composite_file
        )

    def archive(
        self, kind: str, colour: str, photo: str | None, result: Result | None
    ) -> dict[Any, Any]:
        """All files, and the composite if a backdrop was chosen."""
        choice = chosen(kind, colour, photo)
        has_one = kind != "none" and not (kind == "photo" and photo is None)

        def make(result: Result) -> Path:
            return write_archive(result, [backdrops.full(result, choice)] if has_one else [])

        return self._file(result, make, self.viewer.archive_file)

    def _file(self, result: Result | None, make: Any, button: gr.DownloadButton) -> dict[Any, Any]:
        try:
            return {button: actions.from_result(self.store, result, make), self.viewer.note: ""}
        except Refused as refused:
            raise refusal(str(refused)) from None
