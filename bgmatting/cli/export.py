"""`bgmatting export`: weights into a file for another runtime."""

from __future__ import annotations

from pathlib import Path

import click

from .options import force_download_option


@click.command()
@click.argument("weights")
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT.onnx|OUT.pt2|OUT.xml")
@click.option("--half", is_flag=True, help="Store float16: half the size.")
@click.option("--hidden", is_flag=True, help="Give the hidden features too, as a fourth output.")
@click.option("--overwrite", is_flag=True, help="Replace a file of that name.")
@force_download_option
def export(
    weights: str, out: Path, half: bool, hidden: bool, overwrite: bool, force_download: bool
) -> None:
    """Export the network of WEIGHTS (a backbone's name, a folder, or a Hub repository) to a file
    for another runtime: .onnx for ONNX Runtime and others, .xml for OpenVINO (its weights are in
    the .bin beside it), .pt2 for torch.export.

    It takes src and bgr, of shape batch x 3 x height x width, float32, RGB, 0 to 1, of any size,
    and gives pha, fgr and err. It is run and compared with torch before it is put in place. The
    files written are listed on stdout.

    \b
    Examples:
      bgmatting export mobilenetv2 mobilenetv2.onnx
      bgmatting export ./weights/resnet50 resnet50.xml --half
    """
    from ..export import export_weights

    done = export_weights(
        weights,
        out,
        dtype="float16" if half else "float32",
        hidden=hidden,
        overwrite=overwrite,
        force_download=force_download,
    )
    sizes = ", ".join(f"{width}x{height}" for _, height, width in done.agreement.shapes)
    off = max(done.agreement.largest.values())
    click.echo(
        f"bgmatting: compared with torch at {sizes}: at most {off:.1g} off "
        f"({done.agreement.tolerance:.1g} is allowed)",
        err=True,
    )
    for file in done.files:
        click.echo(file)
