"""`bgmatting publish`: weights to the Hub, or what would be uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import BackboneName

if TYPE_CHECKING:
    from ..hub.publishing import Plan

EPILOG = """\b
Examples:
  bgmatting publish                                   show what would be uploaded
  bgmatting publish mobilenetv2 --yes                 upload it
  bgmatting publish --weights out --repo me/mine --private --yes
"""


@click.command(epilog=EPILOG)
@click.argument("backbones", nargs=-1, type=BackboneName(), metavar="[BACKBONE]...")
@click.option(
    "--weights",
    "folder",
    type=click.Path(path_type=Path),
    help="The folder to publish, in place of the weights that came with the checkout.",
)
@click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="Where to, for one set of weights.  [default: by the backbone, or by BGMATTING_REPO]",
)
@click.option("--private", is_flag=True, help="Make a new repository private.")
@click.option("--replace-card", is_flag=True, help="Replace a model card that the repository has.")
@click.option("--yes", "--no-dry-run", "upload", is_flag=True, help="Upload, not only show.")
def publish(
    backbones: tuple[str, ...],
    folder: Path | None,
    repo: str | None,
    private: bool,
    replace_card: bool,
    upload: bool,
) -> None:
    """Publish weights on the Hub, one repository a backbone.

    Without --yes nothing is uploaded: the weights are checked, and what would go where is listed.
    What is uploaded is what is listed: a file that changes meanwhile is refused, and so is a
    repository that does.
    BACKBONE: whose weights of this checkout; all there are, by default. The account is that of
    'hf auth login' or HF_TOKEN; BGMATTING_REPO (such as alice/bgmatting-{backbone}) says which
    repositories.
    """
    if folder is not None and backbones:
        raise click.UsageError("BACKBONE and --weights exclude each other: give one")
    if repo is not None and folder is None and len(backbones) != 1:
        raise click.UsageError("--repo is for one set of weights: name one BACKBONE or --weights")

    from ..hub.publishing import plan, plan_shipped
    from ..hub.publishing import publish as publish_weights

    if folder is not None:
        plans = [plan(folder, repo, replace_card=replace_card)]
    else:
        plans = plan_shipped(list(backbones), repo, replace_card=replace_card)
    for planned in plans:
        show(planned, upload)
        if upload:
            click.echo(publish_weights(planned, private=True if private else None))
    if not upload:
        click.echo("Nothing was uploaded; --yes uploads.", err=True)


def show(planned: Plan, upload: bool) -> None:
    """The plan: on stdout where it is the result, on stderr where the upload's address is."""
    click.echo(f"{planned.backbone}: {planned.folder} -> {planned.repo_id}", err=upload)
    for file in planned.files:
        note = f"  ({file.note})" if file.note else ""
        click.echo(
            f"  {file.name:<18} {file.size:>12,} bytes  sha256 {file.sha256}{note}", err=upload
        )
    for remark in planned.remarks:
        click.echo(f"  {remark}", err=upload)
