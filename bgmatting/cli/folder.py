"""`bgmatting folder`: many photos, with one background for all or one for each."""

from __future__ import annotations

import errno
import sys
import traceback
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from ..errors import InputError, OutputError
from ..timing import stage
from . import results
from .messages import explain, report_lines, timing_table
from .options import matting_options, settings
from .pairing import Backgrounds, find_sources, left_out
from .settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from ..imaging import Matter
    from . import State

# Full, over quota, read-only: what fails for one photo fails for all that follow.
HOPELESS = {getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EROFS")} - {None}


@click.command()
@click.argument("sources", type=click.Path(path_type=Path))
@click.argument("background", metavar="BACKGROUND_OR_FOLDER", type=click.Path(path_type=Path))
@click.argument("out_dir", type=click.Path(path_type=Path))
@matting_options
@click.pass_obj
def folder(state: State, /, sources: Path, background: Path, out_dir: Path, **options: Any) -> int:
    """Cut the subjects out of a folder of photos.

    SOURCES is the folder of photos with the subject. BACKGROUND_OR_FOLDER is one photo of the
    same place, empty, for all of them, or a folder with one for each: of the same name
    (wall.jpg, wall.png), or of that name with -bgr (wall-bgr.jpg); a -src at the end of a
    source's name is left out of the comparison, and both may lie in the same folder. Results go
    to OUT_DIR, which is made if need be, as wall-cutout.png and so on.

    Run it again to go on where it stopped: photos whose results exist are left alone (all are
    done anew with --overwrite). A photo that fails is reported and the others are done; the
    exit status is then 1. The files written are listed on stdout.

    \b
    Examples:
      bgmatting folder photos empty-room.jpg cutouts
      bgmatting folder photos backgrounds cutouts --save alpha
      bgmatting folder pairs pairs cutouts --backdrop '#00b140'
    """
    chosen = settings(**options)
    jobs = _jobs(sources, background, out_dir, chosen)
    to_do = [job for job in jobs if job.paths or job.twin]
    counts = Counter(there=len(jobs) - len(to_do))
    if to_do:
        _make(out_dir)
        counts += _run(to_do, Backgrounds(background, sources), chosen, state.debug)
    ignored = left_out(sources, out_dir)
    if ignored:
        click.echo(f"bgmatting: {ignored}", err=True)
    said = f"{counts['done']} done, {counts['there']} there already, {counts['failed']} failed"
    click.echo(f"bgmatting: {said}", err=True)
    return 1 if counts["failed"] else 0


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
    twin: Path | None


def _jobs(sources: Path, background: Path, out_dir: Path, chosen: Settings) -> list[Job]:
    """What there is to do.

    Raises:
        InputError: the arguments are not there or not what they should be.
    """
    if not sources.is_dir():
        what = "is not a folder" if sources.exists() else "does not exist"
        raise InputError(f"{sources} {what}: give the folder with the photos of the subject")
    if not background.exists():
        raise InputError(f"{background} does not exist: give a photo or a folder of photos")
    jobs = []
    first: dict[str, Path] = {}
    for source in find_sources(sources, background):
        twin = first.setdefault(source.stem, source)
        paths = results.plan(source, out_dir, chosen.kinds)
        if not chosen.overwrite:
            paths = {kind: path for kind, path in paths.items() if not results.is_there(path)}
        jobs.append(Job(source, paths, None if twin is source else twin))
    return jobs


def _make(out_dir: Path) -> None:
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the folder {out_dir} cannot be made ({error.strerror}): choose another"
        ) from error


def _run(jobs: list[Job], backgrounds: Backgrounds, chosen: Settings, debug: bool) -> Counter[str]:
    """Do the jobs; how many are done and failed."""
    if backgrounds.for_all is not None:
        _read(backgrounds.for_all)  # unusable for one is unusable for all
    counts: Counter[str] = Counter()
    stages: dict[str, float] = {}
    with stage(stages, "start"):
        matter = chosen.matter()
    for job in tqdm(jobs, unit="photo", file=sys.stderr, disable=None, dynamic_ncols=True):
        try:
            _cut_out(job, backgrounds, matter, chosen, stages)
            counts["done"] += 1
        except BrokenPipeError:
            raise
        except Exception as error:
            counts["failed"] += 1
            if debug:
                traceback.print_exc()
            said = explain(error)
            # Messages about a photo name it themselves.
            whose = "" if str(job.source) in said else f"{job.source}: "
            tqdm.write(f"bgmatting: {whose}{said}", file=sys.stderr)
            if _hopeless(error):
                break
    not_tried = len(jobs) - counts["done"] - counts["failed"]
    if not_tried:
        counts["failed"] += not_tried
        said = f"{not_tried} more not tried, as nothing can be written: make room and run it again"
        click.echo(f"bgmatting: {said}", err=True)
    if chosen.timing:
        click.echo(timing_table(stages), err=True)
    return counts


def _hopeless(error: Exception) -> bool:
    """Whether what failed will fail for all that follow: a disk that is full or read-only."""
    causes = (error, error.__cause__)
    return any(isinstance(cause, OSError) and cause.errno in HOPELESS for cause in causes)


def _cut_out(
    job: Job,
    backgrounds: Backgrounds,
    matter: Matter,
    chosen: Settings,
    stages: dict[str, float],
) -> None:
    if job.twin is not None:
        raise InputError(
            f"its results would have the same names as those of {job.twin.name}: rename one"
        )
    background = backgrounds.of(job.source)
    results.check_writable(job.paths, (job.source, background), overwrite=chosen.overwrite)
    with stage(stages, "read background"):
        plate = _read(background)
    matte = chosen.matte(matter, job.source, plate)
    for name, seconds in matte.timings.items():
        stages[name] = stages.get(name, 0) + seconds
    with stage(stages, "write"), tqdm.external_write_mode(sys.stdout):
        results.write(matte, job.paths, chosen)
    for line in report_lines(matte.report, notes=chosen.timing):
        tqdm.write(f"bgmatting: {job.source}: {line}", file=sys.stderr)


@lru_cache(maxsize=1)
def _read(background: Path) -> np.ndarray:
    """One background often serves many sources: keep the last."""
    from ..imaging.photos.reading import read_photo

    return read_photo(background)
