"""`bgmatting watch`: photos cut out as they come into a folder."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError, OutputError
from ..files import make_folder
from .arrivals import Arrivals
from .jobs import Job, Worker
from .messages import explain, timing_table
from .options import Number, matting_options, settings
from .pairing import Backgrounds, check_folder, sources_in

if TYPE_CHECKING:
    from . import State


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("background", type=click.Path(path_type=Path))
@click.argument("out_dir", type=click.Path(path_type=Path))
@click.option(
    "--interval",
    type=Number(0.1, 3600),
    metavar="SECONDS",
    default=1.0,
    show_default=True,
    help="How often to look.",
)
@click.option("--once", is_flag=True, help="End when all that is there is done.")
@matting_options
@click.pass_obj
def watch(
    state: State,
    /,
    folder: Path,
    background: Path,
    out_dir: Path,
    interval: float,
    once: bool,
    **options: Any,
) -> int:
    """Cut the subjects out of photos as they come.

    FOLDER is where a camera, a photo booth or a phone puts its photos; BACKGROUND is one photo of
    the same place, empty, for all of them. Results go to OUT_DIR, which is made if need be, named
    as by 'bgmatting folder': wall-cutout.png and so on.

    What is in FOLDER already is done first, unless its results exist. A photo is taken when it
    has stopped growing. One that cannot be used is reported, and tried again when it changes.
    Photos in folders below are not seen. Ctrl-C ends it; the exit status is 1 if photos failed
    that did not succeed later. The files written are listed on stdout.

    \b
    Examples:
      bgmatting watch /mnt/camera empty-room.jpg cutouts
      bgmatting watch incoming empty-room.jpg cutouts --backdrop beach.jpg --interval 0.5
    """
    chosen = settings(**options)
    _check(folder, background, out_dir)
    make_folder(out_dir)
    worker = Worker(Backgrounds(background, folder), chosen, debug=state.debug)
    watched = _Watched(folder, background, out_dir, worker)
    with _ended():
        if not once:
            said = f"watching {folder}, every {interval:g} s; Ctrl-C ends it"
            click.echo(f"bgmatting: {said}", err=True)
        while watched.look() or not once:
            time.sleep(interval)
    said = f"{watched.done} done, {watched.there} there already, {len(watched.failed)} failed"
    click.echo(f"bgmatting: {said}", err=True)
    if chosen.timing:
        click.echo(timing_table(worker.stages), err=True)
    return 1 if watched.failed else 0


class _Watched:
    """One folder, and what became of its photos.

    Attributes:
        done: how many were cut out.
        there: how many had all their results before.
        failed: those that failed and did not succeed later.
    """

    def __init__(self, folder: Path, background: Path, out_dir: Path, worker: Worker) -> None:
        self.folder, self.background, self.out_dir = folder, background, out_dir
        self.worker = worker
        self.done, self.there = 0, 0
        self.failed: set[Path] = set()
        self._arrivals = Arrivals()
        self._out_of_reach = False
        self._before: set[Path] = set(self._sources())  # what was there before it came
        self._owners: dict[str, Path] = {}  # name without ending -> whose results have it

    def look(self) -> bool:
        """Do what is new; whether there is more that may still grow.

        Raises:
            OutputError: nothing can be written any more.
        """
        for source in self._arrivals.ready(self._sources()):
            job = Job.of(source, self.out_dir, self.worker.chosen, self._twin(source))
            if not job.to_do:
                self._leave_alone(source)
            elif self.worker.do(job):
                self.done += 1
                self.failed.discard(source)
            else:
                self.failed.add(source)
            self._before.discard(source)
            if self.worker.hopeless:
                raise OutputError(
                    f"nothing can be written to {self.out_dir} any more: make room, and run it "
                    "again to go on"
                )
        return self._arrivals.waiting > 0

    def _twin(self, source: Path) -> Path | None:
        """Another source that came before and whose results have the same names."""
        owner = self._owners.get(source.stem)
        if owner is None or not owner.exists():
            owner = self._owners[source.stem] = source
        return None if owner == source else owner

    def _leave_alone(self, source: Path) -> None:
        """Its results are there: no wonder of what was there before, to be told of a new photo."""
        self.there += 1
        if source not in self._before:
            said = f"{source}: it is new, but its results exist already: --overwrite replaces them"
            click.echo(f"bgmatting: {said}", err=True)

    def _sources(self) -> list[Path]:
        """The sources that are there; where the folder itself is gone, none, which is said once."""
        try:
            sources = sources_in(self.folder, self.background)
        except OSError as error:
            if not self._out_of_reach:
                click.echo(f"bgmatting: {explain(error)}; waiting for it", err=True)
            self._out_of_reach = True
            return []
        self._out_of_reach = False
        return sources


def _check(folder: Path, background: Path, out_dir: Path) -> None:
    """Raises InputError where the arguments are not there or not what they should be."""
    check_folder(folder)
    if not background.is_file():
        what = "is a folder" if background.is_dir() else "does not exist"
        raise InputError(f"{background} {what}: give one photo of the empty place, for all")
    if out_dir.exists() and out_dir.samefile(folder):
        raise InputError(
            f"{out_dir} is the folder that is watched, where results would be taken for new "
            "photos: choose another for them"
        )


@contextmanager
def _ended() -> Iterator[None]:
    """Inside, Ctrl-C and SIGTERM (of a service that is stopped) end the block and nothing else."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = None
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
