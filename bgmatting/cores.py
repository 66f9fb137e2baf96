"""How many cores this process may use: of the machine, as far as they are given to it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

MEMBERSHIP = Path("/proc/self/cgroup")  # which groups this process is in
HIERARCHY = Path("/sys/fs/cgroup")  # where the groups' limits are


def usable_cores(membership: Path = MEMBERSHIP, hierarchy: Path = HIERARCHY) -> int:
    """The cores that this process may keep busy, at least 1.

    Those that it may be scheduled on, and no more than the processor time that its control groups
    (a container's limit, version 2 or 1) allow, rounded up: a host of 64 cores of which a container
    is given 1.5 counts as 2.

    Args:
        membership, hierarchy: where Linux says so; elsewhere neither is there.
    """
    limits = [math.ceil(quota) for quota in _quotas(membership, hierarchy)]
    return max(1, min([_schedulable(), *limits]))


def _schedulable() -> int:
    """Cores that the process may be put on, whatever time it is given there."""
    count = getattr(os, "process_cpu_count", None)  # from Python 3.13
    if count is not None:
        return count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(membership: Path, hierarchy: Path) -> Iterator[float]:
    """Limits in cores, of the process's groups and of all above them."""
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:  # number:controllers:path
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers == "":
            roots, read = [hierarchy, hierarchy / "unified"], _quota_v2
        elif "cpu" in controllers.split(","):
            roots, read = [hierarchy / controllers, hierarchy / "cpu"], _quota_v1
        else:
            continue
        group = PurePosixPath("/" + path.lstrip("/"))
        # In a container the path may be the host's, and the container's own group be the root.
        for folder in (group, *group.parents):
            for root in roots:
                quota = read(root / folder.relative_to("/"))
                if quota is not None:
                    yield quota


def _quota_v2(folder: Path) -> float | None:
    numbers = _numbers(folder / "cpu.max")  # "max 100000" where there is no limit
    return _ratio(*numbers) if numbers is not None and len(numbers) == 2 else None


def _quota_v1(folder: Path) -> float | None:
    quota = _numbers(folder / "cpu.cfs_quota_us")  # -1 where there is no limit
    period = _numbers(folder / "cpu.cfs_period_us")
    return _ratio(quota[0], period[0]) if quota and period else None


def _ratio(quota: int, period: int) -> float | None:
    return quota / period if quota > 0 and period > 0 else None


def _numbers(file: Path) -> list[int] | None:
    """The numbers in a file; None where it is not there or holds a word."""
    try:
        return [int(word) for word in file.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return None
