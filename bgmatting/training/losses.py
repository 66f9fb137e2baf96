"""The losses: those of the paper, and three that helped in trials."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .synthesis.capture import Pair

# Weight 1 each in the paper (Lin et al. 2021, section 4.1 and the published training code).
WEIGHTS = {
    "alpha": 1.0,
    "sobel": 1.0,
    "foreground": 1.0,
    "error": 1.0,
    "pyramid": 0.3,  # ours
    "foreground_area": 0.5,  # ours
    "overshoot": 0.05,  # ours
}


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
    area = visible.sum((1, 2, 3)).clamp(min=64) * 3  # B
    terms = {
        "alpha": F.l1_loss(pha, truth.pha),
        "sobel": F.l1_loss(sobel(pha), sobel(truth.pha)),
        "foreground": off.mean(),
        "error": F.mse_loss(err, (pha - truth.pha).abs().detach()),
        "pyramid": pyramid_distance(pha, truth.pha),
        "foreground_area": (off.sum((1, 2, 3)) / area).mean(),
        "overshoot": overshoot(raw[:, 0:1]),
    }
    terms["total"] = sum((WEIGHTS[name] * term for name, term in terms.items()), raw.new_zeros(()))
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


def pyramid_distance(a: Tensor, b: Tensor, levels: int = 5) -> Tensor:
    """L1 between Laplacian pyramids, coarser levels weighing more (Hou and Liu, ICCV 2019)."""
    difference = a - b  # linear: the pyramid of the difference is the difference of pyramids
    total = a.new_zeros(())
    for level in range(levels):
        if min(difference.shape[2:]) < 4:
            break
        coarse = F.avg_pool2d(difference, 2, ceil_mode=True)
        smooth = F.interpolate(coarse, difference.shape[2:], mode="bilinear", align_corners=False)
        total = total + 2**level * (difference - smooth).abs().mean()
        difference = coarse
    return total / levels
