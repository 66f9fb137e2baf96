"""What the options of `cutout` and `folder` come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..imaging import Matte, Matter, PlateMatter
    from ..imaging.photos.reading import Photo


@dataclass(frozen=True)
class Settings:
    """The options of one run.

    Attributes:
        weights: a backbone's name, a folder or a Hub repository.
        force_download: whether they are fetched again although this machine has them.
        device, precision, engine, threads: as `Matter` takes them.
        size: working size: "auto", "native" or the long side in pixels.
        kinds: what to write, in the order of `KINDS`; the cut-out always.
        backdrop: a colour, the path of a photo, or "blur".
        bits: 8 or 16, a channel of all but composites.
        bleed: whether the subject's colours go on where the cut-out is fully transparent.
        despill: 0..1, how much of the background's colour is taken out of the edges.
        overwrite: whether results that exist are replaced.
        timing: whether to print what took how long, and what was done about the pair.
        align: whether the background is made to fit first.
        clean: whether islands and pinholes are removed.
    """

    weights: str
    force_download: bool
    device: str
    precision: str
    engine: str
    threads: int | None
    size: str | int
    kinds: tuple[str, ...]
    backdrop: str
    bits: int
    bleed: bool
    despill: float
    overwrite: bool
    timing: bool
    align: bool
    clean: bool

    def matter(self, *, for_one: bool = False) -> Matter:
        """Load the weights (and torch).

        Args:
            for_one: there is one photo: what an engine other than torch saves is less than its
                start takes, so that "auto" is torch.
        """
        from ..imaging import Matter

        return Matter.from_pretrained(
            self.weights,
            device=self.device,
            dtype=self.precision,
            engine="torch" if for_one and self.engine == "auto" else self.engine,
            threads=self.threads,
            force_download=self.force_download,
        )

    def matte(self, matter: Matter, source: Photo, background: Photo) -> Matte:
        """Matte a pair as the options say."""
        size = None if self.size == "native" else self.size
        return matter(source, background, size=size, align=self.align, clean=self.clean)

    def prepared(self, matter: Matter, background: Photo) -> PlateMatter:
        """A background made ready to matte many sources against, as the options say."""
        size = None if self.size == "native" else self.size
        return matter.with_background(background, size=size, align=self.align, clean=self.clean)
