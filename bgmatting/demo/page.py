"""The page: what is on it and what its button does."""

from __future__ import annotations

import html
import logging
import secrets
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData
from gradio.utils import get_upload_folder

from ..errors import BgmattingError
from .service import DEFAULT_BACKBONE, MAX_FILE_SIZE, Service

log = logging.getLogger(__name__)

SOURCE_LABEL = "Photo with the subject"
BACKGROUND_LABEL = "Same place, empty"
VIEWS = {
    "cutout": "Cut-out",
    "alpha": "Alpha",
    "foreground": "Foreground",
    "error": "Expected error",
}
MAX_WAITING = 20  # requests; the next is told to come back later
CLEAN_EVERY, KEEP = 600, 3600  # seconds, for uploads and results

INTRODUCTION = """
# Background matting
Cut anything out of a photo, hair and all. It takes **two photos from the same spot**: one with
the subject, one of the same place without it. Leave the camera where it is between them, with
focus and exposure locked. Photos and
results are deleted after an hour.
"""


def build_page(service: Service | None = None) -> gr.Blocks:
    """The page, its queue set up, ready to `launch(**launch_options())`."""
    service = service or Service()
    with gr.Blocks(title="Background matting", delete_cache=(CLEAN_EVERY, KEEP)) as page:
        gr.Markdown(INTRODUCTION)
        with gr.Row():
            source = _photo_input(SOURCE_LABEL, "source")
            background = _photo_input(BACKGROUND_LABEL, "background")
        backbone = gr.Radio(
            service.choices(), value=DEFAULT_BACKBONE, label="Backbone", elem_id="backbone"
        )
        button = gr.Button("Cut out", variant="primary", elem_id="run")
        with gr.Tabs():
            views = []
            for kind, title in VIEWS.items():
                with gr.Tab(title):
                    views.append(_result(kind, title))

        def matte(source: str | None, background: str | None, backbone: str) -> list[str]:
            """Cut the subject out of a photo, given one more photo of the same place without it.

            Args:
                source: the photo with the subject.
                background: the same place, empty, from the same spot.
                backbone: mobilenetv2, resnet50 or resnet101.

            Returns:
                Cut-out (RGBA), alpha (grey), foreground (RGB) and expected error (grey), each a
                PNG of the source's size.
            """
            return answer(service, source, background, backbone)

        button.click(
            matte,
            [source, background, backbone],
            views,
            api_name="matte",
            concurrency_limit=1,
            scroll_to_output=True,
        )
    page.queue(max_size=MAX_WAITING)
    return page


def launch_options() -> dict[str, Any]:
    """Arguments for the page's `launch`."""
    return {
        "css_paths": Path(__file__).with_name("page.css"),
        "max_file_size": MAX_FILE_SIZE,
        "run_history": False,  # it would keep the photos in the browser
        "footer_links": ["api"],
    }


def answer(
    service: Service, source: str | None, background: str | None, backbone: str
) -> list[str]:
    """Files of the views for a pair of files.

    Raises:
        gr.Error: a sentence for the user, whatever went wrong; the rest is in the log.
    """
    try:
        if source is None or background is None:
            missing = SOURCE_LABEL if source is None else BACKGROUND_LABEL
            raise _error(f'Two photos are needed: please add "{missing}".')
        result = service.matte(Path(source), Path(background), backbone)
        # A name nobody can guess, inside the folder that Gradio serves from.
        folder = Path(get_upload_folder()) / secrets.token_hex(16)
        folder.mkdir(parents=True)
        stem = Path(source).stem
        return [str(result.save(folder / f"{stem}-{kind}.png", kind)) for kind in VIEWS]
    except gr.Error:
        raise
    except BgmattingError as error:
        log.info("refused: %s", error)
        raise _error(str(error)) from None
    except Exception:
        log.exception("a matte failed")
        raise _error(
            "Something went wrong on our side, not yours. Please try again in a moment."
        ) from None


def _error(message: str) -> gr.Error:
    """A message box; Gradio shows messages as HTML, and ours may quote a file's name."""
    return gr.Error(html.escape(message), title="That did not work", print_exception=False)


def _photo_input(label: str, name: str) -> gr.Image:
    """An upload that comes to the handler as the file it is.

    Gradio would decode and turn it before any of our limits and messages.
    """
    photo = gr.Image(type="filepath", image_mode=None, label=label, elem_id=name, height=320)
    photo.preprocess = _as_file  # type: ignore[method-assign]
    return photo


def _as_file(payload: ImageData | None) -> str | None:
    if payload is None:
        return None
    if not payload.path:
        raise _error("Please upload the photo as a file.")
    return payload.path


def _result(kind: str, title: str) -> gr.Image:
    return gr.Image(
        format="png",
        type="filepath",
        label=title,
        interactive=False,
        elem_id=kind,
        buttons=["download", "fullscreen"],
    )
