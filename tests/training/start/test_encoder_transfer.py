"""A ResNet that mattes like its MobileNetV2 teacher before it has trained at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from bgmatting.model import MattingNetwork
from bgmatting.model.backbones import backbone_facts
from bgmatting.training.config import TrainingConfig
from bgmatting.training.start.block_plans import PLANS
from bgmatting.training.start.growing import GROWN, fold, grow, imitation
from bgmatting.training.start.starting_point import starting_point
from bgmatting.training.synthesis.capture import Pair
from bgmatting.training.synthesis.samples import Draw, batches, photograph
from bgmatting.training.synthesis.settings import CaptureConfig
from bgmatting.weights.matting_base import MattingBase


def drawn(config: TrainingConfig, count: int, key: int, side: int = 96) -> Pair:
    layers = next(
        batches(config.folders, lambda step: [Draw((key, i), (side, side)) for i in range(count)])
    )
    return photograph(layers, torch.device("cpu"), CaptureConfig(), (key,))


@pytest.mark.parametrize("backbone", GROWN)
def test_plans_cover_every_bottleneck_and_every_block_in_order(backbone: str) -> None:
    with torch.device("meta"):
        encoder = MattingNetwork(backbone).backbone
    stages = (encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4)
    plan = PLANS[backbone_facts(backbone).bottlenecks]
    assert [len(bottlenecks) for bottlenecks in plan] == [len(stage) for stage in stages]
    blocks = [block for bottlenecks in plan for each in bottlenecks for block in each]
    assert blocks == sorted(blocks)
    assert set(blocks) == set(range(2, 18))  # all that expand


def test_a_fitted_encoder_comes_close_to_its_teachers_features(
    config_in: Callable[..., TrainingConfig],
) -> None:
    """Fitted on a tenth of the pixels of a real run; closer to the teacher on others too."""
    torch.manual_seed(0)
    teacher = MattingNetwork("mobilenetv2").eval()
    teacher.load_state_dict(MattingBase.from_pretrained("mobilenetv2").state_dict())
    config = config_in(Path("unused"))
    fitted_on, others = (drawn(config, *form) for form in ((6, 7, 160), (4, 8, 96)))
    fitted = grow(teacher, "resnet50", torch.cat([fitted_on.src, fitted_on.bgr], 1)).eval()
    x = torch.cat([others.src, others.bgr], 1)
    with torch.no_grad():
        off = imitation(fitted.backbone(x)[1:], teacher.backbone(x)[1:])
    assert off < 0.6  # silence is off by 1, an encoder of random weights by more


@pytest.mark.slow
@pytest.mark.parametrize("backbone", GROWN)
def test_what_grows_mattes_from_the_first_step(
    tmp_path: Path, config_in: Callable[..., TrainingConfig], folders, backbone: str
) -> None:
    config = config_in(
        tmp_path, backbone=backbone, teacher="mobilenetv2", folders=folders, fitting=12
    )
    network, teacher, working_size, _ = starting_point(config)
    assert working_size == 1024  # the teacher's
    assert teacher is not None
    trained = grow(_with(teacher), backbone, None)  # the same network, its encoder random
    pair = drawn(config, 12, 41)
    x = torch.cat([pair.src, pair.bgr], 1)
    with torch.no_grad():
        wanted = teacher.eval()(x)[1:]
        random = imitation(trained.eval().backbone(x)[1:], wanted)
        grown = imitation(network.eval().backbone(x)[1:], wanted)
    assert grown < 0.5 < 0.9 < random
    assert mad(network, pair) < 0.3 * float(pair.pha.mean())  # an empty matte's error
    ordinary = fold(network, backbone).eval()
    assert mad(ordinary, pair) == pytest.approx(mad(network, pair), abs=1e-4)


@torch.no_grad()
def mad(network: MattingNetwork, pair: Pair) -> float:
    pha: Tensor = network.eval().matte(pair.src, pair.bgr)[0]
    return float((pha - pair.pha).abs().mean())


def _with(encoder: torch.nn.Module) -> MattingNetwork:
    network = MattingNetwork("mobilenetv2")
    network.backbone.load_state_dict(encoder.state_dict())
    return network
