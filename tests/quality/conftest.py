"""What several of the gate's tests measure once."""

from __future__ import annotations

import pytest
from quality import mattes

from bgmatting import Matter
from bgmatting.evaluation import Results


@pytest.fixture(scope="session")
def mobilenetv2() -> Matter:
    return mattes.shipped("mobilenetv2")


@pytest.fixture(scope="session")
def watched(mobilenetv2: Matter) -> mattes.Watched:
    """The same, which remembers its reports."""
    return mattes.Watched(mobilenetv2)


@pytest.fixture(scope="session")
def measured(watched: mattes.Watched) -> Results:
    """What it scores on all composites; `watched` has a report of each then."""
    return mattes.measure(watched, mattes.composites())
