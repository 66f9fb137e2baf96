"""Protocols: which measures are taken, of which pixels and at which resolution.

Figures compare only within one protocol. `default` is our own; the others are those of published
tables, for whoever has the sets that these were measured on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..errors import InputError
from ..imaging.arrays import Size
from . import regions
from .dataset import EvaluationSet, Sample
from .measures import MEASURES, Measure

_MADE = (
    "made from the true alpha, opaque and empty pixels eroded by "
    f"{regions.SETTINGS.unknown_share:.0%} of the long side, at least "
    f"{regions.SETTINGS.least_unknown:g} px"
)


@dataclass(frozen=True)
class Protocol:
    """A way to measure.

    Attributes:
        name: on the command line.
        measures: names in `MEASURES`, in the order of a table's columns; the first says which
            sample is the worst.
        origin: who measures so.
        size: (width, height) that samples are reduced to before anything is done with them; None:
            they are measured as they are.
        trimap: whether only the unknown pixels of a trimap are measured.
    """

    name: str
    measures: tuple[str, ...]
    origin: str
    size: Size | None = None
    trimap: bool = False

    @property
    def table(self) -> tuple[Measure, ...]:
        """The measures themselves."""
        return tuple(MEASURES[name] for name in self.measures)

    def region(self, pairs: EvaluationSet) -> str:
        """What is measured of a set's samples, as a phrase."""
        if not self.trimap:
            return "whole image"
        own = len(pairs.trimaps)
        made = len(pairs) - own
        said = [f"{own} of the set's own"] * bool(own) + [f"{made} {_MADE}"] * bool(made)
        return f"unknown region of trimaps ({'; '.join(said)})"

    def measured_size(self, size: Size) -> Size:
        """(width, height) at which a sample of `size` is measured.

        Raises:
            InputError: the sample is smaller than the protocol's size, or of another aspect.
        """
        if self.size is None or size == self.size:
            return size
        width, height = size
        wide, high = self.size
        # A pixel of the reduced image may be lost to rounding, or to video's 1088 lines.
        if width < wide or height < high or abs(width * high / height - wide) > 0.01 * wide:
            raise InputError(
                f"a sample is {width}x{height}; the protocol {self.name} takes "
                f"{wide}x{high} or a larger size of the same aspect"
            )
        return self.size

    def prepare(self, sample: Sample) -> Sample:
        """The sample as it is to be measured; errors as `measured_size`."""
        height, width = sample.alpha.shape
        size = self.measured_size((width, height))
        return sample if size == (width, height) else _reduced(sample, size)


_VIDEO = ("mad", "mse", "gradient", "connectivity", "foreground_mse")

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            "default",
            (
                "mad", "mse", "gradient", "connectivity", "fractional_share", "fractional_mad",
                "fractional_mse", "foreground_mse", "half_foreground_mse", "unknown_mse",
                "unknown_gradient",
            ),
            "bgmatting",
        ),
        Protocol(
            "trimap",
            (
                "trimap_sad", "trimap_mse", "trimap_gradient", "trimap_connectivity",
                "trimap_foreground_mse",
            ),
            "Lin et al., Real-Time High-Resolution Background Matting, CVPR 2021",
            trimap=True,
        ),
        Protocol(
            "video", _VIDEO,
            "Lin et al., Robust High-Resolution Video Matting, WACV 2022",
            size=(512, 288),
        ),
        Protocol(
            "video-hd", tuple(name for name in _VIDEO if name != "connectivity"),
            "Lin et al., Robust High-Resolution Video Matting, WACV 2022, HD",
            size=(1920, 1080),
        ),
    )
}  # fmt: skip
DEFAULT = PROTOCOLS["default"]


def _reduced(sample: Sample, size: Size) -> Sample:
    """A sample brought to (width, height) by averaging areas."""

    def smaller(image: np.ndarray) -> np.ndarray:
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)

    alpha = smaller(sample.alpha)  # h, w
    # Colours weigh as much as they show: what lies under alpha 0 means nothing.
    shown = smaller(sample.foreground * sample.alpha[..., None])  # h, w, 3
    there = alpha > 0
    foreground = np.zeros_like(shown)
    foreground[there] = np.minimum(shown[there] / alpha[there, None], 1)
    trimap = sample.trimap
    if trimap is not None:
        trimap = smaller(trimap.astype(np.float32)) > 0  # unknown in part is unknown
    return replace(
        sample, source=smaller(sample.source), background=smaller(sample.background), alpha=alpha,
        foreground=foreground, trimap=trimap,
    )  # fmt: skip
