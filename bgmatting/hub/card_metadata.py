"""A card's front matter: what the Hub reads of it, as its own library writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huggingface_hub import ModelCardData

from ..weights.catalogue import list_backbones
from ..weights.lineage import Run, base_of, licences_of
from ..weights.repositories import is_repo_id, repository
from .card_metrics import TASK, Row, eval_results

ARXIV = "2012.07810"  # of the paper whose network this is
TAGS = (
    "background-matting",
    "image-matting",
    "alpha-matting",
    "background-removal",
    "cutout",
    "pytorch",
    "pytorch_model_hub_mixin",
    "model_hub_mixin",
    f"arxiv:{ARXIV}",
)


def card_data(
    backbone: str,
    name: str,
    licence: str,
    lineage: Sequence[Run] = (),
    rows: Sequence[Row] = (),
    units: Mapping[str, str] | None = None,
) -> ModelCardData:
    """The metadata of a card.

    Beside what the Hub has a word for, `training_data` lists every part of the data that the
    weights and those they grew out of saw, with its licence, null where none is stated.

    Args:
        backbone: a key of `BACKBONES`.
        name: what a reader passes to `from_pretrained`.
        licence: identifier of the weights' licence, as the Hub writes it.
        lineage: the training runs behind the weights, oldest first.
        rows: what was measured, see `card_metrics.eval_results`.
        units: column -> what its figures are scaled by.
    """
    base, relation = base_of(lineage)
    base_model = _repository_of(base)
    results = eval_results(rows, backbone, units)
    data = [
        {"name": part.name, "license": licence_of_part}
        for licence_of_part, parts in licences_of(lineage).items()
        for part in parts
    ]
    return ModelCardData(
        license=licence,
        library_name="bgmatting",
        pipeline_tag=TASK,
        tags=list(TAGS),
        base_model=base_model,
        base_model_relation=(relation or None) if base_model else None,
        training_data=data or None,
        model_name=name.rpartition("/")[2] if results else None,
        eval_results=results or None,
    )


def _repository_of(weights: str) -> str | None:
    """Where weights are on the Hub, by a backbone's name or owner/name."""
    if weights in list_backbones():
        return repository(weights)
    return weights if is_repo_id(weights) else None
