"""The part of the page that shows a result; hidden until there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from . import texts
from .heat import legend
from .inputs import photo_input


@dataclass(frozen=True)
class Viewer:
    """The components of a result.

    Attributes:
        whole: what is hidden as long as there is no result.
        remarks: what is wrong with the pair.
        tabs: the views' tabs, by the keys of VIEWS.
        views: the pictures, by the same keys.
        downloads: buttons, by the keys of DOWNLOADS.
        kind, colour, photo: the backdrop.
        photo_place: what holds `photo`, to hide it.
        composite, archive: buttons for files that are made when asked for.
        composite_file, archive_file: unseen; where those files are put.
        note: about the files or the backdrop.
    """

    whole: gr.Column
    remarks: gr.HTML
    tabs: gr.Tabs
    views: dict[str, Any]
    downloads: dict[str, gr.DownloadButton]
    kind: gr.Radio
    colour: gr.ColorPicker
    photo: gr.Image
    photo_place: gr.Column
    composite: gr.Button
    archive: gr.Button
    composite_file: gr.DownloadButton
    archive_file: gr.DownloadButton
    note: gr.HTML


def build_viewer() -> Viewer:
    """Lay the viewer out where this is called."""
    with gr.Column(visible=False, elem_id="results") as whole:
        remarks = gr.HTML(elem_id="remarks")
        with gr.Row(elem_id="result"):
            with gr.Column(scale=3, min_width=320):
                tabs, views = _views()
            with gr.Column(scale=1, min_width=260, elem_id="panel"):
                gr.HTML(f"<h2>{texts.BACKDROP}</h2>")
                kind, colour, photo, photo_place = _backdrop()
                gr.HTML(f"<h2>{texts.DOWNLOAD}</h2>")
                downloads, composite, archive = _downloads()
                gr.HTML(f"<p>{texts.DOWNLOAD_INFO}</p>", elem_classes="muted")
                note = gr.HTML(elem_id="note", elem_classes="muted")
        composite_file = gr.DownloadButton(visible="hidden", elem_id="composite-file")
        archive_file = gr.DownloadButton(visible="hidden", elem_id="archive-file")
    return Viewer(
        whole=whole,
        remarks=remarks,
        tabs=tabs,
        views=views,
        downloads=downloads,
        kind=kind,
        colour=colour,
        photo=photo,
        photo_place=photo_place,
        composite=composite,
        archive=archive,
        composite_file=composite_file,
        archive_file=archive_file,
        note=note,
    )


def _views() -> tuple[gr.Tabs, dict[str, Any]]:
    views: dict[str, Any] = {}
    with gr.Tabs(selected="compare", overflow_behavior="wrap", elem_id="views") as tabs:
        for kind, title in texts.VIEWS.items():
            with gr.Tab(title, id=kind, render_children=True):
                if kind == "compare":
                    views[kind] = gr.ImageSlider(
                        format="png",
                        type="filepath",
                        interactive=False,
                        show_label=False,
                        buttons=["fullscreen"],
                        max_height=640,
                        elem_id=kind,
                        elem_classes="picture",
                    )
                else:
                    views[kind] = gr.Image(
                        format="png",
                        type="filepath",
                        interactive=False,
                        show_label=False,
                        buttons=["fullscreen"],
                        elem_id=kind,
                        elem_classes="picture",
                        alt_text=title,
                    )
                if kind == "error":
                    gr.HTML(legend(), elem_classes="muted")
                else:
                    gr.HTML(f"<p>{texts.CAPTIONS[kind]}</p>", elem_classes="muted")
    return tabs, views


def _backdrop() -> tuple[gr.Radio, gr.ColorPicker, gr.Image, gr.Column]:
    kind = gr.Radio(
        [(title, name) for name, title in texts.BACKDROPS.items()],
        value="none",
        label=texts.BACKDROP,
        show_label=False,
        container=False,
        elem_id="backdrop",
    )
    colour = gr.ColorPicker(
        "#ffffff", label=texts.BACKDROPS["colour"], visible=False, elem_id="colour"
    )
    with gr.Column(visible=False) as place:
        photo = photo_input(texts.BACKDROP_LABEL, "backdrop-photo", texts.BACKDROP_HINT, height=150)
    return kind, colour, photo, place


def _downloads() -> tuple[dict[str, gr.DownloadButton], gr.Button, gr.Button]:
    buttons = {}
    with gr.Column(elem_id="downloads"):
        for kind, title in texts.DOWNLOADS.items():
            main = kind == "cutout"
            buttons[kind] = gr.DownloadButton(
                title,
                variant="primary" if main else "secondary",
                size="lg" if main else "sm",
                elem_id=f"download-{kind}",
            )
            if main:
                composite = gr.Button(
                    texts.DOWNLOAD_COMPOSITE, size="lg", visible=False, elem_id="download-composite"
                )
        archive = gr.Button(texts.DOWNLOAD_ALL, size="sm", elem_id="download-all")
    return buttons, composite, archive
