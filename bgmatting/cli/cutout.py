"""`bgmatting cutout`: one pair of photos."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ..timing import stage
from . import results, streams
from .messages import report_lines, timing_table
from .options import matting_options, settings
from .settings import Settings
from .streams import STREAM


@click.command()
@click.argument("source", type=click.Path(allow_dash=True))
@click.argument("background", type=click.Path(allow_dash=True))
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT.png",
    help="The cut-out's file, or a folder for it, or - for standard output.  [default: SOURCE's "
    "name with -cutout.png, beside SOURCE; standard output where SOURCE is -]",
)
@matting_options
def cutout(source: str, background: str, output: str | None, **options: Any) -> None:
    """Cut the subject out of one photo.

    SOURCE is the photo with the subject; BACKGROUND is the same place, empty, photographed from
    the same spot. The cut-out is a PNG of SOURCE's size with transparency. Other results
    (--save) get its name with -alpha, -foreground and so on. The files written are listed on
    stdout.

    One of the two photos may be - for standard input, and the output - for standard output,
    which then holds the cut-out and nothing else.

    \b
    Examples:
      bgmatting cutout portrait.jpg empty-room.jpg
      bgmatting cutout portrait.jpg empty-room.jpg -o anna.png --save alpha,foreground
      bgmatting cutout portrait.jpg empty-room.jpg --backdrop beach.jpg
      bgmatting cutout portrait.jpg empty-room.jpg --save alpha --bits 16 --timing
      curl -s https://example.org/portrait.jpg | bgmatting cutout - empty-room.jpg > anna.png
    """
    chosen = settings(**options)
    if output is None and source == STREAM:
        output = STREAM
    paths = None if output == STREAM else _paths(source, output, chosen)
    if STREAM in (source, background):
        if source == background:
            raise click.UsageError("only one of the two photos can come from standard input")
        streams.check_input()
    if paths is None:
        if len(chosen.kinds) > 1:
            others = ", ".join(chosen.kinds[1:])
            raise click.UsageError(
                f"standard output holds the cut-out alone, not {others} too: give a file with "
                "-o OUT.png, whose name the others get"
            )
        streams.check_output()
    with ExitStack() as files:
        photos = [files.enter_context(streams.photo_file(name)) for name in (source, background)]
        if paths is not None:
            results.check_writable(paths, photos, overwrite=chosen.overwrite)
        stages: dict[str, float] = {}
        with stage(stages, "start"):
            matter = chosen.matter(for_one=True)
        matte = chosen.matte(matter, *photos)
    stages.update(matte.timings)
    with stage(stages, "write"):
        if paths is None:
            streams.write_output(results.encoded(matte, chosen))
        else:
            results.write(matte, paths, chosen)
    for line in report_lines(matte.report, notes=chosen.timing):
        click.echo(f"bgmatting: {line}", err=True)
    if chosen.timing:
        click.echo(timing_table(stages), err=True)


def _paths(source: str, output: str | None, chosen: Settings) -> dict[str, Path]:
    """Every result's path, by kind."""
    if output is None:
        return results.plan(Path(source), Path(source).parent, chosen.kinds)
    path = Path(output)
    if path.is_dir():
        if source == STREAM:
            raise click.BadParameter(
                f"{output!r} is a folder, and a photo from standard input has no name to call the "
                "cut-out after: give a file's name",
                param_hint="-o",
            )
        return results.plan(Path(source), path, chosen.kinds)
    if path.suffix.lower() != results.SUFFIX:
        raise click.BadParameter(
            f"{output!r}: results are PNG files, so the name must end in {results.SUFFIX}",
            param_hint="-o",
        )
    return results.plan_beside(path, chosen.kinds)
