"""`bgmatting video`: a clip, with one background for all of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from ..weights.catalogue import DEFAULT_BACKBONE
from .options import BackboneName, Number, ParamType, Size, device_option, precision_option

if TYPE_CHECKING:
    from ..video.run import Written

KINDS = ("cutout", "alpha", "foreground", "composite")
CODECS = ("prores", "vp9", "ffv1", "qtrle", "h264", "png")


class Kinds(ParamType):
    """Comma-separated kinds of results."""

    name = "list"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
        for name in names:
            if name not in KINDS:
                self.fail(f"{name!r} is none of {', '.join(KINDS)}", param, ctx)
        return names


@click.command()
@click.argument("clip", type=click.Path(path_type=Path))
@click.argument("background", required=False)
@click.option(
    "--background-at",
    metavar="TIME|FRAME",
    help="In place of BACKGROUND: when CLIP shows the place empty, as 2.5 (seconds), 1:02.5 "
    "(minutes), or 75f (a frame's number, from 0).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.mov|.webm|.mkv|.mp4|FOLDER",
    help="Where to: the ending says how (below).  [default: CLIP's name with -cutout.mov, beside "
    "CLIP]",
)
@click.option(
    "--save",
    "kinds",
    type=Kinds(),
    metavar="LIST",
    default=(),
    help=f"What to write beside it, comma-separated: {', '.join(KINDS)}.",
)
@click.option(
    "--backdrop",
    metavar="COLOUR|IMAGE|CLIP|blur",
    help="Write a composite on this: a colour, a photo, another clip, or the background blurred.  "
    "[default for .mp4: white]",
)
@click.option(
    "--codec", type=click.Choice(CODECS), help="In place of the one that the ending stands for."
)
@click.option(
    "--premultiplied",
    is_flag=True,
    help="Colours multiplied by alpha, as After Effects and Nuke take them when told so. Without "
    "it they are straight, as Final Cut, Premiere, Resolve and browsers expect.",
)
@click.option(
    "--bits",
    type=click.Choice(["8", "16"]),
    default="8",
    show_default=True,
    help="Depth of PNG and FFV1. (ProRes has 10 for colours and 16 for alpha anyway.)",
)
@click.option("--from", "start", metavar="TIME", default="0", help="Where to begin.")
@click.option("--to", "end", metavar="TIME", help="Where to end.  [default: at the clip's end]")
@click.option(
    "--rate",
    type=Number(min=0, min_open=True),
    default=25,
    show_default=True,
    metavar="N",
    help="Frames a second of pictures, where CLIP is a folder of them.",
)
@click.option(
    "--steady/--no-steady",
    default=True,
    show_default=True,
    help="Average alpha over time where nothing moves.",
)
@click.option("--keep-sound/--no-sound", "sound", default=True, show_default=True)
@click.option(
    "--backbone", type=BackboneName(), help=f"Weights by backbone.  [default: {DEFAULT_BACKBONE}]"
)
@click.option(
    "--weights",
    metavar="FOLDER_OR_REPO",
    help="Weights from a folder or a Hub repository (owner/name), in place of --backbone.",
)
@click.option(
    "--size",
    type=Size(),
    metavar="N|auto|native",
    default="auto",
    show_default=True,
    help="Working size: the long side in pixels at which the network sees frames. Less is faster.",
)
@device_option
@precision_option
@click.option(
    "--align/--no-align",
    default=True,
    show_default=True,
    help="Make the background fit, where the camera moves or the light changes.",
)
@click.option(
    "--clean", is_flag=True, help="Drop small islands far from the subject, fill pinholes."
)
@click.option("--overwrite", is_flag=True, help="Replace results that exist already.")
def video(
    clip: Path, background: str | None, output: Path | None, backdrop: str | None, **options: Any
) -> None:
    """Cut the subject out of a clip.

    CLIP is a film, a folder of pictures, or a pattern such as frames/%05d.png. BACKGROUND is the
    same place, empty: a photo, a clip of it, or the word auto for what CLIP's own frames agree
    on. Times of frames and sound are kept. The files written are listed on stdout.

    \b
    OUT.mov    ProRes 4444, for editors (with --codec qtrle exact, and large)
    OUT.webm   VP9 with alpha, for web pages
    OUT.mkv    FFV1, exact
    OUT.mp4    H.264, which has no alpha: the composite
    FOLDER     a PNG file for each frame; run it again to go on where it stopped

    \b
    Examples:
      bgmatting video talk.mp4 empty.jpg
      bgmatting video talk.mp4 --background-at 0 -o talk.webm
      bgmatting video walk.mp4 auto -o walk.mp4 --backdrop beach.jpg
      bgmatting video talk.mp4 empty.jpg -o frames --save alpha --bits 16
    """
    if (background is None) == (options["background_at"] is None):
        raise click.UsageError("give either BACKGROUND or --background-at")
    if options["backbone"] and options["weights"]:
        raise click.UsageError("--backbone and --weights exclude each other: give one")
    weights = options.pop("weights") or options["backbone"] or DEFAULT_BACKBONE
    del options["backbone"]
    from ..imaging import Matter
    from ..video.run import BACKDROP, matte_clip

    device, precision = options.pop("device"), options.pop("precision")
    kinds = options.pop("kinds") + (("composite",) if backdrop else ())
    size = options.pop("size")
    with tqdm(unit="frame", file=sys.stderr, disable=None, dynamic_ncols=True) as bar:

        def progress(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        done = matte_clip(
            lambda: Matter.from_pretrained(weights, device=device, dtype=precision),
            clip,
            background,
            output or clip.with_name(f"{clip.stem}-cutout.mov"),
            kinds=kinds,
            backdrop=backdrop or BACKDROP,
            size=None if size == "native" else size,
            bits=int(options.pop("bits")),
            progress=progress,
            **options,
        )
    _report(done, clip)


def _report(done: Written, clip: Path) -> None:
    for path in done.paths.values():
        click.echo(os.fsencode(path))
    lines = [f"warning: {finding.sentence}" for finding in done.findings]
    if done.damaged:
        lines.append(f"warning: {done.said_of_damage}")
    if done.missing:
        lines.append(
            f"warning: {clip.name} ends {done.missing} frames before it says: it may be cut off"
        )
    if done.kept:
        lines.append(f"{done.kept} frames were there already, {done.frames} are new")
    for line in lines:
        click.echo(f"bgmatting: {line}", err=True)
