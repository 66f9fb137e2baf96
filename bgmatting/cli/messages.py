"""What is said on stderr."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ..errors import BgmattingError, BgmattingWarning, is_out_of_memory

if TYPE_CHECKING:
    from ..imaging.verdict.report import Report


def explain(error: Exception) -> str:
    """One sentence for an end user: our own errors as they are, others with what to do."""
    if isinstance(error, BgmattingError):
        return str(error)
    if is_out_of_memory(error):
        return "not enough memory: give a smaller --size or --batch, or smaller photos"
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        # What a file system refuses: a folder that is locked, a stick that was pulled out.
        return f"{os.fsdecode(error.filename)} cannot be used: {error.strerror.lower()}"
    said = " ".join(str(error).split()) or "no message"
    return (
        f"unexpected {type(error).__name__}: {said} "
        "(to see where, run it again as 'bgmatting --debug ...')"
    )


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Have this package's warnings said as its errors are, in one line; others as they are."""
    log, handler = logging.getLogger("bgmatting"), _OnStderr(logging.WARNING)
    log.addHandler(handler)
    try:
        with _warnings_on_stderr():
            yield
    finally:
        log.removeHandler(handler)


class _OnStderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        click.echo(f"bgmatting: {record.getMessage()}", err=True)


@contextmanager
def _warnings_on_stderr() -> Iterator[None]:
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(message: Any, category: type[Warning], *args: Any, **kwargs: Any) -> None:
            if issubclass(category, BgmattingWarning):
                click.echo(f"bgmatting: {message}", err=True)
            else:
                others(message, category, *args, **kwargs)

        warnings.showwarning = show
        yield


def report_lines(report: Report, *, notes: bool) -> list[str]:
    """What was found out about a pair, a line each; with `notes`, also what was done about it."""
    lines = [f"warning: {finding.sentence}" for finding in report.findings]
    return [*lines, *(report.notes if notes else ())]


def timing_table(timings: Mapping[str, float]) -> str:
    """Stage -> seconds as lines of text, with each stage's share and the total."""
    total = sum(timings.values())
    width = max(map(len, [*timings, "total"]))
    lines = [
        f"{stage:<{width}}  {seconds:8.3f} s  {seconds / total if total else 0:4.0%}"
        for stage, seconds in timings.items()
    ]
    return "\n".join([*lines, f"{'total':<{width}}  {total:8.3f} s"])
