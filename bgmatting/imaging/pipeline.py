"""From a pair of photos to a matte: the pipeline in its order."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from typing_extensions import Self

from ..errors import InputError
from ..model import MattingNetwork
from ..timing import stage
from ..weights.files import DEFAULT_WORKING_SIZE
from .alignment.align import Alignment, align_again, confine, reduced
from .alignment.align import align as find_alignment
from .arrays import Map, Size, size_of
from .engines.choosing import make_engine
from .limits import MAX_MEGAPIXELS
from .memory import memory_for
from .photos.pair import PhotoPair, fit_background
from .photos.reading import Photo, read_photo
from .resampling import enlarge, network_size, shrink, working_size
from .result.cleanup import clean as clean_alpha
from .result.matte import Matte
from .result.upsampling import Upsampler
from .verdict.judge import judge
from .verdict.removed_objects import drop_removed_objects


@dataclass(frozen=True)
class NetworkPass:
    """One run of the network, at working size.

    Attributes:
        pair: what it was given.
        alpha: (h, w) float32, 0..1.
        residual: (h, w, 3) float32, foreground minus source, RGB.
        error: (h, w) float32, 0..1.
    """

    pair: PhotoPair
    alpha: Map
    residual: Map
    error: Map


class Matter:
    """Mattes photos with one network. Safe to use from several threads; can be copied and pickled.

    Args:
        network: copied.
        device: "auto" (CUDA, else MPS, else the CPU), "cpu", "cuda", "cuda:1", "mps".
        dtype: "auto" (what is fast on the device without harm), "float32", "float16", "bfloat16".
        engine: what runs the network: "torch"; "openvino" or "onnxruntime" (with the extra of that
            name or `onnx`; on the CPU, in float32); "auto" for the fastest of those that are here.
            Others than torch convert a network first, which takes seconds; what came of it is kept.
        threads: how many the network may use on the CPU; None: as torch does. Never more than the
            cores that this process is given.

    Attributes:
        working_size: the long side, in pixels, at which photos are matted by default.
        backbone: the network's, by name; None if it does not say.

    Raises:
        InputError: the device is not there, or an argument is unknown.
        OutOfMemoryError: the network is too large for it.
    """

    def __init__(
        self,
        network: MattingNetwork,
        *,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "auto",
        engine: str = "torch",
        threads: int | None = None,
    ) -> None:
        self.working_size: int = getattr(network, "working_size", DEFAULT_WORKING_SIZE)
        self.backbone: str | None = getattr(network, "backbone_name", None)
        self._engine = make_engine(network, engine, device, dtype, threads)

    @classmethod
    def from_pretrained(
        cls,
        name: str | os.PathLike[str],
        *,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "auto",
        engine: str = "auto",
        threads: int | None = None,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        local_files_only: bool = False,
        force_download: bool = False,
    ) -> Self:
        """A matter with trained weights.

        Args:
            name: a backbone (`list_backbones()` has their names), a folder with weights, or a
                repository on the Hub, owner/name. A backbone's name never means a folder: that is
                "./name", or a `Path`.
            device, dtype, engine, threads: as for the class.
            revision, token, cache_dir, local_files_only, force_download: as in
                `MattingBase.from_pretrained`.

        Raises:
            WeightsError: no such weights, or damaged ones.
            HubError: the Hub cannot be reached, or has not what was asked for.
            InputError, OutOfMemoryError: as for the class.
        """
        from ..weights.matting_base import MattingBase

        network = MattingBase.from_pretrained(
            name,
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
            force_download=force_download,
        )
        return cls(network, device=device, dtype=dtype, engine=engine, threads=threads)

    @property
    def device(self) -> torch.device:
        """Where the network runs."""
        return self._engine.device

    @property
    def dtype(self) -> torch.dtype:
        """What it computes in."""
        return self._engine.dtype

    @property
    def engine(self) -> str:
        """What runs it, by name."""
        return self._engine.name

    @property
    def threads(self) -> int:
        """How many threads the network uses on the CPU."""
        return self._engine.threads

    def __call__(
        self,
        source: Photo,
        background: Photo,
        *,
        size: str | int | None = "auto",
        align: bool = True,
        clean: bool = False,
        max_megapixels: float = MAX_MEGAPIXELS,
    ) -> Matte:
        """Matte a photo.

        Args:
            source: the photo with the subject: path, PIL image, or (H, W, 3) uint8 array, RGB.
            background: the same scene, from the same spot, without the subject.
            size: working size, the long side in pixels: "auto" for what suits the network; None
                for the photo's own, which is slow where it is large.
                Photos smaller than that are shown to the network enlarged, at most twofold.
            align: make the background fit first, where it does not: a camera that moved, light
                that drifted. What was done is in the matte's `report`.
            clean: drop small islands far from the subject and fill pinholes in it.
            max_megapixels: larger photos are refused, before decoding.

        Raises:
            PhotoError: a photo cannot be used.
            PairError: the two photos don't fit together.
            InputError: an argument is of the wrong kind.
            OutOfMemoryError: memory does not suffice, of the machine or the device.
        """
        timings: dict[str, float] = {}
        if size == "auto":
            size = self.working_size
        if isinstance(size, str):
            raise InputError(f'size is {size!r}; expected "auto", a number of pixels, or None')
        with stage(timings, "read"), memory_for("read the photos"):
            full, plate = _read_pair(source, background, max_megapixels)
        width, height = size_of(full)
        with memory_for(f"matte a photo of {width} x {height} pixels"):
            return self._matted(full, plate, size, align, clean, timings)

    def _matted(
        self,
        full: NDArray[np.uint8],
        plate: NDArray[np.uint8],
        size: int | None,
        align: bool,
        clean: bool,
        timings: dict[str, float],
    ) -> Matte:
        """Photos as they were read -> the matte; arguments as for `__call__`."""
        with stage(timings, "fit"):
            plate = fit_background(full, plate)
            small_size = working_size(size_of(full), size)
            seen = network_size(size_of(full), size)
            small = shrink(full, small_size)
        alignment = Alignment()
        if align:
            with stage(timings, "align"):
                overview = reduced(full, plate)
                alignment = find_alignment(*overview)
        last, passes = self._run(small, plate, seen, alignment, timings, "network"), 1
        if align:
            with stage(timings, "second pass"):
                better = align_again(*overview, alignment, last.alpha)
            if better is not None:
                alignment = better
                last, passes = self._run(small, plate, seen, better, timings, "second pass"), 2
        with stage(timings, "judge"):
            alpha, removed = drop_removed_objects(last.alpha, last.pair)
            report = judge(
                last.pair,
                alpha,
                alignment,
                before=shrink(plate, small_size),
                removed=removed,
                passes=passes,
                long_side=max(full.shape),
            )
        # What was taken away may be wrong by as much.
        error = np.maximum(last.error, last.alpha - alpha)
        if clean:
            alpha = clean_alpha(alpha)
        with stage(timings, "upsample"):
            fitted, _ = alignment.apply(plate)
            upsampler = Upsampler(PhotoPair(full, fitted), last.pair, alpha, last.residual)
            fine = upsampler.alpha()
        return Matte(full, fitted, fine, seen, timings, upsampler, error, report)

    def _run(
        self,
        small: NDArray[np.uint8],
        plate: NDArray[np.uint8],
        seen: Size,
        alignment: Alignment,
        timings: dict[str, float],
        stage_name: str,
    ) -> NetworkPass:
        """Run the network once, on the source at working size and the plate aligned.

        It sees them in the size `seen`; what it says comes back in the source's.
        """
        with stage(timings, stage_name):
            size = size_of(small)
            small_plate, covered = alignment.shrunk(plate, size)
            outputs = self._engine(enlarge(small, seen), enlarge(small_plate, seen))
            said, residual, error = (shrink(output, size) for output in outputs)
            alpha = confine(said, covered)
            # What was taken away may be wrong by as much.
            pair = PhotoPair(small, small_plate, covered)
            return NetworkPass(pair, alpha, residual, np.maximum(error, said - alpha))


def _read_pair(
    source: Photo, background: Photo, max_megapixels: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Both photos, decoded side by side; the source's errors come first."""
    with ThreadPoolExecutor(1) as pool:
        plate = pool.submit(
            read_photo, background, max_megapixels=max_megapixels, role="background"
        )
        full = read_photo(source, max_megapixels=max_megapixels, role="source")
        return full, plate.result()
