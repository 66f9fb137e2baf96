"""`bgmatting cutout`: one pair of photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import PhotoError
from ..timing import stage
from . import results
from .messages import report_lines, timing_table
from .options import matting_options, settings
from .settings import Settings


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("background", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.png",
    help="The cut-out's file, or a folder for it.  [default: SOURCE's name with -cutout.png, "
    "beside SOURCE]",
)
@matting_options
def cutout(source: Path, background: Path, output: Path | None, **options: Any) -> None:
    """Cut the subject out of one photo.

    SOURCE is the photo with the subject; BACKGROUND is the same place, empty, photographed from
    the same spot. The cut-out is a PNG of SOURCE's size with transparency. Other results
    (--save) get its name with -alpha, -foreground and so on. The files written are listed on
    stdout.

    \b
    Examples:
      bgmatting cutout portrait.jpg empty-room.jpg
      bgmatting cutout portrait.jpg empty-room.jpg -o anna.png --save alpha,foreground
      bgmatting cutout portrait.jpg empty-room.jpg --backdrop beach.jpg
      bgmatting cutout portrait.jpg empty-room.jpg --save alpha --bits 16 --timing
    """
    chosen = settings(**options)
    paths = _paths(source, output, chosen)
    for photo in (source, background):
        if not photo.exists():
            raise PhotoError(f"there is no photo {photo}: check the name and the folder")
    results.check_writable(paths, (source, background), overwrite=chosen.overwrite)
    stages: dict[str, float] = {}
    with stage(stages, "start"):
        matter = chosen.matter(for_one=True)
    matte = chosen.matte(matter, source, background)
    stages.update(matte.timings)
    with stage(stages, "write"):
        results.write(matte, paths, chosen)
    for line in report_lines(matte.report, notes=chosen.timing):
        click.echo(f"bgmatting: {line}", err=True)
    if chosen.timing:
        click.echo(timing_table(stages), err=True)


def _paths(source: Path, output: Path | None, chosen: Settings) -> dict[str, Path]:
    """Every result's path, by kind."""
    if output is None:
        return results.plan(source, source.parent, chosen.kinds)
    if output.is_dir():
        return results.plan(source, output, chosen.kinds)
    if output.suffix.lower() != results.SUFFIX:
        raise click.BadParameter(
            f"{str(output)!r}: results are PNG files, so the name must end in {results.SUFFIX}",
            param_hint="-o",
        )
    return results.plan_beside(output, chosen.kinds)
