"""What JPEG does to a photo, in batches on any device: 8x8 cosine transform and quantisation."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

# Annex K of ITU-T T.81, the tables that encoders scale by quality.
_LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56), (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip
_CHROMA = (
    (17, 18, 24, 47, 99, 99, 99, 99), (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99), (47, 66, 99, 99, 99, 99, 99, 99),
) + ((99,) * 8,) * 4  # fmt: skip
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


def jpeg(image: Tensor, quality: Tensor, generator: torch.Generator) -> Tensor:
    """Compress and decompress.

    Args:
        image: (B, 3, H, W) RGB 0..1.
        quality: (B,) 1..100, the usual scale.
        generator: draws where the grid of blocks begins, so that two photos' grids differ.

    Returns:
        (B, 3, H, W) RGB 0..1, with chroma at half resolution as most cameras have it.
    """
    height, width = image.shape[2:]
    dy, dx = torch.randint(0, 16, (2,), device=image.device, generator=generator).tolist()
    below, right = -(height + dy) % 16, -(width + dx) % 16
    matrix = torch.tensor(_TO_YCC, device=image.device, dtype=image.dtype)
    ycc = torch.einsum("ij,bjhw->bihw", matrix, image * 255 - 128 * 1.0)
    ycc = F.pad(ycc, (dx, right, dy, below), mode="replicate")
    luma, chroma = ycc[:, :1], F.avg_pool2d(ycc[:, 1:], 2)
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100  # B
    luma = _blocks(luma, _LUMA, scale)
    chroma = F.interpolate(_blocks(chroma, _CHROMA, scale), scale_factor=2.0, mode="bilinear")
    ycc = torch.cat([luma, chroma], 1)[:, :, dy : dy + height, dx : dx + width]
    rgb = torch.einsum("ij,bjhw->bihw", torch.linalg.inv(matrix), ycc)
    return ((rgb + 128) / 255).clamp(0, 1)


def _blocks(plane: Tensor, table: tuple[tuple[int, ...], ...], scale: Tensor) -> Tensor:
    """Quantise (B, C, H, W), H and W multiples of 8, in the 8x8 cosine basis."""
    basis = _cosine_basis(plane)
    count, channels, height, width = plane.shape
    tiles = plane.reshape(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    coefficients = basis @ tiles @ basis.T  # B, C, h, w, 8, 8
    steps = torch.tensor(table, device=plane.device, dtype=plane.dtype)
    steps = (steps * scale.view(-1, 1, 1, 1, 1, 1)).clamp(1, 255)
    coefficients = (coefficients / steps).round() * steps
    tiles = basis.T @ coefficients @ basis
    return tiles.transpose(3, 4).reshape(count, channels, height, width)


def _cosine_basis(like: Tensor) -> Tensor:
    """(8, 8) orthonormal DCT-II matrix."""
    n = torch.arange(8, device=like.device, dtype=like.dtype)
    basis = torch.cos((2 * n + 1) * n.view(-1, 1) * math.pi / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis
