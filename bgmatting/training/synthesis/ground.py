"""Where a subject touches the ground: the shadow that hugs it there, and its image in the floor.

Both are of the scene, not of the subject: alpha stays as it is. The ground is taken to begin at the
lowest row that the subject reaches; of one that the frame's edge cuts, it lies outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .batch_random import BatchRandom
from .camera_motion import blur


@dataclass(frozen=True)
class Settings:
    """Form and strength; ranges that are drawn from uniformly, chosen by eye.

    Attributes:
        touching: share of the subject's height, from below, that throws the shadow.
        flat: height of the shadow as a share of what throws it: it is seen from above, at a slant,
            half of it before the subject's feet.
        wide: its width as a share of what throws it.
        aside: how far it lies to a side, share of the frame's width.
        soft: its blur, share of the frame's longer side.
        depth: of it, share of light that is missing.
        gloss: of the floor, share of light that it mirrors.
        fades: share of the subject's height over which the mirror image fades to a third.
        rough: blur of the mirror image, pixels.
    """

    touching: tuple[float, float] = (0.05, 0.3)
    flat: tuple[float, float] = (0.25, 0.7)
    wide: tuple[float, float] = (1.0, 1.5)
    aside: tuple[float, float] = (-0.03, 0.03)
    soft: tuple[float, float] = (0.003, 0.03)
    depth: tuple[float, float] = (0.2, 0.8)
    gloss: tuple[float, float] = (0.04, 0.35)
    fades: tuple[float, float] = (0.1, 1.0)
    rough: tuple[float, float] = (0.5, 5.0)


SETTINGS = Settings()


def contact_shadow(here: Tensor, pha: Tensor, mask: Tensor, random: BatchRandom) -> Tensor:
    """Darken the scene around what stands on it.

    Args:
        here: (B, 3, H, W) scene.
        pha: (B, 1, H, W) alpha.
        mask: (B, 1, 1, 1) how much of it; 0 for samples without one.
        random: of the batch.
    """
    height, width = pha.shape[2:]
    foot, tall = _stance(pha)  # B, 1, 1, 1 both, in rows
    reach = (tall * random.uniform(*SETTINGS.touching)).clamp(min=1)
    near = pha * (1 - (foot - _rows(pha)) / reach).clamp(0, 1)  # B, 1, H, W
    flat = random.uniform(*SETTINGS.flat)
    middle = (near * _columns(pha)).sum((2, 3), True) / near.sum((2, 3), True).clamp(min=1)
    lying = _about(
        near, foot, middle, flat, random.uniform(*SETTINGS.wide),
        random.uniform(*SETTINGS.aside) * width, reach * flat / 2,
    )  # fmt: skip
    shadow = blur(lying, random.uniform(*SETTINGS.soft) * max(height, width) * (mask > 0))
    peak = shadow.amax((2, 3), keepdim=True).clamp(min=0.05)
    return here * (1 - mask * random.uniform(*SETTINGS.depth) * shadow / peak)


def floor_reflection(
    here: Tensor, fgr: Tensor, pha: Tensor, mask: Tensor, random: BatchRandom
) -> Tensor:
    """Mirror the subject in the floor below it; arguments as `contact_shadow`.

    `fgr` is (B, 3, H, W), the subject's straight colour.
    """
    foot, tall = _stance(pha)
    middle = torch.zeros_like(foot)
    turned = _about(torch.cat([fgr * pha, pha], 1), foot, middle, -1)  # B, 4, H, W; premultiplied
    turned = blur(turned, random.uniform(*SETTINGS.rough) * (mask > 0))
    below = (_rows(pha) - foot).clamp(min=0) / (tall * random.uniform(*SETTINGS.fades)).clamp(min=1)
    share = mask * random.uniform(*SETTINGS.gloss) * torch.exp(-below)  # B, 1, H, W
    return here * (1 - share * turned[:, 3:]) + share * turned[:, :3]


def _stance(pha: Tensor) -> tuple[Tensor, Tensor]:
    """Row below the subject, and how many it takes; (B, 1, 1, 1) both; of nobody the last and 0."""
    height = pha.shape[2]
    taken = pha.amax(3, keepdim=True) > 0.5  # B, 1, H, 1
    rows = _rows(pha)
    foot = torch.where(taken, rows + 1, -1.0).amax(2, keepdim=True)
    top = torch.where(taken, rows, float(height)).amin(2, keepdim=True)
    nobody = foot < 0
    return torch.where(nobody, float(height), foot), torch.where(nobody, 0.0, foot - top)


def _rows(pha: Tensor) -> Tensor:
    return torch.arange(pha.shape[2], device=pha.device, dtype=pha.dtype).view(1, 1, -1, 1)


def _columns(pha: Tensor) -> Tensor:
    return torch.arange(pha.shape[3], device=pha.device, dtype=pha.dtype).view(1, 1, 1, -1)


def _about(
    image: Tensor,
    row: Tensor,
    column: Tensor,
    tall: Tensor | float,
    wide: Tensor | float = 1.0,
    aside: Tensor | float = 0.0,
    down: Tensor | float = 0.0,
) -> Tensor:
    """Images made `tall` and `wide` times as large about a point of each, then moved, in pixels."""
    height, width = image.shape[2:]

    def line(at: Tensor, scale: Tensor | float, move: Tensor | float, size: int) -> list[Tensor]:
        """Where a place comes from, in grid_sample's units: its factor and its offset."""
        factor = 1 / torch.as_tensor(scale, device=image.device).expand_as(at)
        centre, moved = 2 * at / size - 1, 2 * torch.as_tensor(move, device=at.device) / size
        return [factor.flatten(), (centre - factor * (centre + moved)).flatten()]

    x, x0 = line(column, wide, aside, width)
    y, y0 = line(row, tall, down, height)
    none = torch.zeros_like(x)
    theta = torch.stack([torch.stack([x, none, x0], 1), torch.stack([none, y, y0], 1)], 1)
    grid = F.affine_grid(theta, list(image.shape), align_corners=False)  # theta: B, 2, 3
    return F.grid_sample(image, grid, align_corners=False)
