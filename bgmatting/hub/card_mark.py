"""Whose words a card is: ours, marked and with its facts in it, or somebody's, which stay."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import WeightsError
from ..small_files import read_text
from .older_cards import facts_of_older

_MARK = re.compile(r"\n<!-- written by bgmatting; sha256 of the rest: ([0-9a-f]{64}) -->\n$")
_FACTS = re.compile(r"\n<!-- to render this card again: (\{.*\}) -->\n$")


def marked(text: str, facts: Mapping[str, Any]) -> str:
    """A card as it is written: its text, the facts that it was rendered from, and a mark over both.

    Args:
        text: of the card.
        facts: what `render_card` was told that is in no other file, fit for JSON.
    """
    # Nothing in a fact may end the comment.
    stored = json.dumps(facts, ensure_ascii=False).replace(">", "\\u003e")
    text = f"{text.rstrip()}\n\n<!-- to render this card again: {stored} -->\n"
    return f"{text}\n<!-- written by bgmatting; sha256 of the rest: {_digest(text)} -->\n"


def remembered(text: str) -> dict[str, Any]:
    """The facts that an untouched card was rendered from, as `render_card` takes them.

    Of a card from before cards held them, what its text says; of a hand-written one, none.
    """
    mark = _MARK.search(text)
    if mark is None or not is_untouched(text):
        return {}
    text = text[: mark.start()]
    stored = _FACTS.search(text)
    if stored is None:
        return facts_of_older(text)
    facts = json.loads(stored[1])
    return facts if isinstance(facts, dict) else {}


def is_untouched(text: str) -> bool:
    """Whether a card is ours, as we wrote it; False: somebody's own words are in it."""
    mark = _MARK.search(text)
    return mark is not None and mark[1] == _digest(text[: mark.start()])


def is_hand_written(path: Path) -> bool:
    """Whether there is a card with somebody's own words in it, which nothing replaces.

    Raises:
        WeightsError: it cannot be read.
    """
    return path.exists() and not is_untouched(read_card(path))


def read_card(path: Path) -> str:
    """A card's text; what is not UTF-8 is replaced.

    Raises:
        WeightsError: it cannot be read.
    """
    return read_text(path, WeightsError, strict=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
