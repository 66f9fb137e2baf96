"""Other engines' alpha is torch's to a step of 8 bits: evaluation sets, all backbones."""

from __future__ import annotations

import numpy as np
import pytest
from quality import mattes

from bgmatting import Matter, MattingBase, list_backbones
from bgmatting.evaluation import EvaluationSet
from bgmatting.extras import has_modules
from bgmatting.imaging.engines.choosing import ENGINES
from bgmatting.imaging.engines.torch_engine import TorchEngine

STEP = 1 / 255

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(params=["openvino", "onnxruntime"])
def kind(request):
    found = ENGINES[request.param]
    if not has_modules(*found.modules):
        pytest.skip(f"needs the extra {found.extra}")
    return found


@pytest.mark.parametrize("backbone", list_backbones())
def test_the_network_s_alpha(shared, kind, backbone):
    pairs = EvaluationSet(shared / "eval" / "composites")
    network = MattingBase.from_pretrained(backbone)
    engine, torch_engine = kind(network), TorchEngine(network, "cpu", "float32")
    largest = 0.0
    for name in pairs.names:
        sample = pairs.load(name)
        photos = sample.source, sample.background
        off = np.abs(engine(*photos)[0] - torch_engine(*photos)[0])
        largest = max(largest, float(off.max()))
    print(f"{backbone} by {kind.name}: {largest * 255:.4f}/255 on {len(pairs)} pairs")
    assert largest < STEP


def test_the_matte_at_full_size(kind):
    """By the whole pipeline, which decides by what the network said."""
    pairs = EvaluationSet(mattes.COMPOSITES)
    ours, torch_s = (
        Matter.from_pretrained("mobilenetv2", device="cpu", dtype="float32", engine=engine)
        for engine in (kind.name, "torch")
    )
    for name in pairs.names:
        sample = pairs.load(name)
        photos = sample.source, sample.background
        assert np.abs(ours(*photos).alpha - torch_s(*photos).alpha).max() < STEP, name
