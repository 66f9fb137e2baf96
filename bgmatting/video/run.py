"""From a clip and what its place looks like empty to a clip with alpha."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ..errors import ClipError, InputError
from ..imaging import Matter
from ..imaging.photos.reading import Photo
from ..imaging.result.backdrop import Colour
from ..imaging.result.matte import Matte
from ..imaging.verdict.report import Finding
from .backdrops import backdrop_of
from .frames import Clip
from .opening import open_clip
from .outputs import Plan, outputs
from .plates import plate_for
from .sequences import RATE
from .stream import MattedFrame, matted_frames
from .threads import Behind
from .times import Moment

BACKDROP = "white"
SHOWN = 5  # times of damaged frames that are named
Time = Moment | str | float


@dataclass(frozen=True)
class Written:
    """What came of a clip.

    Attributes:
        paths: kind -> the film or folder.
        frames: how many were matted.
        kept: how many were there already, of pictures.
        damaged: seconds in the clip where a frame could not be read, and the one before it stands.
        missing: how many frames the clip ends before its head says; 0 where that is not known.
        findings: what is wrong with the first frame and the plate, the worst first.
    """

    paths: dict[str, Path]
    frames: int
    kept: int
    damaged: tuple[float, ...]
    missing: int
    findings: tuple[Finding, ...]

    @property
    def said_of_damage(self) -> str:
        """A sentence on frames that could not be read."""
        where = ", ".join(f"{time:.2f} s" for time in self.damaged[:SHOWN])
        more = ", ..." if len(self.damaged) > SHOWN else ""
        frames = "1 frame" if len(self.damaged) == 1 else f"{len(self.damaged)} frames"
        return f"{frames} could not be read (at {where}{more}): the one before stands in for each"


def mattes(
    matter: Matter,
    clip: str | os.PathLike[str],
    background: Photo | None = None,
    *,
    background_at: Time | None = None,
    size: str | int | None = "auto",
    align: bool = True,
    clean: bool = False,
    steady: bool = True,
    start: Time = 0,
    end: Time | None = None,
    rate: float | Fraction = RATE,
) -> Iterator[Matte]:
    """The mattes of a clip's frames, one after the other; see `Matter.frames`."""
    opened = open_clip(clip, Fraction(rate))
    begin, until = _span(opened, start, end)
    plate = plate_for(opened, background, _moment(background_at), begin, until)
    prepared = matter.with_background(plate, size=size, align=align, clean=clean)
    for frame in matted_frames(opened, prepared, steady=steady, start=begin, end=until):
        if isinstance(frame, MattedFrame):
            yield frame.matte


def matte_clip(
    matter: Matter | Callable[[], Matter],
    clip: str | os.PathLike[str],
    background: Photo | None,
    out: str | os.PathLike[str],
    *,
    background_at: Time | None = None,
    kinds: tuple[str, ...] = (),
    backdrop: Photo | Colour = BACKDROP,
    codec: str | None = None,
    premultiplied: bool = False,
    bits: int = 8,
    size: str | int | None = "auto",
    align: bool = True,
    clean: bool = False,
    steady: bool = True,
    sound: bool = True,
    start: Time = 0,
    end: Time | None = None,
    rate: float | Fraction = RATE,
    overwrite: bool = False,
    progress: Callable[[int, int | None], object] | None = None,
) -> Written:
    """Matte a clip, and write what comes of it; see `Matter.video`.

    Args:
        matter: the network, or what loads it once all else was found to be in order.
        clip, background, out and the others: as for `Matter.video`.
        progress: called with how many frames are done, and how many there are, None for not known.

    Raises:
        ClipError, PhotoError, PairError, InputError, OutputError, OutOfMemoryError: as there.
    """
    if bits not in (8, 16):
        raise InputError(f"bits is {bits!r}; expected 8 or 16")
    plan = Plan.of(
        Path(out),
        kinds,
        codec,
        premultiplied=premultiplied,
        deep=bits == 16,
        overwrite=overwrite,
    )
    opened = open_clip(clip, Fraction(rate))
    others = [Path(p) for p in (background, backdrop) if isinstance(p, (str, os.PathLike))]
    plan.check([opened.path, *others])
    begin, until = _span(opened, start, end)
    behind = backdrop_of(backdrop)
    plate = plate_for(opened, background, _moment(background_at), begin, until)
    if not isinstance(matter, Matter):
        matter = matter()
    prepared = matter.with_background(plate, size=size, align=align, clean=clean)
    total = _total(opened, begin, until)
    frames = matted_frames(
        opened, prepared, steady=steady, start=begin, end=until, written=plan.written
    )
    done, kept, damaged = 0, 0, []
    findings: tuple[Finding, ...] = ()
    heard = opened.path if sound and opened.facts.sound and not plan.pictures else None
    length = None if until is None else until - begin
    with (
        outputs(plan, opened.facts, behind, heard, opened.facts.start + begin, length) as results,
        Behind(results.write) as writing,
    ):
        for frame in frames:
            if isinstance(frame, MattedFrame):
                if not done:
                    findings = frame.matte.report.findings
                done += 1
                if frame.damaged:
                    damaged.append(float(frame.time + begin))
                writing.give(frame)
            else:
                kept += 1
            if progress is not None:
                progress(done + kept, total)
        if not done + kept:
            raise ClipError(
                f"{opened.path.name} has no frames from {float(begin):g} s on: choose another part"
            )
    missing = max(0, total - done - kept) if total is not None and until is None else 0
    return Written(plan.paths, done, kept, tuple(damaged), missing, findings)


def _moment(value: Time | None) -> Moment | None:
    return None if value is None else Moment.of(value)


def _span(clip: Clip, start: Time, end: Time | None) -> tuple[Fraction, Fraction | None]:
    """Seconds from where to where.

    Raises:
        InputError: the end is not after the start.
    """
    begin = Moment.of(start).time(clip.facts.rate)
    until = None if end is None else Moment.of(end).time(clip.facts.rate)
    if until is not None and until <= begin:
        raise InputError(
            f"the part ends at {float(until):g} s but begins at {float(begin):g} s: it must end "
            "later"
        )
    return begin, until


def _total(clip: Clip, start: Fraction, end: Fraction | None) -> int | None:
    """How many frames there are to do, so far as the clip's head says."""
    count, rate = clip.facts.count, clip.facts.rate
    if end is not None:
        wanted = round(end * rate)
        count = wanted if count is None else min(count, wanted)
    return None if count is None else max(0, count - round(start * rate))
