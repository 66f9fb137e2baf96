from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest
import torch

import bgmatting
from bgmatting import errors
from bgmatting.errors import BgmattingError, OutOfMemoryError, is_out_of_memory

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
