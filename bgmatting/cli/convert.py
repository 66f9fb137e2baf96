"""`bgmatting convert`: a published checkpoint into a weights folder."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    epilog="Example:  bgmatting convert pytorch_mobilenetv2.pth weights/mobilenetv2 --half"
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument("out_dir", type=click.Path(path_type=Path))
@click.option(
    "--overwrite",
    is_flag=True,
    help="Allow that OUT_DIR exists: its weights are replaced; a hand-written card and other "
    "files stay.",
)
@click.option("--half", is_flag=True, help="Store float16: half the size.")
def convert(checkpoint: Path, out_dir: Path, overwrite: bool, half: bool) -> None:
    """Turn a published BackgroundMattingV2 checkpoint (CHECKPOINT, a .pth file) into the folder
    OUT_DIR that the other commands take.

    The backbone is recognised. Nothing in the file is run, and entries of the second stage
    (refiner.*) are left out. The result is loaded again and compared before it is put in place.
    """
    import torch

    from ..weights.convert import convert as convert_checkpoint

    result = convert_checkpoint(
        checkpoint, out_dir, overwrite=overwrite, dtype=torch.float16 if half else torch.float32
    )
    click.echo(
        f"{result.backbone}: {result.entries} entries converted, "
        f"{result.left_out} of the refiner left out",
        err=True,
    )
    if result.card_kept:
        click.echo(f"kept the hand-written {result.folder / 'README.md'}", err=True)
    click.echo(result.folder)
