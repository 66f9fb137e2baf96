"""Photos cut out one after another: what is to be written of each, and the doing of it."""

from __future__ import annotations

import errno
import sys
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ..errors import InputError
from ..timing import stage
from . import results
from .messages import explain, report_lines
from .pairing import Backgrounds
from .settings import Settings

if TYPE_CHECKING:
    from ..imaging import PlateMatter

# Full, over quota, read-only: what fails for one photo fails for all that follow.
HOPELESS = {getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EROFS")} - {None}


@dataclass(frozen=True)
class Job:
    """One source.

    Attributes:
        source: the photo.
        paths: the results still to be written, by kind; none where all are there.
        twin: another source whose results would have the same names.
    """

    source: Path
    paths: dict[str, Path]
    twin: Path | None = None

    @classmethod
    def of(cls, source: Path, out_dir: Path, chosen: Settings, twin: Path | None = None) -> Job:
        """What there is to do for a source, its results going to a folder."""
        paths = results.plan(source, out_dir, chosen.kinds)
        if not chosen.overwrite:
            paths = {kind: path for kind, path in paths.items() if not results.is_there(path)}
        return cls(source, paths, twin)

    @property
    def to_do(self) -> bool:
        """Whether there is anything to do or to complain of."""
        return bool(self.paths) or self.twin is not None


class Worker:
    """Does jobs with one network, and says on stderr what is to be said of each.

    Attributes:
        counts: how many jobs are "done" and "failed".
        stages: seconds by stage, of all of them.
        hopeless: whether what failed last will fail for all that follow.
    """

    def __init__(self, backgrounds: Backgrounds, chosen: Settings, *, debug: bool) -> None:
        """Reads the background that serves all, if there is one, and loads the weights.

        Raises:
            BgmattingError: one of them cannot be used.
        """
        self.backgrounds, self.chosen, self.debug = backgrounds, chosen, debug
        self.counts: Counter[str] = Counter()
        self.stages: dict[str, float] = {}
        self.hopeless = False
        plate = None
        if backgrounds.for_all is not None:
            from ..imaging.photos.reading import read_photo

            plate = read_photo(backgrounds.for_all)  # unusable for one is unusable for all
        with stage(self.stages, "start"):
            self.matter = chosen.matter()
        # One background often serves many sources: the last is kept.
        self._prepared: tuple[Path, PlateMatter] | None = None
        if backgrounds.for_all is not None and plate is not None:
            self._prepared = backgrounds.for_all, chosen.prepared(self.matter, plate)

    def do(self, job: Job) -> bool:
        """Cut out one photo; whether that worked. If not, the reason was said.

        Raises:
            BrokenPipeError: nobody reads which files were written.
        """
        try:
            self._cut_out(job)
        except BrokenPipeError:
            raise
        except Exception as error:
            self.counts["failed"] += 1
            if self.debug:
                traceback.print_exc()
            said = explain(error)
            # Messages about a photo name it themselves.
            whose = "" if str(job.source) in said else f"{job.source}: "
            tqdm.write(f"bgmatting: {whose}{said}", file=sys.stderr)
            causes = (error, error.__cause__)
            self.hopeless = any(isinstance(e, OSError) and e.errno in HOPELESS for e in causes)
            return False
        self.counts["done"] += 1
        return True

    def _cut_out(self, job: Job) -> None:
        chosen = self.chosen
        if job.twin is not None:
            raise InputError(
                f"its results would have the same names as those of {job.twin.name}: rename one"
            )
        background = self.backgrounds.of(job.source)
        results.check_writable(job.paths, (job.source, background), overwrite=chosen.overwrite)
        if self._prepared is None or self._prepared[0] != background:
            with stage(self.stages, "read background"):
                self._prepared = background, chosen.prepared(self.matter, background)
        matte = self._prepared[1](job.source)
        for name, seconds in matte.timings.items():
            self.stages[name] = self.stages.get(name, 0) + seconds
        with stage(self.stages, "write"), tqdm.external_write_mode(sys.stdout):
            results.write(matte, job.paths, chosen)
        for line in report_lines(matte.report, notes=chosen.timing):
            tqdm.write(f"bgmatting: {job.source}: {line}", file=sys.stderr)
