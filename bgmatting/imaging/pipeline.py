"""A network that mattes photos: one pair, or many sources before one background."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from typing_extensions import Self

from ..errors import BgmattingWarning, InputError
from ..lazy import above
from ..model import MattingNetwork
from ..timing import stage
from ..weights.files import DEFAULT_WORKING_SIZE
from .engines.choosing import make_engine
from .limits import MAX_MEGAPIXELS
from .matting import PlateMatter
from .memory import memory_for
from .photos.reading import Photo, read_photo
from .plate import Plate
from .result.matte import Matte


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
        long_side = self._long_side(size)
        timings: dict[str, float] = {}
        with stage(timings, "read"), memory_for("read the photos"):
            full, plate = _read_pair(source, background, max_megapixels)
        prepared = PlateMatter(self._engine, Plate(plate, long_side), align=align, clean=clean)
        return prepared.matted(full, timings)

    def with_background(
        self,
        background: Photo,
        *,
        size: str | int | None = "auto",
        align: bool = True,
        clean: bool = False,
        max_megapixels: float = MAX_MEGAPIXELS,
    ) -> PlateMatter:
        """A background prepared once, to matte one source after another against.

        What it gives for a source is, bit for bit, what `matter(source, background)` gives.

        Args:
            background, size, align, clean, max_megapixels: as for a call.

        Raises:
            PhotoError, InputError, OutOfMemoryError: as for a call.
        """
        long_side = self._long_side(size)
        with memory_for("read the background"):
            plate = read_photo(background, max_megapixels=max_megapixels, role="background")
        return PlateMatter(
            self._engine,
            Plate(plate, long_side),
            align=align,
            clean=clean,
            max_megapixels=max_megapixels,
        )

    def frames(
        self,
        clip: str | os.PathLike[str],
        background: Photo | None = None,
        *,
        background_at: str | float | None = None,
        size: str | int | None = "auto",
        align: bool = True,
        clean: bool = False,
        steady: bool = True,
        start: str | float = 0,
        end: str | float | None = None,
        rate: float = 25,
    ) -> Iterator[Matte]:
        """Matte a clip's frames, one after the other; memory does not grow with its length.

        Args:
            clip: a film (needs the extra `video`), a folder of pictures, or a pattern such as
                "frames/%05d.png".
            background: the same place, empty: a photo, a clip of it, whose temporal median is
                taken, or "auto" for the temporal median of the clip itself.
            background_at: or the moment of the clip that shows it empty: seconds, or as text
                "2.5", "1:02.5", "75f" for a frame.
            size, align, clean: as for a call.
            steady: average alpha over time where nothing moves.
            start, end: which part of the clip, as `background_at`.
            rate: frames a second, of pictures.

        Raises:
            ClipError: the clip cannot be used, or does not show enough of the empty place.
            PhotoError, PairError, InputError, OutOfMemoryError: as for a call.
        """
        found: Iterator[Matte] = above("video.run").mattes(
            self,
            clip,
            background,
            background_at=background_at,
            size=size,
            align=align,
            clean=clean,
            steady=steady,
            start=start,
            end=end,
            rate=rate,
        )
        return found

    def video(
        self,
        clip: str | os.PathLike[str],
        background: Photo | None,
        out: str | os.PathLike[str],
        **options: Any,
    ) -> list[Path]:
        """Matte a clip, and write it with its alpha, its times and its sound.

        Args:
            clip, background: as for `frames`.
            out: .mov (ProRes 4444), .webm (VP9), .mkv (FFV1, exact), .mp4 (no alpha: the
                composite), or a name without an ending for a folder of PNG files.
            **options: those of `frames`, and `kinds` ("alpha", "foreground", "composite", beside
                the cut-out), `backdrop` (as `Matte.composite` takes it, or a clip), `codec`,
                `premultiplied`, `bits`, `sound`, `overwrite`, `progress`: see
                `bgmatting.video.run.matte_clip`.

        Returns:
            What was written.

        Raises:
            OutputError: something is there already (without `overwrite`), or can't be written.
            ClipError, PhotoError, PairError, InputError, OutOfMemoryError: as for `frames`.
        """
        done = above("video.run").matte_clip(self, clip, background, out, **options)
        if done.damaged:
            warnings.warn(done.said_of_damage, BgmattingWarning, stacklevel=2)
        return list(done.paths.values())

    def _long_side(self, size: str | int | None) -> int | None:
        if size == "auto":
            return self.working_size
        if isinstance(size, str):
            raise InputError(f'size is {size!r}; expected "auto", a number of pixels, or None')
        return size


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
