"""The page for programs: `/matte`."""

from __future__ import annotations

import gradio as gr

from ..weights.catalogue import DEFAULT_BACKBONE, list_backbones
from . import actions
from .actions import Refused
from .files import Store
from .results import IMAGES
from .service import Service, Settings


def add_endpoint(service: Service, store: Store, source: gr.Image, background: gr.Image) -> None:
    """`/matte`, for programs; nothing of it is seen."""
    backbone = gr.Radio(
        list(list_backbones()), value=DEFAULT_BACKBONE, visible=False, label="backbone"
    )
    align = gr.Checkbox(True, visible=False, label="align")
    clean = gr.Checkbox(False, visible=False, label="clean")
    images = [gr.Image(format="png", type="filepath", label=kind, visible=False) for kind in IMAGES]

    def matte(
        source: str | None, background: str | None, backbone: str, align: bool, clean: bool
    ) -> list[str]:
        """Cut the subject out of a photo, given one more photo of the same place without it.

        Args:
            source: the photo with the subject.
            background: the same place, empty, from the same spot.
            backbone: which network, by name.
            align: make the background fit first, where the camera moved or light drifted.
            clean: drop small islands far from the subject, and fill pinholes in it.

        Returns:
            Cut-out (RGBA), alpha (grey), foreground (RGB) and expected error (grey), each a PNG of
            the source's size.
        """
        try:
            settings = Settings(align=align, clean=clean)
            return actions.answer(service, store, source, background, backbone, settings)
        except Refused as refused:
            # Plain text: this is not shown on the page.
            raise gr.Error(str(refused), print_exception=False) from None

    gr.Button(visible=False).click(
        matte,
        [source, background, backbone, align, clean],
        images,
        api_name="matte",
        concurrency_limit=1,
        concurrency_id="network",
    )
