"""Messages are one line that terminals and pages show as it is."""

from __future__ import annotations

import pickle

import pytest

from bgmatting import errors
from bgmatting.errors import LONGEST_MESSAGE, BgmattingError, PhotoError, one_line

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, BgmattingError)
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["a\nb", "a\r\nb", "a\x1b[31mb", "a\x00b", "a\u202eb", "a\udcffb", "a\x9bb", "\ta"]
)
def test_names_from_outside_stay_within_their_line(kind, name):
    said = str(kind(f"{name}.jpg is damaged"))
    assert said.isprintable()
    assert said.endswith(".jpg is damaged")


def test_what_can_be_seen_stays():
    said = "Café 写真 🙂 'quoted' <b> \\ 100 %: it stays"
    assert str(PhotoError(said)) == one_line(said) == said


def test_messages_end_somewhere():
    assert len(str(PhotoError("x" * 10**6))) <= LONGEST_MESSAGE + 3


def test_they_travel_between_processes():
    error = pickle.loads(pickle.dumps(PhotoError("a.jpg\nis empty")))
    assert isinstance(error, PhotoError)
    assert str(error) == "a.jpg is empty"
