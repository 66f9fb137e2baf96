"""The page: its layout, and which action each control starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from . import actions, remarks, texts
from .actions import Refused
from .endpoint import add_endpoint
from .examples import example_photos
from .files import CLEAN_EVERY, KEEP, Store
from .gate import Gate
from .guard import GuardedBlocks
from .inputs import photo_input
from .mcp import mcp_server
from .results import Result
from .sections import about, examples, guide, options, theme
from .service import MAX_FILE_SIZE, Service, Settings
from .uploads import Uploads
from .viewer import build_viewer
from .views import Views, chosen

MAX_WAITING = 20  # requests; the next is told to come back later
PRIVATE: dict[str, Any] = {"api_visibility": "private"}  # the page's own, no business of programs


def build_page(service: Service | None = None) -> GuardedBlocks:
    """The page, its queue set up, ready to `launch(**launch_options(page))`."""
    service = service or Service()
    uploads, store = Uploads(examples=example_photos()), Store()
    # Served from where they are; else Gradio copies them, and deletes the copies after an hour.
    gr.set_static_paths(list(example_photos()))
    page = GuardedBlocks(
        uploads,
        store,
        title=texts.TITLE,
        delete_cache=(CLEAN_EVERY, KEEP),
        fill_width=True,
    )
    with page:
        page.temp_file_sets += [store.files, uploads.files]
        _Page(service, store, uploads)
    page.queue(max_size=MAX_WAITING)
    return page


def launch_options(page: GuardedBlocks) -> dict[str, Any]:
    """Arguments for the page's `launch`."""
    gate = Middleware(
        Gate, page=page, uploads=page.uploads, store=page.store, max_file_size=MAX_FILE_SIZE
    )  # fmt: skip
    return {
        "app_kwargs": {"middleware": [gate]},
        "css_paths": Path(__file__).with_name("page.css"),
        "theme": theme(),
        "max_file_size": MAX_FILE_SIZE,
        "mcp_server": mcp_server(),
        "run_history": False,  # it would keep the photos in the browser
        "footer_links": ["api"],
    }


class _Page:
    """The components of a page, top to bottom, and the handlers that join them."""

    def __init__(self, service: Service, store: Store, uploads: Uploads) -> None:
        self.service, self.store, self.uploads = service, store, uploads
        self.result = gr.State(None)
        gr.HTML(texts.HERO, elem_id="hero")
        with gr.Row(elem_id="photos"):
            with gr.Column(min_width=280):
                gr.HTML(f"<h2><b>1</b>{texts.SOURCE_LABEL}</h2>", elem_classes="step")
                self.source = photo_input(texts.SOURCE_LABEL, "source", texts.SOURCE_HINT)
            with gr.Column(min_width=280):
                gr.HTML(f"<h2><b>2</b>{texts.BACKGROUND_LABEL}</h2>", elem_classes="step")
                self.background = photo_input(
                    texts.BACKGROUND_LABEL, "background", texts.BACKGROUND_HINT
                )
        self.run = gr.Button(texts.RUN, variant="primary", size="lg", elem_id="run")
        self.status = gr.HTML(elem_id="status")
        self.viewer = build_viewer()
        self.views = Views(self.viewer, store)
        self.examples = examples()
        guide()
        self.backbone, self.settings, self.facts = options()
        about()
        self._connect()
        add_endpoint(service, store, self.source, self.background)

    def _connect(self) -> None:
        viewer = self.viewer
        backdrop = [viewer.kind, viewer.colour, viewer.photo]
        running = {
            "fn": self._run,
            "inputs": [
                self.source, self.background, self.backbone, *self.settings, *backdrop, self.result,
            ],
            "outputs": self._shown(),
            "show_progress_on": self.status,
            "concurrency_limit": 1,
            "concurrency_id": "network",
            **PRIVATE,
        }  # fmt: skip
        # What was said of the pair before is not said of this one.
        forget = {"fn": None, "js": "() => ''", "outputs": viewer.remarks, **PRIVATE}
        self.run.click(fn=None, js=_scroll("#run"), **PRIVATE)
        self.run.click(**forget)
        self.run.click(**running).then(fn=None, js=_scroll("#status .remark, #results"), **PRIVATE)
        for button, pair in self.examples:
            button.click(**forget)
            button.click(
                lambda pair=pair: list(pair),
                outputs=[self.source, self.background],
                show_progress="hidden",
                **PRIVATE,
            ).success(**running).then(fn=None, js=_scroll("#status .remark, #results"), **PRIVATE)
        for photo in (self.source, self.background, viewer.photo):
            photo.upload(self._viewable, photo, photo, show_progress="hidden", **PRIVATE)
        changed = {
            "fn": self.views.recompose,
            "inputs": [*backdrop, self.result],
            "outputs": [
                viewer.tabs, viewer.views["compare"], viewer.views["composite"],
                viewer.colour, viewer.photo_place, viewer.composite, viewer.note,
            ],
            "trigger_mode": "always_last",
            "concurrency_limit": 2,
            "show_progress": "hidden",
            **PRIVATE,
        }  # fmt: skip
        gr.on([viewer.kind.input, viewer.colour.change, viewer.photo.change], **changed)
        for button, file, fn in (
            (viewer.composite, viewer.composite_file, self.views.composite),
            (viewer.archive, viewer.archive_file, self.views.archive),
        ):
            button.click(
                fn, [*backdrop, self.result], [file, viewer.note], show_progress_on=button,
                **PRIVATE,
            ).success(fn=None, js=_click(f"{file.elem_id}"), **PRIVATE)  # fmt: skip

    def _viewable(self, photo: str | None) -> str | None:
        return actions.viewable(self.uploads, photo)

    def _shown(self) -> list[Any]:
        viewer = self.viewer
        return [
            self.status, self.result, self.facts, viewer.whole, viewer.remarks, viewer.note,
            viewer.tabs, *viewer.views.values(), *viewer.downloads.values(),
        ]  # fmt: skip

    def _run(
        self,
        source: str | None,
        background: str | None,
        backbone: str,
        size: int | str,
        align: bool,
        clean: bool,
        kind: str,
        colour: str,
        photo: str | None,
        before: Result | None,
    ) -> dict[Any, Any]:
        """What fails leaves the last result."""
        viewer, choice = self.viewer, chosen(kind, colour, photo)
        try:
            matte, result = actions.show(
                self.service, self.store, source, background, backbone, Settings(size, align, clean)
            )
        except Refused as refused:
            message = remarks.failure(str(refused), shown=before is not None)
            # The pictures again: Gradio forgets what a tab never opened should show, if an event
            # that names it among its outputs leaves it out.
            return {self.status: message, **(self.views.all(before, choice) if before else {})}
        return {
            self.status: "",
            self.result: result,
            self.facts: remarks.facts(matte),
            viewer.whole: gr.Column(visible=True),
            viewer.remarks: remarks.findings(matte.report),
            viewer.tabs: gr.Tabs(selected="compare"),
            **self.views.all(result, choice),
            **{
                button: gr.DownloadButton(value=str(result.file(image)))
                for image, button in viewer.downloads.items()
            },
        }


def _scroll(to: str) -> str:
    """JavaScript: bring the first of some elements to the top, where there is a smaller screen."""
    return f"""() => {{
        const first = [...document.querySelectorAll("{to}")].find((e) => e.offsetHeight);
        if (first) first.scrollIntoView({{behavior: "smooth", block: "start"}});
    }}"""


def _click(button: str) -> str:
    """JavaScript: press a download button whose file has just arrived."""
    return f"() => {{ setTimeout(() => document.querySelector('#{button}').click(), 200); }}"
