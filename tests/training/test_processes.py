"""Several processes of one run: they agree, and stay in step.

Real processes are slow to start: the default tests have stand-ins for what they tell each other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from bgmatting.training import processes

IN_STEP = """
import hashlib, json, sys
from pathlib import Path
from bgmatting.training.config import TrainingConfig
from bgmatting.training.loop import Trainer
from bgmatting.training.schedule import Schedule, Stage
config = TrainingConfig(
    "mobilenetv2", Path(sys.argv[1]), cpu=True, workers=0, check_every=2,  # the last step too
    validation=2, statistics=1,
    schedule=Schedule(samples=32, stages=(Stage(1, 32),), batch=4),
)
trainer = Trainer.fresh(config, quiet=True)
first = trainer.planner.plan(0)[0].key
trainer.run()
digest = hashlib.sha256()
for value in trainer.learner.network.parameters():
    digest.update(value.detach().contiguous().numpy().tobytes())
# A file each: what two processes print may come mixed.
told = [trainer.step, trainer.samples, first, digest.hexdigest()]
Path(sys.argv[2], f"rank-{trainer.rank}.json").write_text(json.dumps(told))
"""


AGREE = """
import json, sys
from pathlib import Path
import torch
from accelerate import Accelerator
from bgmatting.training.processes import agree, share
among = Accelerator(cpu=True)
rank = among.process_index
layer = torch.nn.Linear(1, 1)
torch.nn.init.constant_(layer.weight, rank + 1.0)
share(among, layer)
told = [*agree(among, 0.1 + rank, rank == 1), *agree(among, 0.2, False), float(layer.weight)]
Path(sys.argv[1], f"rank-{rank}.json").write_text(json.dumps(told))
"""


def test_all_do_as_the_first_and_stop_if_anyone_is_asked_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    among: Any = SimpleNamespace(num_processes=3, device="cpu")
    first, last = torch.tensor([[[0.1, 0]], [[0.3, 0]]], dtype=torch.float64)
    monkeypatch.setattr(processes, "gather", lambda mine: torch.cat([first, mine, last]))
    assert processes.agree(among, 0.2, True) == (0.1, True)
    assert processes.agree(among, 0.2, False) == (0.1, False)
    monkeypatch.setattr(processes, "gather", lambda mine: torch.cat([mine, first, last + 1]))
    assert processes.agree(among, 0.2, False) == (0.2, True)


def test_all_get_the_firsts_weights_and_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    among: Any = SimpleNamespace(num_processes=2)
    mine, firsts = (
        torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)) for _ in "ab"
    )
    firsts(torch.rand(8, 2))  # statistics of its own
    sent = iter(firsts.state_dict().values())
    monkeypatch.setattr(processes, "broadcast", lambda value: next(sent))
    processes.share(among, mine)
    for name, value in firsts.state_dict().items():
        assert torch.equal(mine.state_dict()[name], value), name


def test_one_process_alone_asks_nobody() -> None:
    among: Any = SimpleNamespace(num_processes=1)
    layer = nn.Linear(1, 1)
    before = layer.weight.clone()
    processes.share(among, layer)
    assert processes.agree(among, 0.4, True) == (0.4, True)
    assert torch.equal(layer.weight, before)


def in_two_processes(script: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
         "--master-port", "0", "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0",
         str(script), *arguments],
        capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_real_processes_agree_on_the_firsts_progress_and_on_anyones_wish_to_stop(
    tmp_path: Path,
) -> None:
    script = tmp_path / "agree.py"
    script.write_text(AGREE)
    in_two_processes(script, str(tmp_path))
    for rank in (0, 1):
        told = json.loads((tmp_path / f"rank-{rank}.json").read_text())
        assert told == [0.1, True, 0.2, False, 1.0]


@pytest.mark.slow
def test_two_processes_stay_in_step(tmp_path: Path) -> None:
    script = tmp_path / "in_step.py"
    script.write_text(IN_STEP)
    in_two_processes(script, str(tmp_path / "run"), str(tmp_path))
    told = [json.loads((tmp_path / f"rank-{rank}.json").read_text()) for rank in (0, 1)]
    (step0, samples0, first0, weights0), (step1, samples1, first1, weights1) = told
    assert (step0, samples0) == (step1, samples1) == (4, 32)
    assert weights0 == weights1
    assert first0 != first1  # from other samples
