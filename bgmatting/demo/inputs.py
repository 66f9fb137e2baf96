"""What users give: two photos, or an example."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData

from . import texts


def photo_input(label: str, name: str, hint: str, height: int | str = 300) -> gr.Image:
    """An upload that comes to the handler as the file it is.

    Gradio would decode and turn it before any of our limits and messages. It would do so again if
    ever a handler changed a property of this component (not its value): Gradio then makes a new one
    for that visitor, without what is set below.
    """
    photo = gr.Image(
        type="filepath",
        image_mode=None,
        label=label,
        show_label=False,
        placeholder=hint,
        sources=["upload", "clipboard", "webcam"],
        webcam_options=gr.WebcamOptions(mirror=False),
        buttons=["fullscreen"],
        interactive=True,
        elem_id=name,
        elem_classes="photo",
        height=height,
        alt_text=label,
    )
    photo.preprocess = _as_file  # type: ignore[method-assign]
    return photo


def refusal(message: str) -> gr.Error:
    """A message box; Gradio shows messages as HTML, and ours may quote a file's name."""
    return gr.Error(html.escape(message), title=texts.FAILED, print_exception=False)


def _as_file(payload: ImageData | None) -> str | None:
    return None if payload is None else payload.path


def example_buttons() -> list[tuple[gr.Button, tuple[Any, Any]]]:
    """A button with a picture for each example, and the pair it stands for."""
    from .examples import examples_here

    return [
        (
            gr.Button(
                example.title,
                icon=str(example.source),
                elem_classes="example",
                variant="secondary",
                size="sm",
                min_width=120,
            ),
            (str(example.source), str(example.background)),
        )
        for example in examples_here()
    ]
