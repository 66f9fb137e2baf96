"""`bgmatting card`: measure weights and write their model card."""

from __future__ import annotations

from pathlib import Path

import click

from .options import device_option

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

DATA = (
    "What they were trained on: a JSON list of parts, each with what, licence (null: none stated) "
    "and source; or Markdown."
)
EPILOG = """\b
Example:
  bgmatting card weights/mobilenetv2 eval/composites eval/hd \\
      --source "Trained by bgmatting train in a day." --data "$(cat data.json)"
"""


@click.command(epilog=EPILOG)
@click.argument("folder", type=FOLDER)
@click.argument("datasets", nargs=-1, required=True, type=FOLDER, metavar="DATASET...")
@click.option("--source", help="A sentence on where the weights come from.")
@click.option("--data", help=DATA)
@device_option
def card(
    folder: Path, datasets: tuple[Path, ...], source: str | None, data: str | None, device: str
) -> None:
    """Measure the weights in FOLDER and write their model card.

    On each DATASET ('bgmatting evaluate --help' says what that is) the weights are measured as
    users get them (but in float32 on every machine), once more without aligning, and beside a
    keyer. The figures go to metrics.json
    and, with the rest that is known of the weights, to README.md. Without --source and --data a
    card that is there keeps what it says of both; one that somebody wrote by hand is left alone.
    """
    if (source is None) != (data is None):
        raise click.UsageError(
            "--source and --data go together: the card is written anew with both"
        )
    from tqdm import tqdm

    from ..evaluation.card import write_measured_card
    from ..hub.card_mark import is_hand_written
    from ..weights.names import CARD_NAME

    if is_hand_written(folder / CARD_NAME):
        click.echo(
            f"bgmatting: {CARD_NAME} was written by hand and stays as it is; move it away to have "
            "one written. Measuring for metrics.json",
            err=True,
        )
    # disable=None: no bar where stderr is no terminal.
    with tqdm(unit="pair", disable=None, leave=False) as bar:
        path = write_measured_card(
            folder, datasets, source=source, data=data, device=device,
            progress=lambda sample: bar.update(),
        )  # fmt: skip
    click.echo(folder / "metrics.json")
    if path is not None:
        click.echo(path)
