"""`-` in place of a file: a photo from standard input, a result to standard output."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ..errors import OutputError, PhotoError

STREAM = "-"
LARGEST = 1 << 30  # bytes taken from standard input: 100 megapixels of 16-bit RGB have 0.6 GB
_NAME = "standard input"  # of the copy's file, since that is how messages call a photo


@contextmanager
def photo_file(name: str) -> Iterator[Path]:
    """The file of a photo; of "-", a copy of standard input, which goes when the block ends.

    Raises:
        PhotoError: there is no such file, or standard input cannot be read or is too long.
    """
    if name != STREAM:
        path = Path(name)
        if not path.exists():
            raise PhotoError(f"there is no photo {path}: check the name and the folder")
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="bgmatting-") as folder:
        copy = Path(folder, _NAME)
        _copy_input(copy)
        yield copy


def _copy_input(path: Path) -> None:
    size = 0
    try:
        if sys.stdin is None:
            raise OSError("it is closed")
        incoming = sys.stdin.buffer
        with path.open("wb") as file:
            while chunk := incoming.read(1 << 20):
                size += len(chunk)
                if size > LARGEST:
                    raise PhotoError(
                        f"standard input has more than {LARGEST >> 20} MB: expected one photo"
                    )
                file.write(chunk)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PhotoError(f"standard input cannot be read: {reason}") from error


def check_input() -> None:
    """Whether a photo may come from standard input.

    Raises:
        click.UsageError: it is a terminal, where nobody can type one.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        raise click.UsageError(
            "standard input is a terminal: with - a photo comes through a pipe or from a file, "
            "as in 'bgmatting cutout - empty-room.jpg < portrait.jpg'"
        )


def check_output() -> None:
    """Whether a picture may go to standard output.

    Raises:
        click.UsageError: it is a terminal, which pictures put out of order.
    """
    if sys.stdout is not None and sys.stdout.isatty():
        raise click.UsageError(
            "standard output is a terminal, and the cut-out is binary: give a file with "
            "-o OUT.png, or pipe it into another program"
        )


def write_output(content: bytes | memoryview) -> None:
    """A whole file to standard output.

    Raises:
        OutputError: it cannot be written.
        BrokenPipeError: nobody reads it.
    """
    try:
        if sys.stdout is None:
            raise OSError("it is closed")
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"standard output cannot be written: {reason}") from error
