"""`bgmatting folder`: many photos, with one background for all or one for each."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from ..errors import InputError
from ..files import make_folder
from .jobs import Job, Worker
from .messages import timing_table
from .options import matting_options, settings
from .pairing import Backgrounds, check_folder, find_sources, left_out
from .settings import Settings

if TYPE_CHECKING:
    from . import State


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
    to_do = [job for job in jobs if job.to_do]
    counts = Counter(there=len(jobs) - len(to_do))
    if to_do:
        make_folder(out_dir)
        counts += _run(to_do, Backgrounds(background, sources), chosen, state.debug)
    ignored = left_out(sources, out_dir)
    if ignored:
        click.echo(f"bgmatting: {ignored}", err=True)
    said = f"{counts['done']} done, {counts['there']} there already, {counts['failed']} failed"
    click.echo(f"bgmatting: {said}", err=True)
    return 1 if counts["failed"] else 0


def _jobs(sources: Path, background: Path, out_dir: Path, chosen: Settings) -> list[Job]:
    """What there is to do.

    Raises:
        InputError: the arguments are not there or not what they should be.
    """
    check_folder(sources)
    if not background.exists():
        raise InputError(f"{background} does not exist: give a photo or a folder of photos")
    jobs = []
    first: dict[str, Path] = {}
    for source in find_sources(sources, background):
        twin = first.setdefault(source.stem, source)
        jobs.append(Job.of(source, out_dir, chosen, None if twin is source else twin))
    return jobs


def _run(jobs: list[Job], backgrounds: Backgrounds, chosen: Settings, debug: bool) -> Counter[str]:
    """Do the jobs; how many are done and failed."""
    worker = Worker(backgrounds, chosen, debug=debug)
    for job in tqdm(jobs, unit="photo", file=sys.stderr, disable=None, dynamic_ncols=True):
        worker.do(job)
        if worker.hopeless:
            break
    counts = worker.counts
    not_tried = len(jobs) - counts["done"] - counts["failed"]
    if not_tried:
        counts["failed"] += not_tried
        said = f"{not_tried} more not tried, as nothing can be written: make room and run it again"
        click.echo(f"bgmatting: {said}", err=True)
    if chosen.timing:
        click.echo(timing_table(worker.stages), err=True)
    return counts
