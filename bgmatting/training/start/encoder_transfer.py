"""A ResNet encoder that begins with what a trained MobileNetV2 encoder knows.

The two are closer than they look. An inverted residual (1x1 to many channels, 3x3 depthwise, 1x1
back) is a bottleneck whose 3x3 happens to be diagonal, and a ResNet's wide stream has room for
MobileNetV2's narrow one. So each bottleneck takes over the hidden channels that matter most of one
MobileNetV2 block (of two where the ResNet has fewer, a part of one where it has more), and its
1x1 convolutions are fitted by least squares, on generated pairs, to what the teacher has there
(as in He, Zhang and Sun, "Channel Pruning for Accelerating Very Deep Neural Networks", ICCV 2017).
What has gone wrong so far is part of what is fitted, so errors do not add up.

A MobileNetV2 stream is signed, a ResNet's is not: it is carried shifted and scaled, in channels of
its own, one `Slot` for each state that a later bottleneck has to read. A channel of constant 1
makes up for the shift. Channels left over hold random mixtures, to learn with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...model.encoders import MobileNetV2Encoder, ResNetEncoder
from .block_plans import PLANS, Blocks
from .least_squares import least_squares, patches, rows
from .teacher_trace import TeacherTrace


@dataclass(frozen=True)
class Settings:
    """How a stream is carried; chosen by eye.

    Attributes:
        lowest: share of a channel's values that its shift may leave below 0.
        positions: of a state whose values say how to shift and scale it, at most.
    """

    lowest: float = 1e-3
    positions: int = 2048


SETTINGS = Settings()


@dataclass(frozen=True)
class Slot:
    """Where the stream after a teacher block lies: channels that hold (value - low) / scale."""

    channels: slice
    low: Tensor  # C
    scale: Tensor  # C

    def carried(self, state: Tensor) -> Tensor:
        """(B, C, h, w) as the teacher has it -> as the channels hold it."""
        return (state - self.low[:, None, None]) / self.scale[:, None, None]

    def matrix(self, constant: int, channels: int) -> Tensor:
        """What makes the teacher's state of a stream again: (C, channels)."""
        matrix = torch.zeros(len(self.low), channels)
        matrix[:, self.channels] = torch.diag(self.scale)
        matrix[:, constant] = self.low
        return matrix


@torch.no_grad()
def transfer_encoder(
    encoder: ResNetEncoder, teacher: MobileNetV2Encoder, x: Tensor, bottlenecks: tuple[int, ...]
) -> list[Tensor]:
    """Fit the encoder to the teacher.

    Args:
        encoder: changed in place; its batch norms become plain shifts, to be kept frozen.
        teacher: trained, in eval mode.
        x: (B, 6, H, W) sources and plates to fit on, 0..1; some sixty of 192 pixels will do.
        bottlenecks: the encoder's, a key of `PLANS`.

    Returns:
        Matrices (teacher's channels, encoder's channels) that make the teacher's maps at 1/2, 1/4,
        1/8 and 1/16 of the encoder's.
    """
    encoder.eval()
    trace = TeacherTrace(teacher, x)
    half = _fit_stem(encoder, trace, x)
    stream = encoder.maxpool(encoder.relu(encoder.bn1(encoder.conv1(x))))
    read = stream.shape[1]  # how many of its channels say something
    matrices = []
    for stage, plan in zip(
        (encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4),
        PLANS[bottlenecks],
        strict=True,
    ):
        slots = _slots(plan, trace)
        constant = max(slot.channels.stop for slot in slots.values())
        taken: dict[int, set[int]] = {}
        for bottleneck, blocks in zip(stage, plan, strict=True):
            for norm in (bottleneck.bn1, bottleneck.bn2, bottleneck.bn3):
                _shift(norm, torch.zeros_like(norm.bias))
            if blocks:
                _fit_hidden(
                    bottleneck, stream, read, trace, _pick(trace, blocks, bottleneck, taken)
                )
                _fit_stream(bottleneck, stream, read, trace.states[blocks[-1]], {
                    state: slot for state, slot in slots.items()
                    if state >= blocks[-1] and trace.width(state) == trace.width(blocks[-1])
                }, constant)  # fmt: skip
            else:
                bottleneck.conv3.weight.zero_()
            stream = bottleneck(stream)
            read = constant + 1
        matrices.append(slots[max(slots)].matrix(constant, stream.shape[1]))
    quarter, eighth, _, sixteenth = matrices  # the third stage ends at 1/16 too
    return [half, quarter, eighth, sixteenth]


def _fit_stem(encoder: ResNetEncoder, trace: TeacherTrace, x: Tensor) -> Tensor:
    """First convolution: the teacher's own filters, and the best linear guess of its map at 1/2
    with either sign. Returns the matrix that makes that map of both."""
    own, own_shift = trace.stem()
    wanted = rows(trace.states[1])
    weight, bias = least_squares(patches(x, 7, 2), wanted)
    guess = weight.reshape(-1, x.shape[1], 7, 7)  # 16, 6, 7, 7
    own = F.pad(own, (2, 2, 2, 2))  # 32, 6, 7, 7
    encoder.conv1.weight.copy_(torch.cat([own, guess, -guess]))
    _shift(encoder.bn1, torch.cat([own_shift, bias, -bias]))
    stem = encoder.relu(encoder.bn1(encoder.conv1(x)))  # B, 64, H/2, W/2
    return least_squares(rows(stem), wanted, constant=False)[0]


