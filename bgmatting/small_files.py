"""Files read only after a look at what they are and how large: a sentence instead of a wait."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

from .errors import BgmattingError

LARGEST_TEXT = 10_000_000  # bytes; the largest index of shards or table of figures has thousands


def check_readable(path: Path, error: type[BgmattingError], largest: int | None = None) -> int:
    """The size in bytes of a file that may be read: pipes and devices may never end.

    Args:
        path: of the file.
        error: what to raise.
        largest: bytes; None: as large as may be.

    Raises:
        error: it is not there, no regular file, or too large; the message names it.
    """
    try:
        facts = path.stat()
    except (OSError, ValueError) as failed:  # ValueError: a null byte in the name
        reason = getattr(failed, "strerror", None) or str(failed)
        raise error(f"cannot read {path}: {reason}") from failed
    if not stat.S_ISREG(facts.st_mode):
        kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "a pipe or device"
        raise error(f"{path} is {kind}; a regular file is expected")
    if largest is not None and facts.st_size > largest:
        raise error(
            f"{path} has {facts.st_size:,} bytes; at most {largest:,} are expected of such a file"
        )
    return facts.st_size


def read_bytes(path: Path, error: type[BgmattingError], largest: int = LARGEST_TEXT) -> bytes:
    """A small file's content.

    Args:
        path, error, largest: as for `check_readable`.

    Raises:
        error: as `check_readable`.
    """
    size = check_readable(path, error, largest)
    try:
        with path.open("rb") as file:
            return file.read(size)  # no more, should it have grown
    except OSError as failed:
        raise error(f"cannot read {path}: {failed.strerror or failed}") from failed


def read_text(
    path: Path, error: type[BgmattingError], largest: int = LARGEST_TEXT, *, strict: bool = True
) -> str:
    """A text file's content, UTF-8.

    Args:
        path, error, largest: as for `check_readable`.
        strict: False replaces what is not UTF-8.

    Raises:
        error: as `check_readable`, or it is not UTF-8.
    """
    content = read_bytes(path, error, largest)
    try:
        # Newlines as Python's own reading of texts has them.
        return io.TextIOWrapper(
            io.BytesIO(content), encoding="utf-8", errors="strict" if strict else "replace"
        ).read()
    except UnicodeDecodeError as failed:
        raise error(f"{path} is not a text in UTF-8 ({failed})") from failed


def read_json(path: Path, error: type[BgmattingError], largest: int = LARGEST_TEXT) -> Any:
    """What a JSON file holds.

    Args:
        path, error, largest: as for `check_readable`.

    Raises:
        error: as `read_text`, or it is not JSON.
    """
    text = read_text(path, error, largest)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as failed:
        raise error(f"{path} is not JSON ({failed})") from failed
