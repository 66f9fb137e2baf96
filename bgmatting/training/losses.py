"""The losses: those of the paper, and three that helped in trials."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .synthesis.capture import Pair


@dataclass(frozen=True)
class Weights:
    """What each term weighs in the sum.

    Attributes:
        alpha, sobel, foreground, error: from Lin et al. 2021, section 4.1 and the published
            training code.
        pyramid, foreground_area: helped in trials; how much is chosen by eye.
        overshoot: small, so that it only brings back what no other term holds; chosen by eye.
    """

    alpha: float = 1.0
    sobel: float = 1.0
    foreground: float = 1.0
    error: float = 1.0
    pyramid: float = 0.3
    foreground_area: float = 0.5
    overshoot: float = 0.05


@dataclass(frozen=True)
class Settings:
    """Bounds within the terms; but for the levels chosen by eye.

    Attributes:
        weights: of the terms.
        least_area: pixels: a subject that shows in fewer counts as if it did in so many.
        levels: of the pyramid, from Hou and Liu, ICCV 2019.
        least_side: pixels: what is smaller has no further level.
    """

    weights: Weights = Weights()
    least_area: int = 64
    levels: int = 5
    least_side: int = 4


SETTINGS = Settings()


def losses(raw: Tensor, truth: Pair) -> dict[str, Tensor]:
    """Each term, unweighted, and their weighted `total`; scalars.

    Args:
        raw: (B, 5, H, W) outputs before any clamp: alpha, foreground residual, error.
        truth: the batch it was computed from.
    """
    raw = raw.float()
    pha = clamp_through(raw[:, 0:1])  # B, 1, H, W
    fgr = clamp_through(raw[:, 1:4] + truth.src)  # B, 3, H, W
    err = clamp_through(raw[:, 4:5])  # B, 1, H, W
    visible = (truth.pha > 0).float()  # B, 1, H, W
    off = ((fgr - truth.fgr) * visible).abs()
    area = visible.sum((1, 2, 3)).clamp(min=SETTINGS.least_area) * 3  # B
    terms = {
        "alpha": F.l1_loss(pha, truth.pha),
        "sobel": F.l1_loss(sobel(pha), sobel(truth.pha)),
        "foreground": off.mean(),
        "error": F.mse_loss(err, (pha - truth.pha).abs().detach()),
        "pyramid": pyramid_distance(pha, truth.pha),
        "foreground_area": (off.sum((1, 2, 3)) / area).mean(),
        "overshoot": overshoot(raw[:, 0:1]),
    }
    weights = asdict(SETTINGS.weights)
    terms["total"] = sum((weights[name] * term for name, term in terms.items()), raw.new_zeros(()))
    return terms


class _ClampThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        ctx.save_for_backward(x)
        return x.clamp(0, 1)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        (x,) = ctx.saved_tensors
        # Descent lowers x where the gradient is positive.
        further = ((x < 0) & (gradient > 0)) | ((x > 1) & (gradient < 0))
        return gradient.masked_fill(further, 0)


def clamp_through(x: Tensor) -> Tensor:
    """Clamp to 0..1 whose gradient passes, except where it would push further out.

    A true clamp stops the gradient of every value outside, which is most of them at the start. One
    that lets all of it pass has no end: terms that compare neighbours push values that are outside
    already, with no effect and so for ever; raw alphas of -10,000 came of it.
    """
    result: Tensor = _ClampThrough.apply(x)
    return result


def overshoot(x: Tensor) -> Tensor:
    """How far values are outside 0..1, on average, a scalar."""
    return (x - x.detach().clamp(0, 1)).abs().mean()


def sobel(x: Tensor) -> Tensor:
    """Gradient magnitude of (B, 1, H, W), replicate border, kernels whose sizes sum to 1."""
    kernel = x.new_tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    kernels = torch.stack([kernel, kernel.T])[:, None]  # 2, 1, 3, 3
    gradient = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), kernels)  # B, 2, H, W
    return (gradient.square().sum(1, keepdim=True) + 1e-6).sqrt()


def pyramid_distance(a: Tensor, b: Tensor) -> Tensor:
    """L1 between Laplacian pyramids, coarser levels weighing more (Hou and Liu, ICCV 2019)."""
    difference = a - b  # linear: the pyramid of the difference is the difference of pyramids
    total = a.new_zeros(())
    for level in range(SETTINGS.levels):
        if min(difference.shape[2:]) < SETTINGS.least_side:
            break
        coarse = F.avg_pool2d(difference, 2, ceil_mode=True)
        smooth = F.interpolate(coarse, difference.shape[2:], mode="bilinear", align_corners=False)
        total = total + 2**level * (difference - smooth).abs().mean()
        difference = coarse
    return total / SETTINGS.levels
