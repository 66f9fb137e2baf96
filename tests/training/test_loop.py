"""The loop: a run writes its record, stops and goes on exactly, and is not overwritten."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bgmatting.errors import InputError, OutputError
from bgmatting.files import alone_in
from bgmatting.training.config import TrainingConfig
from bgmatting.training.export import export
from bgmatting.training.loop import Trainer
from bgmatting.training.schedule import Schedule
from bgmatting.weights.matting_base import MattingBase

MakeConfig = Callable[..., TrainingConfig]


def assert_same_weights(one: torch.nn.Module, other: torch.nn.Module) -> None:
    for (name, a), b in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def stopped_after(steps: int, config: TrainingConfig) -> Trainer:
    """A run that ended early, as if its schedule did."""
    trainer = Trainer.fresh(config, quiet=True)
    progress = trainer._progress
    trainer._progress = lambda: 1.0 if trainer.step == steps else progress()  # type: ignore[method-assign]
    trainer.run()
    assert trainer.step == steps
    return trainer


def test_a_run_changes_the_weights_and_writes_its_record(ended) -> None:
    before, after = ended.before, ended.trainer.learner.network.state_dict()
    assert not torch.equal(before["decoder.conv4.weight"][:5], after["decoder.conv4.weight"][:5])
    # Nothing trains the hidden channels, and nothing may wear them away either.
    assert torch.equal(before["decoder.conv4.weight"][5:], after["decoder.conv4.weight"][5:])
    assert ended.trainer.samples == 16
    out = ended.config.out
    record = [json.loads(line) for line in (out / "history.jsonl").read_text().splitlines()]
    assert record == ended.trainer.history
    assert [entry["step"] for entry in record] == [2, 4]
    assert record[-1]["validation_drawn_clean"] > 0
    assert record[-1]["validation_drawn_disturbed_fractional"] > 0
    assert list((out / "tensorboard").iterdir())


@pytest.mark.parametrize("pause", [1, 3])
def test_resuming_repeats_the_run_exactly(
    tmp_path: Path, config_in: MakeConfig, ended, pause: int
) -> None:
    """Before its norms are frozen, and after."""
    config = config_in(tmp_path, check_every=100)
    stopped = stopped_after(pause, config)
    resumed = Trainer.resume(config, quiet=True)
    assert resumed.step == pause
    assert resumed.learner.frozen == stopped.learner.frozen == (pause == 3)
    result = resumed.run()
    assert_same_weights(ended.trainer.learner.network, resumed.learner.network)
    assert_same_weights(ended.result, result)


def test_a_run_that_is_stopped_goes_on_exactly_where_it_was(
    tmp_path: Path, config_in: MakeConfig, ended
) -> None:
    heeded = signal.getsignal(signal.SIGTERM)
    stopped = Trainer.fresh(config_in(tmp_path, check_every=100), quiet=True)
    plan = stopped.planner.plan

    def stop_in_the_second_step(step: int) -> list:
        if step == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return plan(step)

    stopped.planner.plan = stop_in_the_second_step  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt, match=r"at step 2; .*--resume"):
        stopped.run()
    assert signal.getsignal(signal.SIGTERM) is heeded
    resumed = Trainer.resume(config_in(tmp_path, check_every=100), quiet=True)
    assert resumed.step == 2
    resumed.run()
    assert_same_weights(ended.trainer.learner.network, resumed.learner.network)


def test_resuming_an_ended_run_adds_nothing_to_its_record(tmp_path: Path, ended) -> None:
    config = ended.copy(tmp_path / "run")
    record = (config.out / "history.jsonl").read_text()
    Trainer.resume(config, quiet=True).run()
    assert (config.out / "history.jsonl").read_text() == record


def test_a_run_is_not_overwritten_unasked(ended) -> None:
    with pytest.raises(OutputError, match="--resume"):
        Trainer.fresh(ended.config, quiet=True)
    with pytest.raises(InputError, match="run of backbone mobilenetv2, not resnet50"):
        Trainer.resume(replace(ended.config, backbone="resnet50"), quiet=True)
    with pytest.raises(InputError, match="run of from None, not mobilenetv2"):
        Trainer.resume(replace(ended.config, start="mobilenetv2"), quiet=True)


def test_two_runs_do_not_share_a_folder(tmp_path: Path, config_in: MakeConfig) -> None:
    trainer = Trainer.fresh(config_in(tmp_path), quiet=True)
    with (
        alone_in(tmp_path),  # as another run does
        pytest.raises(OutputError, match=r"another training is writing to .*: choose"),
    ):
        trainer.run()
    assert list(tmp_path.iterdir()) == []


def test_a_run_from_weights_starts_as_they_are_and_keeps_their_statistics(
    ended_from_weights,
) -> None:
    base, result = ended_from_weights.base.state_dict(), ended_from_weights.result.state_dict()
    for name, value in base.items():
        assert torch.equal(ended_from_weights.before[name], value), name
        if "running" in name:
            assert torch.allclose(result[name], value, atol=1e-6), name
    assert ended_from_weights.trainer.learner.frozen


def test_resuming_does_not_need_what_the_run_started_from(ended_from_weights) -> None:
    config = ended_from_weights.config
    assert not Path(config.start).exists()
    resumed = Trainer.resume(config, quiet=True)
    assert resumed.step == 4
    assert resumed.lineage == ended_from_weights.base.lineage


def test_weights_are_used_at_the_size_of_those_they_come_from(
    tmp_path: Path, ended_from_weights
) -> None:
    config = ended_from_weights.copy(tmp_path / "run")
    resumed = Trainer.resume(config, quiet=True)
    size = resumed.working_size
    folder = export(resumed.run(), config, samples=16, scores=[], working_size=size)
    assert MattingBase.from_pretrained(folder).working_size == 960
    assert Trainer.resume(replace(config, working_size=512), quiet=True).working_size == 512


def test_resuming_with_another_course_says_so(ended, capsys: pytest.CaptureFixture[str]) -> None:
    config = replace(ended.config, schedule=Schedule(samples=16, batch=4, rate=2e-3))
    resumed = Trainer.resume(config)
    said = capsys.readouterr().err
    assert "the run goes on with rate 0.002; it had rate 0.001" in said
    assert "goes on with crops 176:0.6,256:0.9,352:1; it had crops 32:0.5,40:1" in said
    assert "seed" not in said
    assert resumed.journal.running  # the curves' running means go on too
