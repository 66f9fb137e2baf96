"""`bgmatting draw-subjects`: a bank of soft subjects for training."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from tqdm import tqdm

EPILOG = """\b
Examples:
  bgmatting draw-subjects bank/ --count 2000 --people people/
  bgmatting draw-subjects bank/ --count 50 --families hair,fur
  bgmatting train --soft bank/ ...
"""


@click.command("draw-subjects", epilog=EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--count", type=click.IntRange(1), default=1000, show_default=True, help="Pictures in all."
)
@click.option(
    "--side", type=click.IntRange(1), default=512, show_default=True, help="Of each, in pixels."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    help="Processes that draw.  [default: one a core]",
)
@click.option("--families", metavar="LIST", default="", help="Comma-separated.  [default: all]")
@click.option(
    "--people",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="RGBA pictures of people, for hair to grow on.",
)
def draw_subjects(
    out: Path, count: int, side: int, seed: int, workers: int, families: str, people: tuple[Path]
) -> None:
    """Draw soft subjects (hair, fur and the like) into a folder, for `bgmatting train --soft`.

    Each picture is an RGBA PNG of straight colour, OUT/FAMILY/FAMILY-SEED-NUMBER.png. What is
    there already is left alone: run it again to go on where it stopped.
    """
    from ..training.synthesis.families.bank import draw_all, plan

    names = [name.strip() for name in families.split(",") if name.strip()]
    pictures, there = plan(out, count, side=side, seed=seed, families=names, people=people)
    drawn = 0
    try:
        with tqdm(
            total=len(pictures), unit="picture", file=sys.stderr, disable=None, dynamic_ncols=True
        ) as bar:
            for _ in draw_all(pictures, min(workers, max(1, len(pictures)))):
                drawn += 1
                bar.update()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"after {drawn} pictures; the same command goes on from there"
        ) from None
    click.echo(f"bgmatting: {drawn} drawn, {there} there already", err=True)
    click.echo(out)
