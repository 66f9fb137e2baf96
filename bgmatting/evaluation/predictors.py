"""What can be evaluated: functions from a pair of photos to a matte.

A predictor takes source and background, both (H, W, 3) uint8 RGB, and returns alpha (H, W) float,
foreground (H, W, 3) float, straight, or None, and expected error (H, W) float or None; all 0..1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .metrics import Floats

if TYPE_CHECKING:
    from ..imaging import Matter
    from ..model import MattingNetwork

Photo = NDArray[np.uint8]
Prediction = tuple[Floats, "Floats | None", "Floats | None"]
Predictor = Callable[[Photo, Photo], Prediction]


@dataclass(frozen=True)
class Settings:
    """What the baselines are defined by.

    Attributes:
        keyer_threshold: Euclidean distance of two RGB colours, each channel 0..1, from which the
            difference keyer calls a pixel opaque; chosen by eye.
    """

    keyer_threshold: float = 0.15


SETTINGS = Settings()


def difference_keyer(source: Photo, background: Photo) -> Prediction:
    """Baseline: opaque wherever source and background differ, transparent elsewhere.

    Differ: Euclidean distance of the two RGB colours, each channel 0..1, above .15; pixel by
    pixel, with no smoothing or alignment. The foreground is the source.
    """
    source_colour, background_colour = _unit(source), _unit(background)
    distance = np.sqrt(np.square(source_colour - background_colour).sum(axis=2))
    return (distance > SETTINGS.keyer_threshold).astype(np.float32), source_colour, None


def zero_alpha(source: Photo, background: Photo) -> Prediction:
    """Baseline: nothing is there. What says more than this must beat it."""
    return np.zeros(source.shape[:2], dtype=np.float32), None, None


BASELINES: dict[str, Predictor] = {"difference keyer": difference_keyer, "zero alpha": zero_alpha}


def matter_predictor(
    matter: Matter, size: str | int | None = "auto", *, align: bool = True
) -> Predictor:
    """Photos through all of `matter`, as its users get them; its own `size` and `align`."""

    def predict(source: Photo, background: Photo) -> Prediction:
        matte = matter(source, background, size=size, align=align)
        return matte.alpha, matte.foreground, matte.error

    return predict


def network_predictor(network: MattingNetwork) -> Predictor:
    """Photos through the bare network at their own size, on its own device and in its own dtype.

    For measuring while training: needs nothing saved, leaves the network in the mode (train or
    eval) in which it was, and runs it in eval mode.
    """
    import torch

    first = next(network.parameters())

    def tensor(photo: Photo) -> torch.Tensor:
        values = torch.from_numpy(np.array(photo))  # H, W, 3
        return values.permute(2, 0, 1)[None].to(first.device, first.dtype) / 255  # 1, 3, H, W

    def predict(source: Photo, background: Photo) -> Prediction:
        training = network.training
        network.eval()
        try:
            with torch.inference_mode():
                outputs = network.matte(tensor(source), tensor(background))
        finally:
            network.train(training)
        pha, fgr, err = (output[0].float().cpu().numpy() for output in outputs)  # C, H, W
        return pha[0], fgr.transpose(1, 2, 0), err[0]

    return predict


def _unit(photo: Photo) -> NDArray[np.float32]:
    result: NDArray[np.float32] = photo.astype(np.float32) / np.float32(255)
    return result