def _slots(plan: tuple[Blocks, ...], trace: TeacherTrace) -> dict[int, Slot]:
    """A place for each state that a stage goes through, by the block it comes after."""
    targets = list(dict.fromkeys(blocks[-1] for blocks in plan if blocks))
    slots: dict[int, Slot] = {}
    start = 0
    for target in targets:
        width = trace.width(target)
        # A slot also holds what its residual sum starts from: one shift for all of these.
        alike = [trace.states[t] for t in targets if trace.width(t) == width]
        values = torch.cat([rows(state, SETTINGS.positions) for state in alike])
        low, scale = values.quantile(SETTINGS.lowest, 0), values.std(0).clamp(min=1e-3)
        slots[target] = Slot(slice(start, start + width), low, scale)
        start += width
    return slots


def _pick(
    trace: TeacherTrace, blocks: Blocks, bottleneck: Any, taken: dict[int, set[int]]
) -> dict[int, list[int]]:
    """The hidden channels of blocks that matter most, of those not taken by bottlenecks before."""
    free = [
        (float(worth), block, channel)
        for block in blocks
        for channel, worth in enumerate(trace.worth(block))
        if channel not in taken.setdefault(block, set())
    ]
    picked: dict[int, list[int]] = {block: [] for block in blocks}
    for _, block, channel in sorted(free, reverse=True)[: bottleneck.conv2.in_channels]:
        picked[block].append(channel)
        taken[block].add(channel)
    return picked


def _fit_hidden(
    bottleneck: Any, stream: Tensor, read: int, trace: TeacherTrace, picked: dict[int, list[int]]
) -> None:
    """A bottleneck's first two convolutions: to have the picked hidden channels."""
    conv1, conv2 = bottleneck.conv1.weight, bottleneck.conv2.weight
    wanted = torch.cat([trace.expanded(block)[:, js] for block, js in picked.items()], 1)
    count = wanted.shape[1]
    conv2[:count] = 0
    if wanted.shape[2:] == stream.shape[2:]:
        conv1[:count] = 0
        weight, bias = least_squares(rows(stream[:, :read]), rows(wanted))
        conv1[:count, :read, 0, 0] = weight
        bottleneck.bn1.bias[:count] = bias
        bias, start = torch.empty(count), 0
        for block, channels in picked.items():
            kernel, shift = trace.kernel(block)
            places = torch.arange(start, start + len(channels))
            conv2[places, places] = kernel[channels]
            bias[places] = shift[channels]
            start += len(channels)
    else:  # the teacher halves the size only here, the ResNet has done so before
        conv1.copy_(torch.eye(*conv1.shape[:2])[:, :, None, None])
        wanted = torch.cat([trace.filtered(block)[:, js] for block, js in picked.items()], 1)
        weight, bias = least_squares(patches(stream, 3, 1), rows(wanted))
        conv2[:count] = weight.reshape(-1, len(conv1), 3, 3)
    bottleneck.bn2.bias[:count] = bias


def _fit_stream(
    bottleneck: Any,
    stream: Tensor,
    read: int,
    target: Tensor,
    slots: dict[int, Slot],
    constant: int,
) -> None:
    """Its last convolution, and the one beside it: to bring `slots` to the target state."""
    hidden = bottleneck.relu(bottleneck.bn1(bottleneck.conv1(stream)))
    hidden = bottleneck.relu(bottleneck.bn2(bottleneck.conv2(hidden)))  # B, width, h, w
    width = hidden.shape[1]
    weight, bias = bottleneck.conv3.weight, bottleneck.bn3.bias
    side = bottleneck.downsample  # only where a stage begins
    inputs = hidden
    if side is not None:
        beside = stream[:, :read, :: side[0].stride[0], :: side[0].stride[1]]
        inputs = torch.cat([hidden, beside], 1)
        side[0].weight.zero_()
        _shift(side[1], torch.zeros_like(side[1].bias))
        _mix(weight, bias, hidden, slice(constant + 1, len(weight)))
        weight[: constant + 1] = 0
        bias[constant] = 1
    else:
        weight.zero_()
    for slot in slots.values():
        wanted = slot.carried(target)
        if side is None:
            wanted = wanted - stream[:, slot.channels]
        fitted, bias[slot.channels] = least_squares(rows(inputs), rows(wanted))
        weight[slot.channels, :, 0, 0] = fitted[:, :width]
        if side is not None:
            side[0].weight[slot.channels, :read, 0, 0] = fitted[:, width:]


def _mix(weight: Tensor, bias: Tensor, hidden: Tensor, spare: slice) -> None:
    """Random mixtures of hidden channels in spare channels, of mean 0 and deviation 1."""
    weight[spare] = torch.randn_like(weight[spare])
    mixed = F.conv2d(hidden, weight[spare])
    spread = mixed.std((0, 2, 3)).clamp(min=1e-3)
    weight[spare] /= spread[:, None, None, None]
    bias[spare] = -mixed.mean((0, 2, 3)) / spread


def _shift(norm: nn.BatchNorm2d, bias: Tensor) -> None:
    """Make a batch norm add `bias` and do nothing else."""
    norm.reset_running_stats()  # mean 0, variance 1
    norm.weight.fill_((1 + norm.eps) ** 0.5)
    norm.bias.copy_(bias)
