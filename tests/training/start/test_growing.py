"""Growing: folding and deepening keep the function; imitation pulls features to the teacher's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState

from bgmatting.errors import InputError
from bgmatting.model import MattingNetwork
from bgmatting.training.config import TrainingConfig
from bgmatting.training.learner import Learner
from bgmatting.training.loop import Trainer
from bgmatting.training.numerics.average import reestimate_batch_norm
from bgmatting.training.processes import accelerator
from bgmatting.training.start.growing import deepen, fold, grow, imitation
from bgmatting.training.start.starting_point import Start
from bgmatting.training.synthesis.capture import Pair
from bgmatting.weights.matting_base import MattingBase


def settled(network: MattingNetwork) -> MattingNetwork:
    """With batch-norm statistics of its own, so that no layer is a mere identity."""
    src, bgr = torch.rand(4, 3, 64, 80), torch.rand(4, 3, 64, 80)
    reestimate_batch_norm(network, [Pair(src, bgr, src[:, :1], src)])
    return network.eval()


def test_folding_keeps_the_function() -> None:
    torch.manual_seed(0)
    network = settled(grow(MattingNetwork("mobilenetv2"), "resnet50", None))
    folded = fold(network, "resnet50")
    for shape in ((64, 96), (50, 77)):
        src, bgr = torch.rand(1, 3, *shape), torch.rand(1, 3, *shape)
        with torch.no_grad():
            before, after = network.raw(src, bgr), folded.raw(src, bgr)
        assert torch.allclose(before, after, atol=1e-3 * float(before.abs().max())), shape
        assert before.std() > 1e-3


def test_only_a_mapped_network_folds() -> None:
    with pytest.raises(TypeError, match="no maps"):
        fold(MattingNetwork("mobilenetv2"), "resnet50")


def test_deepening_keeps_the_function() -> None:
    torch.manual_seed(0)
    donor, deeper = settled(MattingNetwork("resnet50")), MattingNetwork("resnet101").eval()
    deepen(donor, deeper)
    src, bgr = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(donor.raw(src, bgr), deeper.raw(src, bgr), atol=1e-5)
    deeper.raw(src, bgr).sum().backward()
    added = deeper.get_parameter("backbone.layer3.22.bn3.weight")
    assert added.grad is not None
    assert added.grad.abs().sum() > 0  # what was added can learn


@pytest.mark.parametrize("other", ["mobilenetv2", "resnet101"])
def test_weights_of_another_kind_are_refused(other: str) -> None:
    with torch.device("meta"):  # no weights: it is the forms that are compared
        donor, network = MattingNetwork(other), MattingNetwork("resnet50")
    with pytest.raises(InputError, match="another kind"):
        deepen(donor, network)


def test_imitation_is_nothing_for_equals_and_one_for_silence() -> None:
    torch.manual_seed(0)
    features = [torch.randn(2, 8, 16, 16), 5 + 3 * torch.randn(2, 4, 8, 8)]
    assert imitation(features, features) == 0
    means = [f.mean((0, 2, 3), keepdim=True).expand_as(f) for f in features]
    assert imitation(means, features).item() == pytest.approx(1, abs=0.02)


def grown(config: TrainingConfig) -> Learner:
    """A learner whose ResNet grows out of MobileNetV2, its encoder left random: that is quick."""
    teacher = MattingNetwork("mobilenetv2")
    start = Start(grow(teacher, "resnet50", None), teacher.backbone, None)
    return Learner(config, accelerator(config), start)


def test_a_network_that_grows_imitates_its_teacher_and_folds(
    tmp_path: Path, config_in: Callable[..., TrainingConfig]
) -> None:
    torch.manual_seed(0)
    learner = grown(config_in(tmp_path, backbone="resnet50", teacher="mobilenetv2"))
    learner.freeze_norms(None)
    src, bgr = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)
    pair = Pair(src, bgr, torch.rand(2, 1, 32, 32), src)
    terms = [learner.learn(pair, 1e-3, step) for step in range(4)]
    assert terms[3]["imitation"] < terms[0]["imitation"]
    (example,) = learner.model.example
    assert not any(parameter.requires_grad for parameter in example.parameters())
    folded = fold(learner.average.network, "resnet50")
    with torch.device("meta"):
        ordinary = MattingNetwork("resnet50")
    assert folded.state_dict().keys() == ordinary.state_dict().keys()


@pytest.mark.slow
def test_a_run_with_a_teacher_gives_an_ordinary_network(
    tmp_path: Path, config_in: Callable[..., TrainingConfig]
) -> None:
    MattingBase("mobilenetv2").save_pretrained(tmp_path / "teacher")
    config = config_in(
        tmp_path / "run", backbone="resnet50", teacher=str(tmp_path / "teacher"), fitting=2
    )
    trainer = Trainer.fresh(config, quiet=True)
    network = trainer.run()
    MattingNetwork("resnet50").load_state_dict(network.state_dict())
    assert all("train_imitation" in entry for entry in trainer.history)
    with pytest.raises(InputError, match="teacher"):
        Trainer.resume(TrainingConfig("resnet50", tmp_path / "run", cpu=True), quiet=True)


@pytest.fixture
def other_precision() -> Iterator[None]:
    """Accelerate holds a process to its first precision; here it may have another."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.mark.usefixtures("other_precision")
def test_the_teacher_too_sees_what_is_finer_than_half_precision(
    tmp_path: Path, config_in: Callable[..., TrainingConfig]
) -> None:
    learner = grown(config_in(tmp_path, backbone="resnet50", precision="bf16"))
    (example,) = learner.model.example
    plain = MattingNetwork("mobilenetv2").backbone.eval()
    plain.load_state_dict(example.state_dict())
    x = torch.rand(1, 6, 32, 32)
    with torch.no_grad(), learner.accelerator.autocast():
        seen, rough = example.features[0](x), plain.features[0](x)
    with torch.no_grad():
        exact = plain.features[0](x).bfloat16()  # but for the rounding of what comes out
    assert torch.equal(seen, exact)
    assert not torch.equal(rough, exact)


@pytest.mark.gpu
def test_a_run_with_a_teacher_ends_on_a_gpu_too(
    tmp_path: Path, config_in: Callable[..., TrainingConfig]
) -> None:
    MattingBase("mobilenetv2").save_pretrained(tmp_path / "teacher")
    config = config_in(
        tmp_path / "run", backbone="resnet50", teacher=str(tmp_path / "teacher"), fitting=2,
        cpu=False,
    )  # fmt: skip
    trainer = Trainer.fresh(config, quiet=True)
    assert trainer.validation.score(trainer.run())


@pytest.mark.parametrize(
    ("backbone", "teacher", "norms", "said"),
    [
        ("resnet101", "resnet50", None, "use --from"),
        ("mobilenetv2", "mobilenetv2", None, "use --from"),
        ("resnet50", "mobilenetv2", 0.5, "leave --norms out"),
    ],
)
def test_what_cannot_grow_is_refused(
    tmp_path: Path, config_in: Callable[..., TrainingConfig], monkeypatch: pytest.MonkeyPatch,
    backbone: str, teacher: str, norms: float | None, said: str,
) -> None:  # fmt: skip
    with torch.device("meta"):  # no weights: it is refused by its name
        base = MattingBase(teacher)
    monkeypatch.setattr(MattingBase, "from_pretrained", lambda name: base)
    config = config_in(tmp_path / "run", backbone=backbone, teacher="a-teacher", norms=norms)
    with pytest.raises(InputError, match=said):
        Trainer.fresh(config, quiet=True)
