"""Cores are counted as they are given, not as the host has them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bgmatting import cores

Fake = Callable[..., int]


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """counted(membership, {file: text}, cores=8) -> what is found on such a machine."""

    def count(membership: str | None, files: dict[str, str], cores_of_host: int = 8) -> int:
        monkeypatch.setattr(os, "process_cpu_count", lambda: cores_of_host, raising=False)
        hierarchy = tmp_path / "cgroup"
        for name, text in files.items():
            path = hierarchy / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if membership is not None:
            (tmp_path / "membership").write_text(membership)
        return cores.usable_cores(tmp_path / "membership", hierarchy)

    return count


def test_without_groups_the_machine_s_cores_count(counted: Fake) -> None:
    assert counted(None, {}) == 8


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),  # one and a half: two threads have something to do
        ("20000 100000\n", 1),
        ("max 100000\n", 8),
        ("6400000 100000\n", 8),  # more than there are
        ("", 8),
        ("nonsense\n", 8),
        ("200000 0\n", 8),
    ],
)
def test_version_2(counted: Fake, limit: str, expected: int) -> None:
    assert counted("0::/\n", {"cpu.max": limit}) == expected


def test_version_2_a_group_above_may_be_the_tighter(counted: Fake) -> None:
    files = {"a/cpu.max": "300000 100000", "a/b/cpu.max": "500000 100000", "cpu.max": "max 100000"}
    assert counted("0::/a/b\n", files) == 3


@pytest.mark.parametrize("folder", ["cpu,cpuacct", "cpu"])
def test_version_1(counted: Fake, folder: str) -> None:
    files = {
        f"{folder}/box/cpu.cfs_quota_us": "250000\n",
        f"{folder}/box/cpu.cfs_period_us": "100000\n",
        f"{folder}/cpu.cfs_quota_us": "-1\n",
        f"{folder}/cpu.cfs_period_us": "100000\n",
    }
    assert counted("4:memory:/box\n3:cpu,cpuacct:/box\n0::/\n", files) == 3


def test_version_1_a_container_sees_its_own_group_as_the_root(counted: Fake) -> None:
    files = {"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}
    assert counted("3:cpu:/docker/0123\n", files) == 1


def test_a_limit_of_other_groups_is_not_ours(counted: Fake) -> None:
    assert counted("0::/mine\n", {"other/cpu.max": "100000 100000"}) == 8


def test_what_is_no_list_of_groups(counted: Fake) -> None:
    assert counted("one\n::\n\n0::relative/../..\n", {}) == 8


def test_affinity_counts_where_python_says_nothing_better(
    counted: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(None, {})
    monkeypatch.delattr(os, "process_cpu_count")
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 3, 5}, raising=False)
    assert cores.usable_cores(Path("/nowhere"), Path("/nowhere")) == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores.usable_cores(Path("/nowhere"), Path("/nowhere")) == 1


def test_this_machine() -> None:
    assert 1 <= cores.usable_cores() <= (os.cpu_count() or 1)
