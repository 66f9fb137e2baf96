"""What is read is looked at first: what it is, and how large."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bgmatting.demo.backbones import _quality
from bgmatting.errors import BgmattingError, InputError, WeightsError
from bgmatting.evaluation.dataset import EvaluationSet
from bgmatting.hub.card_mark import read_card
from bgmatting.hub.card_metrics import rows_of
from bgmatting.small_files import read_bytes, read_json, read_text
from bgmatting.weights.files import read_config
from bgmatting.weights.lineage import read_lineage
from bgmatting.weights.tensor_files import read_index, read_weights

READERS: dict[str, Callable[[Path], Any]] = {
    "config.json": read_config,
    "lineage.json": read_lineage,
    "README.md": read_card,
    "metrics.json": rows_of,
    "model.safetensors.index.json": read_index,
    "index.json": lambda path: EvaluationSet(path.parent),
}


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_mostly_hole(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b"{}")
        file.truncate(20_000_000_000)
    with pytest.raises(BgmattingError, match="has 20,000,000,000 bytes; at most 10,000,000"):
        READERS[name](path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("name", [name for name in READERS if name != "index.json"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(BgmattingError, match="is a pipe or device; a regular file is expected"):
        READERS[name](tmp_path / name)


def test_figures_that_are_too_many_are_left_out_of_the_page(tmp_path: Path) -> None:
    with (tmp_path / "metrics.json").open("wb") as file:
        file.truncate(20_000_000_000)
    assert _quality(tmp_path, "mobilenetv2") == []


def test_weights_whose_header_is_longer_than_any(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with path.open("wb") as file:
        file.write((90_000_000).to_bytes(8, "little"))
        file.truncate(100_000_000)
    with pytest.raises(WeightsError, match="in 90,000,000 bytes; at most 10,000,000 are expected"):
        read_weights(tmp_path)


def test_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'["\xc3\xa4",\r\n1]')
    assert read_json(path, InputError) == ["ä", 1]
    assert read_text(path, InputError) == '["ä",\n1]'
    assert read_bytes(path, InputError) == path.read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'"\xff"', "is not a text in UTF-8"),
        (json.dumps("x" * 200).encode(), "has 202 bytes; at most 100"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as raised:
        read_json(path, InputError, 100 if len(content) == 202 else 1_000_000)
    assert str(path) in str(raised.value)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read .*a\.json: No such file"):
        read_json(tmp_path / "a.json", WeightsError)
    with pytest.raises(WeightsError, match="is a folder; a regular file is expected"):
        read_json(tmp_path, WeightsError)
    with pytest.raises(WeightsError, match="cannot read"):
        read_json(tmp_path / "a\0b", WeightsError)
