"""Where a clip's results go: a film or folder for each kind, checked, opened and closed as one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

from ..errors import InputError, OutputError
from ..files import exists_already, make_folder
from .backdrops import Moving, Still
from .codecs import Codec, codec_for
from .frames import Facts
from .pictures import KINDS, Picture, Writer, alpha, composite, cutout, foreground
from .sequences import SequenceWriter, check_folder
from .stream import MattedFrame


@dataclass(frozen=True)
class Plan:
    """What is to be written.

    Attributes:
        paths: kind -> file or folder; the first is the one that was named.
        codec: of them all.
        premultiplied: whether a cut-out's colours are multiplied by its alpha.
        deep: 16 bits, where the codec has them.
        overwrite: whether what is there is replaced.
    """

    paths: dict[str, Path]
    codec: Codec
    premultiplied: bool = False
    deep: bool = False
    overwrite: bool = False

    @classmethod
    def of(
        cls,
        out: Path,
        kinds: tuple[str, ...] = (),
        codec: str | None = None,
        *,
        premultiplied: bool = False,
        deep: bool = False,
        overwrite: bool = False,
    ) -> Plan:
        """What a name and kinds come to: out.mov, out-alpha.mov and so on.

        `out` holds the cut-out, or the composite where no alpha can be written.

        Raises:
            InputError: a kind, an ending or a codec is unknown, or does not go with the others.
        """
        chosen = codec_for(out, codec)
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise InputError(f"unknown kind {unknown[0]!r}: choose one of {', '.join(KINDS)}")
        first = "cutout" if chosen.with_alpha else "composite"
        if chosen.with_alpha is None and "cutout" in kinds:
            raise InputError(
                f"{chosen.name} has no alpha, which a cut-out needs: choose .mov, .webm or .mkv"
            )
        if deep and chosen.deep is None:
            raise InputError(f"{chosen.name} has no 16 bits: choose png or ffv1")
        others = [kind for kind in KINDS if kind in kinds and kind != first]
        paths = {first: out}
        paths |= {kind: out.with_name(f"{out.stem}-{kind}{out.suffix}") for kind in others}
        return cls(paths, chosen, premultiplied, deep, overwrite)

    @property
    def pictures(self) -> bool:
        """Whether results are folders of pictures."""
        return not self.codec.encoder

    def check(self, inputs: list[Path]) -> None:
        """Find out before the work whether its results can be kept.

        Raises:
            OutputError: they can't, or something is there that may not be replaced.
        """
        for path in self.paths.values():
            if any(path.exists() and other.exists() and path.samefile(other) for other in inputs):
                raise OutputError(f"{path} is one of the clips to read: choose another name")
            if self.pictures:
                check_folder(path)
                continue
            if path.is_dir():
                raise OutputError(f"{path} is a folder: choose another name")
            if path.exists() and not self.overwrite:
                raise exists_already(path)
            make_folder(path.parent)

    def written(self, index: int) -> bool:
        """Whether all of a frame is there from a run that was broken off."""
        if not self.pictures or self.overwrite:
            return False
        name = SequenceWriter.name(index)
        return all((path / name).exists() for path in self.paths.values())


class Outputs:
    """Open results of all kinds; see `outputs`."""

    def __init__(self, plan: Plan, backdrop: Still | Moving) -> None:
        self._plan, self._backdrop = plan, backdrop
        self.writers: dict[str, Writer] = {}

    def write(self, frame: MattedFrame) -> None:
        """Write a frame's results."""
        for kind, writer in self.writers.items():
            writer.write(self._picture(kind, frame), frame.time, frame.index)

    def _picture(self, kind: str, frame: MattedFrame) -> Picture:
        if kind == "cutout":
            return cutout(
                frame.matte,
                premultiplied=self._plan.premultiplied,
                spread=not self._plan.codec.lossless,
            )
        if kind == "composite":
            return composite(frame.matte, self._backdrop.at(frame.time, frame.matte))
        return alpha(frame.matte) if kind == "alpha" else foreground(frame.matte)


@contextlib.contextmanager
def outputs(
    plan: Plan,
    facts: Facts,
    backdrop: Still | Moving,
    sound: Path | None = None,
    zero: Fraction = Fraction(0),
    end: Fraction | None = None,
) -> Iterator[Outputs]:
    """Results to write frames to; films have their names once the block ends without an error.

    Args:
        plan: what and where.
        facts: of the clip.
        backdrop: behind a composite.
        sound: the film whose sound goes with them; None: without.
        zero: seconds in that film's own time where the results begin.
        end: seconds, in the results', where they end; None: with the clip.

    Raises:
        OutputError: something cannot be written.
    """
    result = Outputs(plan, backdrop)
    with contextlib.ExitStack() as stack:
        for kind, path in plan.paths.items():
            if plan.pictures:
                result.writers[kind] = SequenceWriter(
                    path, deep=plan.deep, overwrite=plan.overwrite, greys=kind == "alpha"
                )
                continue
            # Needs PyAV, which pictures do without.
            from .sound import sound_of
            from .writing import film

            track = None
            if sound is not None:
                track = partial(sound_of, sound, ending=path.suffix.lower(), zero=zero, end=end)
            result.writers[kind] = stack.enter_context(
                film(
                    path,
                    plan.codec,
                    facts,
                    has_alpha=kind == "cutout",
                    deep=plan.deep,
                    overwrite=plan.overwrite,
                    sound=track,
                )
            )
        yield result
