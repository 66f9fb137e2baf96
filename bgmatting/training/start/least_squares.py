"""Linear least squares between feature maps."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Settings:
    """How maps are fitted; chosen by eye.

    Attributes:
        positions: of feature maps to fit on, at most.
        ridge: share of the mean square of what is fitted on.
    """

    positions: int = 16_384
    ridge: float = 1e-3


SETTINGS = Settings()


def rows(x: Tensor, most: int = SETTINGS.positions) -> Tensor:
    """(B, C, h, w) -> (N, C), N at most `most`: the same positions of all maps of one size."""
    return _thin(x.permute(0, 2, 3, 1).flatten(0, 2), most)


def patches(x: Tensor, side: int, stride: int) -> Tensor:
    """What a convolution sees at each position that `rows` picks of its output.

    (B, C, H, W) -> (N, C * side * side), for a padding of side // 2.
    """
    per_image = -(-x.shape[2] // stride) * -(-x.shape[3] // stride)
    step = _step(len(x) * per_image, SETTINGS.positions)
    kept, start = [], 0
    for image in torch.split(x, 1):  # one by one: all at once take gigabytes
        seen = F.unfold(image, side, padding=side // 2, stride=stride)[0].T  # L, C * side * side
        kept.append(seen[start::step])
        start = (start - len(seen)) % step
    return torch.cat(kept)[: SETTINGS.positions]


def least_squares(
    inputs: Tensor, wanted: Tensor, *, constant: bool = True
) -> tuple[Tensor, Tensor]:
    """The linear map that makes most of `wanted` out of `inputs`, with a little ridge.

    Args:
        inputs: (N, C).
        wanted: (N, D).
        constant: False: without a bias.

    Returns:
        Weight (D, C) and bias (D), zeros without a constant.
    """
    a, b = inputs.double(), wanted.double()
    if constant:
        a_mean, b_mean = a.mean(0), b.mean(0)
    else:
        a_mean, b_mean = a.new_zeros(a.shape[1]), b.new_zeros(b.shape[1])
    a, b = a - a_mean, b - b_mean
    gram = a.T @ a  # C, C
    gram.diagonal().add_(SETTINGS.ridge * float(gram.diagonal().mean()) + 1e-9)
    weight = torch.linalg.solve(gram, a.T @ b).T  # D, C
    return weight.float(), (b_mean - weight @ a_mean).float()


def _thin(values: Tensor, most: int) -> Tensor:
    return values[:: _step(len(values), most)][:most]


def _step(count: int, most: int) -> int:
    return max(1, count // most)
