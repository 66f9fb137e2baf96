"""Where training starts: from weights, from a teacher, or from an encoder trained on photos."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ...errors import InputError, WeightsError
from ...model import MattingNetwork
from ...weights.lineage import Run
from ...weights.matting_base import MattingBase
from ..config import TrainingConfig
from ..synthesis.capture import Pair
from ..synthesis.samples import Draw, batches, photograph
from ..synthesis.settings import CaptureConfig
from .growing import GROWN, TEACHER, deepen, grow


@dataclass(frozen=True)
class Settings:
    """How an encoder of photos is taken over, and what starts are fitted on.

    Attributes:
        mean, std: of the input, RGB, 0..1, that ImageNet encoders expect; from torchvision.
        plate_share: the plate's half of the first convolution, as a multiple of the source's;
            chosen by eye.
        fitting_side: pixels, of the pairs that a grown encoder is fitted on; chosen by eye.
        settling: how many pairs the batch norms of an encoder are settled on; chosen by eye.
        settling_side: pixels, of these; what ImageNet encoders were trained at.
        seed: of all these pairs; any will do.
    """

    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    plate_share: float = -0.3
    fitting_side: int = 192
    settling: int = 16
    settling_side: int = 224
    seed: int = 3


SETTINGS = Settings()

UNUSED = ("features.18.", "classifier.", "fc.")  # classification layers that the encoder lacks


class Start(NamedTuple):
    """What a run starts from.

    Attributes:
        network: what trains.
        example: the encoder that it is to imitate, if any.
        working_size: of the weights it comes from, which its own are to be used at; None: it comes
            from none.
        lineage: the runs behind those weights, oldest first.
    """

    network: MattingNetwork
    example: nn.Module | None
    working_size: int | None
    lineage: tuple[Run, ...] = ()


def starting_point(config: TrainingConfig, *, fresh: bool = True) -> Start:
    """What a run starts from.

    Args:
        config: of the run.
        fresh: False: the run goes on from a checkpoint, and only the network's form is wanted.

    Raises:
        WeightsError: what the run is to start from cannot be read.
        InputError: or it does not fit the backbone.
    """
    if config.teacher:
        base = MattingBase.from_pretrained(config.teacher)
        _check_teacher(config, base.backbone_name)
        teacher = _bare(base)
        pair = _some_pairs(config, config.fitting, SETTINGS.fitting_side) if fresh else None
        x = None if pair is None else torch.cat([pair.src, pair.bgr], 1)  # B, 6, H, W
        grown = grow(teacher, config.backbone, x)
        return Start(grown, teacher.backbone, base.working_size, base.lineage)
    network = MattingNetwork(config.backbone)
    if not fresh:
        return Start(network, None, None)
    if config.start:
        base = MattingBase.from_pretrained(config.start)
        deepen(_bare(base), network)
        return Start(network, None, base.working_size, base.lineage)
    if config.encoder:
        load_encoder(network, config.encoder)
        if config.folders.backgrounds:
            pair = _some_pairs(config, SETTINGS.settling, SETTINGS.settling_side)
            settle_batch_norm(network, pair.src, pair.bgr)
    return Start(network, None, None)


def _some_pairs(config: TrainingConfig, count: int, side: int) -> Pair:
    """Generated pairs to fit on before training, on the CPU."""
    seed = SETTINGS.seed
    drawn = batches(
        config.folders,
        lambda step: [Draw((seed, step, i), (side, side)) for i in range(count)],
        config=config.generator,
    )
    return photograph(next(drawn), torch.device("cpu"), CaptureConfig(), (seed,))


def _check_teacher(config: TrainingConfig, name: str) -> None:
    """Raise InputError unless a network of the run's backbone can grow out of this one."""
    if name != TEACHER or config.backbone not in GROWN:
        raise InputError(
            f"a {config.backbone} network cannot grow out of {name} weights: --teacher takes "
            f"{TEACHER} weights and makes one of {', '.join(GROWN)} of them; to go on with "
            "weights of the same kind, or of a shallower ResNet, use --from"
        )
    if config.follow_norms > 0:
        raise InputError(
            f"norms is {config.follow_norms} with a teacher; what grows out of one has no "
            "statistics to follow: leave --norms out"
        )


def _bare(base: MattingBase) -> MattingNetwork:
    """The network alone."""
    network = MattingNetwork(base.backbone_name)
    network.load_state_dict(base.state_dict())
    return network


def load_encoder(network: MattingNetwork, file: str | os.PathLike[str]) -> None:
    """Start `network.backbone` from an ImageNet encoder.

    Args:
        network: changed in place; its ASPP and decoder stay as they are.
        file: safetensors with torchvision's key names and three input channels; batch norms may
            be folded away into identity ones, see `settle_batch_norm`.

    Raises:
        WeightsError: the file cannot be read or is not this backbone's.
    """
    try:
        state = {key: value.float() for key, value in load_file(file).items()}
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"cannot read {file} as safetensors: {error}") from error
    state = {key: value for key, value in state.items() if not key.startswith(UNUSED)}
    own = network.backbone.state_dict()
    first = "features.0.0.weight" if "features.0.0.weight" in own else "conv1.weight"
    norm = "features.0.1" if first.startswith("features") else "bn1"
    missing = sorted(k for k in own if k not in state and not k.endswith("num_batches_tracked"))
    extra = sorted(set(state) - set(own))
    if missing or extra:
        raise WeightsError(
            f"{file} is no encoder for this backbone: {len(missing)} entries are missing "
            f"(first {missing[:1]}), {len(extra)} are not known (first {extra[:1]})"
        )
    std = torch.tensor(SETTINGS.std).view(1, 3, 1, 1)
    mean = torch.tensor(SETTINGS.mean).view(1, 3, 1, 1)
    weight = state[first] / std  # out, 3, k, k: takes 0..1 in place of normalised input
    share = SETTINGS.plate_share
    state[first] = torch.cat([weight, share * weight], 1)  # out, 6, k, k
    shift = (weight * mean).sum((1, 2, 3)) * (1 + share)  # what subtracting the mean did
    state[f"{norm}.running_mean"] = state[f"{norm}.running_mean"] + shift
    network.backbone.load_state_dict(state, strict=False)


@torch.no_grad()
def settle_batch_norm(network: MattingNetwork, src: Tensor, bgr: Tensor) -> None:
    """Give each of the encoder's batch norms the statistics of what it sees, function unchanged.

    An encoder whose norms were folded away has identity ones; trained like that they would
    change the function at the first step. Each norm's weight and bias take up what its new mean
    and variance change.
    """

    def settle(norm: nn.BatchNorm2d, inputs: tuple[Tensor]) -> None:
        x = inputs[0]  # B, C, H, W
        old_mean, old_var = norm.running_mean, norm.running_var
        if old_mean is None or old_var is None:  # a norm that keeps no statistics
            return
        mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
        gain = norm.weight / (old_var + norm.eps).sqrt()
        norm.bias.add_((mean - old_mean) * gain)
        norm.weight.copy_(gain * (var + norm.eps).sqrt())
        old_mean.copy_(mean)
        old_var.copy_(var)

    was_training = network.training
    network.eval()
    norms = [m for m in network.backbone.modules() if isinstance(m, nn.BatchNorm2d)]
    handles = [norm.register_forward_pre_hook(settle) for norm in norms]
    try:
        network.backbone(torch.cat([src, bgr], 1))
    finally:
        for handle in handles:
            handle.remove()
        network.train(was_training)
