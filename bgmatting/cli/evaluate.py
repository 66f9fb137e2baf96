"""`bgmatting evaluate`: measure weights on pairs whose matte is known."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import click

from .options import PRECISIONS, Size, device_option, force_download_option

if TYPE_CHECKING:
    from ..evaluation import EvaluationSet, Protocol, Results
    from ..evaluation.sheet import ContactSheets
    from ..imaging import Matter

PROTOCOLS = ("default", "trimap", "video", "video-hd")  # as in evaluation/protocols.py


@click.command()
@click.argument("weights")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--size",
    type=Size(),
    metavar="N|auto|native",
    default="auto",
    show_default=True,
    help="Working size: the long side in pixels at which the network sees the photos. "
    "auto: what the weights were made for.",
)
@click.option(
    "--protocol",
    type=click.Choice(PROTOCOLS),
    default="default",
    show_default=True,
    help="What is measured, of which pixels, at which resolution. trimap: as in the paper of "
    "BackgroundMattingV2, the unknown region only. video, video-hd: as in that of "
    "RobustVideoMatting, at 512x288 or 1920x1080.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write report.json, report.txt and a contact sheet per condition to this folder.",
)
@device_option
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="float32",
    show_default=True,
    help="Number format of the network: float32 measures the same on every machine; auto is what "
    "mattes are made with on this one.",
)
@click.option(
    "--align/--no-align",
    default=True,
    show_default=True,
    help="Make backgrounds fit first, as users get it; else the network meets them as they are.",
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    show_default=True,
    help="Measure a difference keyer and an alpha of zero as well.",
)
@force_download_option
@click.option("--overwrite", is_flag=True, help="Replace a report that exists already.")
def evaluate(
    weights: str,
    dataset: Path,
    protocol: str,
    size: str | int,
    out: Path | None,
    device: str,
    precision: str,
    align: bool,
    baselines: bool,
    force_download: bool,
    overwrite: bool,
) -> None:
    """Measure weights against known mattes.

    WEIGHTS is a folder (config.json, model.safetensors), a Hub repository (owner/name) or a
    backbone's name. DATASET is a folder with an index.json, a list such as ["clean/anna",
    "drift/anna"], and in each folder named there src, bgr, pha and fgr: source, background, true
    alpha and true foreground, as .png, .webp or .jpg, all of one size. The first part of a name
    is the condition; means are given for each and over all. A sample may have a trimap too, for
    the protocol of that name; otherwise one is made from the true alpha.

    The table goes to stdout, all else to stderr.

    \b
    Examples:
      bgmatting evaluate mobilenetv2 eval/composites
      bgmatting evaluate ./weights/resnet50 eval/composites --out report
      bgmatting evaluate alice/bgmatting-resnet50 eval/hd --size 1024 --no-baselines
      bgmatting evaluate resnet50 photomatte85 --protocol trimap
      bgmatting evaluate resnet50 clips --protocol video --size native --no-align
    """
    # Imported here, so that --help doesn't wait for them.
    from ..evaluation import PROTOCOLS, EvaluationSet, matter_predictor, report
    from ..evaluation.measures import legend
    from ..evaluation.predictors import BASELINES
    from ..evaluation.sheet import ContactSheets

    pairs, way = EvaluationSet(dataset), PROTOCOLS[protocol]
    sizes = Counter(way.measured_size(size) for size in pairs.sizes.values())
    if out is not None and not overwrite:
        report.check_free(report.report_paths(out, pairs.conditions))
    matter = _matter(weights, device, precision, force_download)
    working_size = None if size == "native" else size
    sheets = ContactSheets() if out is not None else None
    name = _name(weights)
    predict = matter_predictor(matter, working_size, align=align)
    results = [_run(predict, pairs, name, way, sheets)]
    if baselines:
        results += [_run(predict, pairs, method, way) for method, predict in BASELINES.items()]

    facts = _facts(name, matter, sizes, size) | {
        "dataset": pairs.name, "align": align, "region": way.region(pairs),
    }  # fmt: skip
    text = "\n\n".join(
        (_heading(facts, results[0]), report.table(results), fill(legend(way.measures), 100))
    )
    click.echo(text)
    if out is not None and sheets is not None:
        title = f"{name}   {pairs.name}   {protocol}   working size {facts['working_size']}"
        written = report.write_report(
            out, report.to_json(results, facts), text, sheets.images(title)
        )
        for path in written:
            click.echo(f"wrote {path}", err=True)


def _matter(weights: str, device: str, precision: str, force_download: bool) -> Matter:
    from ..imaging import Matter

    # Figures are torch's, whatever else is installed.
    return Matter.from_pretrained(
        weights, device=device, dtype=precision, engine="torch", force_download=force_download
    )


def _run(
    predict: Any,
    pairs: EvaluationSet,
    method: str,
    protocol: Protocol,
    sheets: ContactSheets | None = None,
) -> Results:
    from tqdm import tqdm

    from ..evaluation import evaluate as run

    # disable=None: no bar where stderr is no terminal.
    with tqdm(total=len(pairs), desc=method, unit="pair", disable=None, leave=False) as bar:
        return run(
            predict,
            pairs,
            method=method,
            protocol=protocol,
            progress=lambda done, name: bar.update(),
            observe=None if sheets is None else sheets.add,
        )


def _name(weights: str) -> str:
    """What to call the weights in a report: a folder by its own name, wherever it lies."""
    return Path(weights).resolve().name if Path(weights).is_dir() else weights


def _facts(
    called: str, matter: Matter, photos: Counter[tuple[int, int]], size: str | int
) -> dict[str, Any]:
    """What to say of a run; `photos`: (width, height) -> how many are matted at that size."""
    from .. import __version__
    from ..imaging.resampling import network_size

    sizes: dict[str | int, int | None] = {"auto": matter.working_size, "native": None}
    long_side = sizes[size] if isinstance(size, str) else size
    # Small photos are not enlarged to just any size, so say at which they were seen.
    seen: Counter[str] = Counter()
    for photo, count in photos.items():
        seen["{}x{}".format(*network_size(photo, long_side))] += count
    return {
        "weights": called,
        "backbone": matter.backbone,
        "working_size": long_side or "native",
        "network_sizes": dict(seen.most_common()),
        "device": str(matter.device),
        "precision": str(matter.dtype).removeprefix("torch."),
        "bgmatting": __version__,
    }


def _heading(facts: dict[str, Any], results: Results) -> str:
    from ..evaluation.report import resolutions

    sizes = ", ".join(f"{count} of {size}" for size, count in resolutions(results.samples).items())
    return (
        f"{facts['weights']} ({facts['backbone']}) on {facts['dataset']}: "
        f"{len(results.samples)} samples ({sizes}), {facts['region']}, "
        f"protocol {results.protocol.name} ({results.protocol.origin}), "
        f"working size {facts['working_size']} "
        f"(the network saw {', '.join(facts['network_sizes'])}), "
        f"{'aligned' if facts['align'] else 'not aligned'}, "
        f"{facts['device']}, {facts['precision']}, bgmatting {facts['bgmatting']}"
    )
