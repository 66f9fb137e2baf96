"""The backbones as tests are run over them."""

from __future__ import annotations

import pytest

from bgmatting.model import BACKBONES

# The deepest one's 60 million numbers take long to draw and to store, and hold little that the
# other ResNet does not show.
DEEPEST_SLOW = [
    pytest.param(name, marks=pytest.mark.slow) if name == "resnet101" else name
    for name in BACKBONES
]
