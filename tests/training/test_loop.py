"""The loop: it learns, resumes exactly, averages rightly, and keeps processes in step."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from bgmatting.errors import InputError, OutputError, TrainingError, WeightsError
from bgmatting.model import MattingNetwork
from bgmatting.training.checkpoint import lineage_of, load_checkpoint
from bgmatting.training.config import TrainingConfig
from bgmatting.training.loop import Trainer
from bgmatting.training.numerics.average import WeightAverage, reestimate_batch_norm
from bgmatting.training.schedule import Schedule, parse_stages
from bgmatting.training.synthesis.capture import Pair

MakeConfig = Callable[..., TrainingConfig]


def random_pair(count: int = 4, side: int = 48) -> Pair:
    src, bgr = torch.rand(count, 3, side, side), torch.rand(count, 3, side, side)
    return Pair(src, bgr, torch.rand(count, 1, side, side), src)


def assert_same_weights(one: torch.nn.Module, other: torch.nn.Module) -> None:
    for (name, a), b in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def test_a_run_changes_the_weights_and_writes_its_record(
    tmp_path: Path, config_in: MakeConfig
) -> None:
    trainer = Trainer.fresh(config_in(tmp_path), quiet=True)
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    trainer.run()
    after = trainer.network.state_dict()
    assert not torch.equal(before["decoder.conv4.weight"][:5], after["decoder.conv4.weight"][:5])
    # Nothing trains the hidden channels, and nothing may wear them away either.
    assert torch.equal(before["decoder.conv4.weight"][5:], after["decoder.conv4.weight"][5:])
    assert trainer.samples == 16
    record = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert record == trainer.history
    assert record[-1]["validation_drawn_clean"] > 0
    assert record[-1]["validation_drawn_disturbed_fractional"] > 0
    assert list((tmp_path / "tensorboard").iterdir())


def test_resuming_repeats_the_run_exactly(tmp_path: Path, config_in: MakeConfig) -> None:
    whole = Trainer.fresh(config_in(tmp_path / "whole"), quiet=True)
    whole.run()
    halves = Trainer.fresh(config_in(tmp_path / "halves"), quiet=True)
    progress = halves._progress
    halves._progress = lambda: 1.0 if halves.step == 2 else progress()  # type: ignore[method-assign]
    halves.run()
    assert halves.step == 2
    resumed = Trainer.resume(config_in(tmp_path / "halves"), quiet=True)
    assert resumed.step == 2
    resumed.run()
    assert_same_weights(whole.network, resumed.network)


def test_a_run_that_is_stopped_goes_on_exactly_where_it_was(
    tmp_path: Path, config_in: MakeConfig
) -> None:
    whole = Trainer.fresh(config_in(tmp_path / "whole", check_every=100), quiet=True)
    whole.run()
    stopped = Trainer.fresh(config_in(tmp_path / "stopped", check_every=100), quiet=True)
    plan = stopped.planner.draws

    def stop_in_the_second_step(step: int) -> list:
        if step == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return plan(step)

    stopped.planner.draws = stop_in_the_second_step  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt, match=r"at step 2; .*--resume"):
        stopped.run()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    resumed = Trainer.resume(config_in(tmp_path / "stopped"), quiet=True)
    assert resumed.step == 2
    resumed.run()
    assert_same_weights(whole.network, resumed.network)


def test_resuming_a_finished_run_adds_nothing_to_its_record(
    tmp_path: Path, config_in: MakeConfig
) -> None:
    Trainer.fresh(config_in(tmp_path), quiet=True).run()
    record = (tmp_path / "history.jsonl").read_text()
    steps = [json.loads(line)["step"] for line in record.splitlines()]
    assert steps == [2, 4]
    Trainer.resume(config_in(tmp_path), quiet=True).run()
    assert (tmp_path / "history.jsonl").read_text() == record


def test_a_run_whose_gradients_are_no_numbers_stops_with_its_weights_whole(
    tmp_path: Path, config_in: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bgmatting.training import loop

    def lost(raw: torch.Tensor, off: torch.Tensor, pair: Pair) -> dict[str, torch.Tensor]:
        return {"total": raw.mean() * torch.nan, "alpha": raw.mean().detach()}

    monkeypatch.setattr(loop, "objective", lost)
    monkeypatch.setattr(loop, "HOPELESS", 3)
    trainer = Trainer.fresh(config_in(tmp_path), quiet=True)
    with pytest.raises(TrainingError, match=r"no numbers, at step 2; .*--rate"):
        trainer.run()
    assert all(torch.isfinite(p).all() for p in trainer.network.parameters())


def test_a_batch_that_goes_wrong_leaves_no_statistics_behind(
    tmp_path: Path, config_in: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bgmatting.training import loop

    trainer = Trainer.fresh(config_in(tmp_path, norms=1.0), quiet=True)
    norm = trainer.network.backbone.features[0][1]
    right = loop.objective

    def wrong_once(raw: torch.Tensor, off: None, pair: Pair) -> dict[str, torch.Tensor]:
        if trainer.step != 1:
            return right(raw, off, pair)
        norm.running_mean.data[0] = torch.nan  # as a batch with such activations leaves it
        return {"total": raw.mean() * torch.nan, "alpha": raw.mean().detach()}

    monkeypatch.setattr(loop, "objective", wrong_once)
    monkeypatch.setattr(loop, "reestimate_batch_norm", lambda network, pairs: None)
    network = trainer.run()
    assert norm.running_mean.isfinite().all()
    assert all(buffer.isfinite().all() for buffer in network.buffers())


def test_a_run_is_not_overwritten_unasked(tmp_path: Path, config_in: MakeConfig) -> None:
    Trainer.fresh(config_in(tmp_path), quiet=True).run()
    with pytest.raises(OutputError, match="--resume"):
        Trainer.fresh(config_in(tmp_path), quiet=True)
    with pytest.raises(InputError, match="run of backbone mobilenetv2, not resnet50"):
        Trainer.resume(config_in(tmp_path, backbone="resnet50"), quiet=True)
    with pytest.raises(InputError, match="run of from None, not mobilenetv2"):
        Trainer.resume(config_in(tmp_path, start="mobilenetv2"), quiet=True)


def test_a_run_can_start_from_weights(tmp_path: Path, config_in: MakeConfig) -> None:
    from bgmatting.weights.matting_base import MattingBase

    base = MattingBase("mobilenetv2")
    base.save_pretrained(tmp_path / "weights")
    config = config_in(tmp_path / "run", start=str(tmp_path / "weights"))
    assert_same_weights(Trainer.fresh(config, quiet=True).network, base)


def test_resuming_does_not_need_what_the_run_started_from(
    tmp_path: Path, config_in: MakeConfig
) -> None:
    from bgmatting.weights.matting_base import MattingBase

    MattingBase("mobilenetv2").save_pretrained(tmp_path / "weights")
    config = config_in(tmp_path / "run", start=str(tmp_path / "weights"))
    Trainer.fresh(config, quiet=True).run()
    (tmp_path / "weights").rename(tmp_path / "elsewhere")
    assert Trainer.resume(config, quiet=True).step == 4


def test_resuming_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nothing to resume"):
        load_checkpoint(tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(WeightsError, match="cannot read"):
        load_checkpoint(tmp_path)


def test_it_learns_one_batch() -> None:
    """A few steps on one batch bring its loss down by far: gradients reach what they should."""
    from bgmatting.training.losses import losses

    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2").train()
    pha = torch.zeros(4, 1, 48, 48)
    pha[:, :, 12:36, 12:36] = 1
    bgr = torch.rand(4, 3, 48, 48) * 0.3
    src = bgr * (1 - pha) + 0.9 * pha
    pair = Pair(src, bgr, pha, src)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    totals = []
    for _ in range(12):
        terms = losses(network.raw(src, bgr, 5), pair)
        optimizer.zero_grad()
        terms["total"].backward()
        optimizer.step()
        totals.append(terms["total"].item())
    assert totals[-1] < 0.6 * totals[0]


def test_the_average_follows_and_its_statistics_are_its_own() -> None:
    torch.manual_seed(0)
    network = MattingNetwork("mobilenetv2")
    average = WeightAverage(network, decay=0.5)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    average.update(network, step=1000)
    first = next(average.network.parameters())
    assert torch.allclose(first + 0.5, next(network.parameters()))
    pairs = [random_pair(), random_pair()]
    seen = [torch.cat([p.src, p.bgr], 1) for p in pairs]
    reestimate_batch_norm(average.network, pairs)
    stem = average.network.backbone.features[0][0]
    expected = torch.stack([stem(x).mean((0, 2, 3)) for x in seen]).mean(0)
    mean = average.network.backbone.features[0][1].running_mean
    assert torch.allclose(mean, expected, atol=1e-4)
    assert not average.network.training


def test_statistics_are_of_all_pairs_together() -> None:
    """Also where batches differ from each other by more than what is in them."""
    network = MattingNetwork("mobilenetv2")
    dark, bright = (Pair(*(part * share for part in random_pair())) for share in (0.2, 1.0))
    reestimate_batch_norm(network, [dark, bright])
    x = torch.cat([torch.cat([p.src, p.bgr], 1) for p in (dark, bright)])
    seen = network.backbone.features[0][0](x)
    norm = network.backbone.features[0][1]
    assert torch.allclose(norm.running_var, seen.var((0, 2, 3), unbiased=False), rtol=1e-3)


def test_a_steps_size_depends_on_neither_workers_nor_pauses(
    tmp_path: Path, config_in: MakeConfig
) -> None:
    """Plans are made ahead of the steps, by more of them the more workers there are."""
    schedule = Schedule(samples=40, stages=parse_stages("32:0.5,48:1"), batch=4, warm_up=2)
    sizes: dict[str, dict[int, tuple[int, int, int]]] = {}

    def planned(name: str, folder: str, **changes: object) -> Trainer:
        config = config_in(tmp_path / folder, schedule=schedule, check_every=2, **changes)
        goes_on = (tmp_path / folder / "checkpoint.pt").exists()
        trainer = (Trainer.resume if goes_on else Trainer.fresh)(config, quiet=True)
        plan, sizes[name] = trainer.planner.draws, {}

        def noting(step: int) -> list:
            draws = plan(step)
            sizes[name][step] = (len(draws), draws[0].height, draws[0].width)
            return draws

        trainer.planner.draws = noting  # type: ignore[method-assign]
        return trainer

    planned("whole", "whole").run()
    ahead = planned("ahead", "ahead")
    for step in range(8):  # all at once, as many workers would have it
        ahead.planner.draws(step)
    first = planned("half", "half")
    progress = first._progress
    first._progress = lambda: 1.0 if first.step == 4 else progress()  # type: ignore[method-assign]
    first.run()
    planned("rest", "half").run()
    for name in ("ahead", "half", "rest"):
        shared = sizes["whole"].keys() & sizes[name].keys()
        assert len(shared) >= 4
        assert all(sizes["whole"][step] == sizes[name][step] for step in shared), name
    assert {size[1] > 40 for size in sizes["whole"].values()} == {True, False}


def test_resuming_with_another_course_says_so(
    tmp_path: Path, config_in: MakeConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    Trainer.fresh(config_in(tmp_path), quiet=True).run()
    config = config_in(tmp_path, schedule=Schedule(samples=16, batch=4, rate=2e-3))
    resumed = Trainer.resume(config)
    said = capsys.readouterr().err
    assert "the run goes on with rate 0.002; it had rate 0.001" in said
    assert "goes on with crops 176:0.6,256:0.9,352:1; it had crops 32:1" in said
    assert "seed" not in said
    assert resumed.journal.running  # the curves' running means go on too


def test_weights_are_used_at_the_size_of_those_they_come_from(
    tmp_path: Path, config_in: MakeConfig
) -> None:
    from bgmatting.training.export import export
    from bgmatting.weights.matting_base import MattingBase

    MattingBase("mobilenetv2", working_size=960).save_pretrained(tmp_path / "weights")
    config = config_in(tmp_path / "run", start=str(tmp_path / "weights"))
    Trainer.fresh(config, quiet=True).run()
    (tmp_path / "weights").rename(tmp_path / "elsewhere")
    resumed = Trainer.resume(config, quiet=True)
    size = resumed.working_size
    folder = export(resumed.run(), config, samples=16, scores=[], working_size=size)
    assert MattingBase.from_pretrained(folder).working_size == 960
    asked = config_in(tmp_path / "run", start=config.start, working_size=512)
    assert Trainer.resume(asked, quiet=True).working_size == 512


def test_a_checkpoint_older_than_lineages_asks_the_weights_it_came_from(
    tmp_path: Path, config_in: MakeConfig
) -> None:
    from bgmatting.weights.lineage import Run
    from bgmatting.weights.matting_base import MattingBase

    base = MattingBase("mobilenetv2")
    base.lineage = (Run("mobilenetv2", 5, "random weights", "Boxes, CC0."),)
    base.save_pretrained(tmp_path / "weights")
    config = config_in(tmp_path / "run", start=str(tmp_path / "weights"))
    Trainer.fresh(config, quiet=True).run()
    state = load_checkpoint(config.out)
    assert lineage_of(state, config) == base.lineage
    (tmp_path / "weights").rename(tmp_path / "elsewhere")
    assert Trainer.resume(config, quiet=True).lineage == base.lineage
    del state["lineage"]
    assert lineage_of(state, config) == ()
    (tmp_path / "elsewhere").rename(tmp_path / "weights")
    assert lineage_of(state, config) == base.lineage
