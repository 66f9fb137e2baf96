"""Plans: the same of every process and at every resumption, and samples of each one's own."""

from __future__ import annotations

from pathlib import Path

import torch

from bgmatting.training.config import TrainingConfig
from bgmatting.training.planning import Planner, pairs_for_statistics
from bgmatting.training.schedule import Schedule, Stage, parse_stages
from bgmatting.training.synthesis.samples import Draw

COURSE = Schedule(samples=40, stages=parse_stages("32:0.5,48:1"), batch=4)


def form(draws: list[Draw]) -> tuple[int, tuple[int, int]]:
    """How many samples, and the shape of all."""
    (shape,) = {draw.shape for draw in draws}
    return len(draws), shape


def test_a_steps_form_depends_on_neither_workers_nor_pauses() -> None:
    """Plans are made ahead of the steps, by more of them the more workers there are."""
    whole, ahead = Planner(COURSE, 5, 0, 1), Planner(COURSE, 5, 0, 1)
    forms = []
    for step in range(10):  # each when the step before is done
        whole.progress = step / 10
        forms.append(form(whole.plan(step)))
    assert [form(ahead.plan(step)) for step in range(10)] == forms  # all at once
    done = sum(count for count, _ in forms[:4])
    resumed = Planner(COURSE, 5, 0, 1, samples=done)
    assert [form(resumed.plan(step)) for step in range(4, 10)] == forms[4:]
    assert {max(shape) > 40 for _, shape in forms} == {True, False}  # both stages are among them


def test_processes_plan_the_same_form_out_of_other_samples() -> None:
    alone, one, other = Planner(COURSE, 5, 0, 1), Planner(COURSE, 5, 0, 2), Planner(COURSE, 5, 1, 2)
    sides = []
    for step in range(4):
        ours, theirs = one.plan(step), other.plan(step)
        assert form(ours) == form(theirs)
        assert not {draw.key for draw in ours} & {draw.key for draw in theirs}
        sides.append([max(form(draws)[1]) for draws in (ours, alone.plan(step))])
    # Two processes are through the first stage in half as many steps as one.
    assert sides[3][0] > 40 > sides[3][1]


def test_statistics_are_of_the_last_stage_and_the_same_each_time() -> None:
    schedule = Schedule(stages=(Stage(0.5, 32), Stage(1, 40)))
    config = TrainingConfig("mobilenetv2", Path("run"), schedule=schedule, workers=0, statistics=2)
    pairs, again = (list(pairs_for_statistics(config, torch.device("cpu"))) for _ in range(2))
    assert len(pairs) == 2
    assert all(pair.src.shape == (4, 3, 40, 40) for pair in pairs)
    assert not torch.equal(pairs[0].src, pairs[1].src)
    for pair, same in zip(pairs, again, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(pair, same, strict=True))
