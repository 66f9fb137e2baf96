"""Checkpoints: what cannot be read is told, and what older ones lack is found elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bgmatting.errors import WeightsError
from bgmatting.training.checkpoint import lineage_of, load_checkpoint


def test_resuming_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nothing to resume"):
        load_checkpoint(tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(WeightsError, match="cannot read"):
        load_checkpoint(tmp_path)


def test_one_older_than_lineages_asks_the_weights_it_came_from(ended_from_weights) -> None:
    config, lineage = ended_from_weights.config, ended_from_weights.base.lineage
    state = load_checkpoint(config.out)
    assert lineage_of(state, config) == lineage
    del state["lineage"]
    assert lineage_of(state, config) == ()
    there = replace(config, start=str(ended_from_weights.elsewhere))
    assert lineage_of(state, there) == lineage
