from __future__ import annotations

import pytest
import torch

from bgmatting.errors import InputError
from bgmatting.imaging.engines import threads as threads_module
from bgmatting.imaging.engines.threads import resolve_threads, torch_threads


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr(threads_module, "usable_cores", lambda: 4)


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (4, 4), (64, 4)])
def test_never_more_than_the_cores_given(asked, given):
    assert resolve_threads(asked) == given


@pytest.mark.parametrize(("torch_takes", "given"), [(3, 3), (64, 4)])
def test_by_default_as_torch_but_no_more_than_the_cores(monkeypatch, torch_takes, given):
    monkeypatch.setattr(torch, "get_num_threads", lambda: torch_takes)
    assert resolve_threads(None) == given


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True])
def test_what_is_no_number_of_threads(threads):
    with pytest.raises(InputError, match=r"threads is .*; expected a whole number of at least 1"):
        resolve_threads(threads)


def test_torch_has_its_threads_back_afterwards():
    before = torch.get_num_threads()
    with torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
    with pytest.raises(ZeroDivisionError), torch_threads(before + 1):
        raise ZeroDivisionError
    assert torch.get_num_threads() == before
