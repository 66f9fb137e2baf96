"""The parts of the page around photos and result: looks, examples, guide, options, about."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..weights.catalogue import DEFAULT_BACKBONE
from . import texts
from .backbones import choices, untrained
from .examples import examples_here
from .guide import GUIDE_HTML
from .inputs import example_buttons
from .service import SIZES


def theme() -> gr.themes.Base:
    """Colours and fonts; none of them is fetched from elsewhere."""
    system = ("ui-sans-serif", "system-ui", "sans-serif")
    return gr.themes.Soft(
        primary_hue="indigo",
        neutral_hue="slate",
        radius_size="lg",
        font=system,
        font_mono=("ui-monospace", "Consolas", "monospace"),
    ).set(
        # Subdued, but with contrast enough to be read.
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_title_text_color="*body_text_color",
        block_title_text_color_dark="*body_text_color",
        block_title_background_fill="none",
        block_title_background_fill_dark="none",
        block_title_padding="0",
        checkbox_border_color="*neutral_400",
        checkbox_border_color_dark="*neutral_400",
        block_title_text_weight="600",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
    )


def examples() -> list[tuple[gr.Button, tuple[str, str]]]:
    """Pairs that run on click: each one's button, source and background; nothing without any."""
    if not examples_here():
        return []
    with gr.Column(elem_id="examples"):
        gr.HTML(f"<p>{texts.EXAMPLES}</p>", elem_classes="muted")
        with gr.Row():
            return example_buttons()


def guide() -> None:
    """How to take the two photos."""
    gr.HTML(f"<h2>{texts.GUIDE}</h2>{GUIDE_HTML}", elem_id="guide")


def options() -> tuple[gr.Radio, list[Any], gr.HTML]:
    """The backbone; the components of `Settings`; where to say what was found out."""
    gr.HTML(f"<h2>{texts.MODEL}</h2>")
    backbone = gr.Radio(
        choices(),
        value=DEFAULT_BACKBONE,
        label=texts.MODEL,
        show_label=False,
        container=False,
        elem_id="backbone",
    )
    missing = untrained()
    if missing:
        gr.HTML(texts.untrained(missing), elem_id="untrained", elem_classes="muted")
    with gr.Accordion(texts.ADVANCED, open=False, elem_id="advanced"):
        size = gr.Radio(
            [("Automatic", "auto"), *((str(size), size) for size in SIZES)],
            value="auto",
            label=texts.SIZE,
            info=texts.SIZE_INFO,
            elem_id="size",
        )
        align = gr.Checkbox(True, label=texts.ALIGN, info=texts.ALIGN_INFO, elem_id="align")
        clean = gr.Checkbox(False, label=texts.CLEAN, info=texts.CLEAN_INFO, elem_id="clean")
        facts = gr.HTML(texts.NO_FACTS, elem_id="facts")
    return backbone, [size, align, clean], facts


def about() -> None:
    """Python, privacy, licence."""
    with gr.Accordion(texts.FROM_PYTHON, open=False, elem_id="python"):
        gr.Markdown(f"```python\n{texts.PYTHON}```")
    with gr.Accordion(texts.ABOUT_TITLE, open=True, elem_id="about"):
        gr.Markdown(texts.ABOUT)
