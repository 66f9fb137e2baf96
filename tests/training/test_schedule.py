"""How long a run lasts and what changes on the way; numbers that make no sense."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bgmatting.errors import InputError
from bgmatting.training.config import TrainingConfig
from bgmatting.training.schedule import Schedule, parse_stages


def test_schedule() -> None:
    schedule = Schedule(samples=100, stages=parse_stages("64:0.5,128:1"), batch=16)
    assert schedule.progress(50, 0) == 0.5
    assert replace(schedule, minutes=10.0).progress(0, 5) == 0.5
    assert schedule.learning_rate(0, 0) < schedule.learning_rate(10, 0)
    assert schedule.learning_rate(1000, 0.9) < schedule.learning_rate(1000, 0.5)
    shapes = [schedule.crop(0.2, np.random.default_rng(i))[1] for i in range(30)]
    assert len(set(shapes)) > 20  # shapes change
    assert all(40 <= h <= 105 and 40 <= w <= 105 for h, w in shapes)
    late = schedule.crop(0.8, np.random.default_rng(0))
    assert late[0] == 4
    small = replace(schedule, batch=2)
    assert [small.crop(p, np.random.default_rng(0))[0] for p in (0.2, 0.8)] == [2, 2]


@pytest.mark.parametrize(
    "wrong", [{"samples": 0}, {"samples": -5}, {"minutes": -1.0}, {"rate": 0.0}, {"batch": 1}]
)
def test_lengths_and_rates_that_make_no_sense_are_refused(wrong: dict) -> None:
    name, value = next(iter(wrong.items()))
    with pytest.raises(InputError, match=f"{name} is {value}; expected"):
        Schedule(**wrong)


@pytest.mark.parametrize("wrong", [{"workers": -1}, {"check_every": 0}, {"working_size": 9}])
def test_numbers_of_a_run_that_make_no_sense_are_refused(wrong: dict) -> None:
    name, value = next(iter(wrong.items()))
    with pytest.raises(InputError, match=f"{name} is {value}; expected"):
        TrainingConfig("mobilenetv2", Path("run"), **wrong)


@pytest.mark.parametrize("text", ["", "64", "64:x", "64:0.5", "8:1", "64:0.9,32:0.5"])
def test_crops_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="crops are"):
        parse_stages(text)
