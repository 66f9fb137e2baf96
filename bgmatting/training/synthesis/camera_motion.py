"""Geometry and blur in batches: a plate seen by a camera that moved, smooth fields, soft focus."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...imaging.arrays import Shape
from .batch_random import BatchRandom
from .settings import SETTINGS, CaptureConfig


def warp_plate(
    scene: Tensor, shape: Shape, config: CaptureConfig, power: Tensor, random: BatchRandom
) -> Tensor:
    """See a scene's middle, `shape`, with a camera that moved: homography and smooth parallax.

    Samples that did not move are cut out without interpolation. Where a move reaches past the
    scene's margin the scene's mirror image shows, never black.
    """
    height, width = shape
    full_height, full_width = scene.shape[2:]
    top, left = (full_height - height) // 2, (full_width - width) // 2
    still = scene[:, :, top : top + height, left : left + width]
    moves = random.chance(config.motion) & (power > 0)
    bends = random.chance(config.parallax) & (power > 0)
    which = (moves | bends).flatten()
    far = torch.where(random.chance(config.shake), 3.0, 1.0)
    amount = moves * far * power  # B, 1, 1, 1
    shift = config.shift * amount * random.normal(1, channels=2)  # pixels
    # Half a pixel is what two shots from one tripod differ by.
    shift = shift + moves * random.uniform(-0.5, 0.5, channels=2)
    turn = math.radians(config.turn) * amount * random.normal(1)
    frame = SETTINGS.frame
    arm = random.uniform(-frame / 2, frame / 2, channels=2)  # the crop's middle in the frame
    scale = 1 + 0.003 * amount * random.normal(1)
    tilt = 0.002 * amount * random.normal(1, channels=2)
    bend = torch.cat([smooth_fields(random, shape, 3, signed=True) for _ in range(2)], 1)
    bend = bend * bends * power * random.uniform(0.3, 2.0)  # B, 2, H, W, pixels
    if not which.any():
        return still

    y = (torch.arange(height, device=scene.device) + 0.5 - height / 2).view(1, 1, -1, 1)
    x = (torch.arange(width, device=scene.device) + 0.5 - width / 2).view(1, 1, 1, -1)
    # About the frame's middle, not the crop's: what lies off it is shifted too.
    x, y = x + arm[:, :1], y + arm[:, 1:]  # B, 1, 1, W and B, 1, H, 1
    cos, sin = turn.cos() * scale, turn.sin() * scale
    depth = 1 + (tilt[:, :1] * x + tilt[:, 1:] * y) * 2 / frame
    shift = shift - arm
    u = (cos * x - sin * y) / depth + shift[:, :1] + bend[:, :1]  # B, 1, H, W
    v = (sin * x + cos * y) / depth + shift[:, 1:] + bend[:, 1:]
    grid = torch.cat([u * 2 / full_width, v * 2 / full_height], 1).permute(0, 2, 3, 1)
    seen = F.grid_sample(
        scene[which], grid[which], mode="bicubic", padding_mode="reflection", align_corners=False
    )
    plate = still.clone()
    plate[which] = seen.clamp(0, 1)
    return plate


def smooth_fields(random: BatchRandom, shape: Shape, cells: int, signed: bool = False) -> Tensor:
    """(B, 1, H, W) smooth random fields, in 0..1 or, signed, in about -1..1."""
    count = (random.count, 1, cells + 1, cells + 1)
    coarse = torch.rand(count, device=random.device, generator=random.generator)
    field = F.interpolate(coarse, shape, mode="bicubic", align_corners=True).clamp(0, 1)
    return field * 2 - 1 if signed else field


def blur(image: Tensor, sigma: Tensor) -> Tensor:
    """Gaussian blur, one sigma per sample in pixels ((B, 1, 1, 1)); those of 0 come back as is.

    Wide blurs run on a reduced image, for speed; the loss is far below their own width.
    """
    sigma = sigma.flatten()
    result = image.clone()
    for wide, which in ((False, (sigma > 0) & (sigma <= 3)), (True, sigma > 3)):
        if not which.any():
            continue
        some, widths = image[which], sigma[which]
        factor = 1
        if wide:
            factor = max(1, int(widths.min().item() / 1.5))
            factor = min(factor, max(1, min(image.shape[2:]) // 8))
            small = F.interpolate(some, scale_factor=1 / factor, mode="area")
            small = _gaussian(small, widths / factor)
            some = F.interpolate(small, image.shape[2:], mode="bilinear", align_corners=False)
        else:
            some = _gaussian(some, widths)
        result[which] = some
    return result


def _gaussian(image: Tensor, sigma: Tensor) -> Tensor:
    """Separable blur of (B, C, H, W), a kernel for each sample."""
    count, channels, height, width = image.shape
    radius = math.ceil(float(sigma.max()) * 2.5)
    radius = max(1, min(radius, height - 1, width - 1))
    offset = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
    kernel = torch.exp(-0.5 * (offset / sigma.clamp(min=0.05).view(-1, 1)) ** 2)  # B, K
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)
    flat = image.reshape(1, count * channels, height, width)
    flat = F.pad(flat, (radius, radius, 0, 0), mode="reflect")
    flat = F.conv2d(flat, kernel.view(-1, 1, 1, 2 * radius + 1), groups=count * channels)
    flat = F.pad(flat, (0, 0, radius, radius), mode="reflect")
    flat = F.conv2d(flat, kernel.view(-1, 1, 2 * radius + 1, 1), groups=count * channels)
    return flat.view(count, channels, height, width)
