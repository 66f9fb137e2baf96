"""Messages are one line that terminals and pages show as it is; every kind is offered."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest
import torch

import bgmatting
from bgmatting import errors
from bgmatting.errors import (
    LONGEST_MESSAGE,
    BgmattingError,
    OutOfMemoryError,
    PhotoError,
    is_out_of_memory,
    one_line,
)

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


HUGE = 1 << 50


def _cuda():
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def _mps():
    raise RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)")


@pytest.mark.parametrize(
    "allocate",
    [
        lambda: bytearray(HUGE),
        lambda: np.empty(HUGE, np.uint8),
        lambda: torch.empty(HUGE, dtype=torch.uint8),
        lambda: cv2.resize(np.zeros((9, 9), np.uint8), (1 << 25, 1 << 25)),
        _cuda,
        _mps,
    ],
    ids=["python", "numpy", "torch", "opencv", "cuda", "mps"],
)
def test_a_lack_of_memory_is_known_for_what_it_is(allocate):
    """As the libraries themselves raise it, where that can be had."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        allocate()
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize(
    "error",
    [RuntimeError("a bug"), ValueError("out of memory"), cv2.error("wrong type"), OSError()],
)
def test_other_errors_are_not(error):
    assert not is_out_of_memory(error)


def test_it_is_both_kinds():
    assert issubclass(OutOfMemoryError, MemoryError)
    assert is_out_of_memory(OutOfMemoryError("not enough memory"))


def test_all_are_offered_and_survive_a_change_of_process():
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, BgmattingError)
    ]
    for kind in kinds:
        assert getattr(bgmatting, kind.__name__) is kind
        again = pickle.loads(pickle.dumps(kind("what happened")))
        assert (type(again), str(again)) == (kind, "what happened")


def test_runtimes_beside_torch_have_their_own_words_for_it():
    own = type("RuntimeException", (Exception,), {"__module__": "onnxruntime.capi.state"})
    assert is_out_of_memory(own("Failed to allocate memory for requested buffer"))
    assert is_out_of_memory(RuntimeError("Exception from src/core.cpp: std::bad_alloc"))
    assert not is_out_of_memory(own("invalid graph"))
    assert not is_out_of_memory(ValueError("failed to allocate memory"))
