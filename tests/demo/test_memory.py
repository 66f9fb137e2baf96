"""Giving memory back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from bgmatting.demo import memory

CODE = """
import psutil
from bgmatting.demo.memory import give_back

def held():
    return psutil.Process().memory_info().rss / 1e6

before = held()
pieces = [bytearray(100_000) for _ in range(2000)]
last = pieces[-1]  # at the top of the pool: what is below it stays, freed or not
del pieces
freed = held()
give_back()
print(before, freed, held())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep no pools")
def test_what_was_freed_goes_back():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=200)
    before, freed, after = map(float, done.stdout.split())
    assert freed - before > 100  # else there was nothing to give back
    assert after - before < 50


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert memory._find() is None
    monkeypatch.setattr(memory, "_trim", None)
    memory.give_back()
