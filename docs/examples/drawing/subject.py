"""The person in the picture: where, in what light, and the shadow it casts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from .fields import Map, Size, colour, soft, to_linear


@dataclass(frozen=True)
class Subject:
    """A person, placed in a frame and lit.

    Attributes:
        file: name in the folder of people.
        scale: against the file's size.
        middle: where the file's middle column lands, share of the frame's width.
        light: colour of the light on it, "#rrggbb".
        strength: of that light.
        side: where more light comes from: (dx, dy), y down; its length is how much more.
        wrap: share of the background's light that shines around its edges.
        mirrored: whether left and right are swapped.
    """

    file: str
    scale: float
    middle: float
    light: str = "#ffffff"
    strength: float = 1.0
    side: tuple[float, float] = (0.0, 0.0)
    wrap: float = 0.0
    mirrored: bool = False


def place(subject: Subject, people: Path, frame: Size) -> tuple[Map, Map]:
    """Straight linear colour (H, W, 3) and alpha (H, W, 1), standing on the frame's lower edge."""
    with Image.open(people / subject.file) as image:
        pixels = np.asarray(image.convert("RGBA")).astype(np.float32) * np.float32(1 / 255)
    if subject.mirrored:
        pixels = pixels[:, ::-1]
    opaque = np.ascontiguousarray(pixels[..., 3:])
    light = np.dstack([to_linear(pixels[..., :3]) * opaque, opaque])
    size = round(pixels.shape[1] * subject.scale), round(pixels.shape[0] * subject.scale)
    small = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    height, width = frame
    left = subject.middle * width - size[0] / 2
    move = np.array([[1, 0, round(left)], [0, 1, height - size[1]]], np.float32)
    placed = cv2.warpAffine(small, move, (width, height)).astype(np.float32)
    alpha: Map = placed[..., 3:]
    straight: Map = placed[..., :3] / np.maximum(alpha, np.float32(1e-4))
    return _relit(straight, alpha, subject), alpha


def compose(straight: Map, alpha: Map, behind: Map, wrap: float) -> Map:
    """The light of person and place together."""
    if wrap:
        glow = soft(behind * (1 - alpha), 14)
        straight = straight + wrap * glow * (1 - soft(alpha, 10)[..., None])
    return straight * alpha + behind * (1 - alpha)


def shadow(alpha: Map, offset: tuple[int, int], softness: float, depth: float) -> Map:
    """What is left of the light on a wall behind: (H, W, 1), offset in pixels (right, down)."""
    height, width = alpha.shape[:2]
    move = np.array([[1, 0, offset[0]], [0, 1, offset[1]]], np.float32)
    cast = cv2.warpAffine(alpha[..., 0], move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return 1 - depth * soft(cast, softness)[..., None]  # type: ignore[arg-type]


def _relit(straight: Map, alpha: Map, subject: Subject) -> Map:
    """Tint, and shade as if the outline were that of something round."""
    lit = straight * colour(subject.light) * subject.strength
    dx, dy = subject.side
    if dx or dy:
        relief = np.sum([soft(alpha[..., 0], sigma) for sigma in (12, 40, 90)], axis=0)
        slope_x = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=5)
        slope_y = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=5)
        facing = -(slope_x * dx + slope_y * dy)
        facing = facing / (np.abs(facing).max() + 1e-6) * np.hypot(dx, dy)
        lit = lit * np.clip(1 + facing, 0.35, 2.2)[..., None]
    return lit.astype(np.float32)
