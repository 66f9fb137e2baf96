"""`bgmatting train`: make weights from generated pairs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import BackboneName, Number, force_download_option

if TYPE_CHECKING:
    from ..training.config import TrainingConfig
    from ..training.synthesis.settings import AssetFolders

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ABOVE_ZERO = Number(min=0, min_open=True)

EPILOG = """\b
Examples:
  bgmatting train --preview look.png --people people/ --backgrounds photos/
  bgmatting train --backbone mobilenetv2 --out runs/one --minutes 120 \\
      --people people/ --objects objects/ --backgrounds photos/
  bgmatting train --backbone mobilenetv2 --out runs/one --minutes 120 --resume
Over several processes or machines:
  accelerate launch --num_processes 4 -m bgmatting train --backbone resnet50 --out runs/two
  torchrun --nproc-per-node 2 -m bgmatting train --cpu --backbone mobilenetv2 --out runs/three
"""


@click.command(epilog=EPILOG)
@click.option("--backbone", type=BackboneName(), help="Of the network.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of the run.")
@click.option("--people", type=FOLDER, multiple=True, help="RGBA pictures of people.")
@click.option("--objects", type=FOLDER, multiple=True, help="RGBA pictures of anything else.")
@click.option(
    "--soft", type=FOLDER, multiple=True, help="Banks that 'bgmatting draw-subjects' drew."
)
@click.option("--mattes", type=FOLDER, multiple=True, help="Folder with fgr/ and pha/.")
@click.option("--backgrounds", type=FOLDER, multiple=True, help="Photos of scenes.")
@click.option("--textures", type=FOLDER, multiple=True, help="Photos used as surfaces only.")
@click.option("--encoder", type=FILE, help="Start the encoder from this safetensors file.")
# Not "--start": torchrun takes that for the beginning of an option of its own.
@click.option("--from", "start", help="Start from these weights (folder, name or repo id).")
@click.option("--teacher", help="Grow a ResNet out of these MobileNetV2 weights.")
@force_download_option
@click.option("--resume", is_flag=True, help="Go on with the run in --out.")
@click.option(
    "--samples",
    type=click.IntRange(1),
    default=200_000,
    show_default=True,
    help="Length of the run.",
)
@click.option("--minutes", type=ABOVE_ZERO, help="Length of the run in time; --samples is ignored.")
@click.option(
    "--batch",
    type=click.IntRange(2),
    default=8,
    show_default=True,
    help="Samples a step and process; fewer where crops are larger.",
)
@click.option("--crops", help="Crop sides and until when, e.g. 176:0.6,256:0.9,352:1.")
@click.option(
    "--rate", type=ABOVE_ZERO, default=1e-3, show_default=True, help="Peak learning rate."
)
@click.option(
    "--norms", type=Number(0, 1),
    help="Share of the run in which batch norms follow their batches; then they are frozen.  "
    "[default: 0 with --from or --teacher, else 0.3]",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Drawing processes per process.",
)
@click.option("--precision", type=click.Choice(["no", "bf16", "fp16"]), default="no")
@click.option("--cpu", is_flag=True, help="Do not use a GPU.")
@click.option(
    "--check-every",
    type=click.IntRange(1),
    default=250,
    show_default=True,
    help="Steps between checkpoints.",
)
@click.option(
    "--validate",
    type=click.IntRange(1),
    default=48,
    show_default=True,
    help="About how many generated pairs to validate on at each.",
)
@click.option(
    "--working-size",
    type=int,
    help="Long side in pixels at which the network is to see users' photos.  "
    "[default: as the weights started from, else 768]",
)
@click.option(
    "--data", default="",
    help="What the data is and its licences, for the card: a JSON list of parts, or Markdown.",
)  # fmt: skip
@click.option("--measure", type=FOLDER, multiple=True, help="Evaluation set for the card's table.")
@click.option(
    "--preview", type=click.Path(dir_okay=False, path_type=Path),
    help="Only write a contact sheet of generated samples to this PNG: source, background, alpha "
    "and foreground of each.",
)  # fmt: skip
def train(**options: Any) -> None:
    """Train a network on generated pairs of photos with known mattes.

    Works with no pictures at all, better with folders of them. Ends by writing OUT/weights, which
    `--weights` and `from_pretrained` load. Ctrl-C leaves a checkpoint of the last step: the same
    command with --resume goes on from there.
    """
    from ..errors import OutputError
    from ..imaging.photos.writing import save_png
    from ..training.synthesis.preview import preview
    from ..training.synthesis.settings import AssetFolders

    kinds = ("people", "objects", "soft", "mattes", "backgrounds", "textures")
    folders = AssetFolders(**{kind: options[kind] for kind in kinds})
    if options["preview"]:
        path: Path = options["preview"]
        if path.exists():
            raise OutputError(f"{path} is there already; name another file")
        click.echo(save_png(preview(folders, seed=options["seed"]), path))
        return
    for name in ("backbone", "out"):
        if not options[name]:
            raise click.UsageError(f"Missing option '--{name}'.")
    if sum(bool(options[name]) for name in ("encoder", "start", "teacher")) > 1:
        raise click.UsageError(
            "--encoder, --from and --teacher exclude each other: each is a start"
        )
    _run(options, folders)


def _run(options: dict[str, Any], folders: AssetFolders) -> None:
    from ..evaluation import EvaluationSet
    from ..training.config import TrainingConfig
    from ..training.loop import Trainer
    from ..training.schedule import DEFAULT_STAGES, Schedule, parse_stages

    for folder in options["measure"]:
        EvaluationSet(folder)  # what is wrong with it is better said now than after the run
    schedule = Schedule(
        samples=options["samples"], minutes=options["minutes"], batch=options["batch"],
        rate=options["rate"],
        stages=parse_stages(options["crops"]) if options["crops"] else DEFAULT_STAGES,
    )  # fmt: skip
    names = (
        "backbone",
        "out",
        "encoder",
        "start",
        "teacher",
        "seed",
        "workers",
        "precision",
        "cpu",
        "working_size",
    )
    config = TrainingConfig(
        **{name: options[name] for name in names}, folders=folders, schedule=schedule,
        check_every=options["check_every"], validation=options["validate"],
        norms=options["norms"],
    )  # fmt: skip
    _renew(config, options["force_download"])
    trainer = Trainer.resume(config) if options["resume"] else Trainer.fresh(config)
    network = trainer.run()
    if trainer.accelerator.is_main_process:
        from ..training.export import export

        scores = trainer.validation.score(network)
        folder = export(
            network, config, samples=trainer.samples, scores=scores, data=options["data"],
            sets=options["measure"], working_size=trainer.working_size,
            lineage=trainer.lineage,
        )  # fmt: skip
        click.echo(folder)


def _renew(config: TrainingConfig, force_download: bool) -> None:
    """Fetch the weights that the run starts from again, for it to find them on this machine."""
    from ..weights.matting_base import MattingBase

    named = config.start or config.teacher
    if force_download and named:
        MattingBase.from_pretrained(named, force_download=True)
