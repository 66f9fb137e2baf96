"""From light to a photo: lens, position, exposure, sensor."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .fields import Map, Size, bumps, soft, to_srgb

MARGIN = 24  # pixels of the scene beyond each side of the frame, for a camera that moves


@dataclass(frozen=True)
class Shot:
    """How one photo is taken.

    Attributes:
        exposure: in stops, against the other photo.
        balance: gains of red and blue.
        shift: (right, down) in pixels, of what is seen.
        turn: in degrees, about the frame's middle.
        zoom: 1.01 brings everything 1 % nearer.
        noise: standard deviation in linear light at mid-grey.
        quality: of the JPEG file.
    """

    exposure: float = 0.0
    balance: tuple[float, float] = (1.0, 1.0)
    shift: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    zoom: float = 1.0
    noise: float = 0.004
    quality: int = 92


def with_margin(frame: Size) -> Size:
    """The size of the scene that a frame needs."""
    return frame[0] + 2 * MARGIN, frame[1] + 2 * MARGIN


def out_of_focus(light: Map, radius: float) -> Map:
    """Blur as an open lens does: every point becomes a disc."""
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    disc *= 0.85 + 0.3 * (np.hypot(x, y) / radius) ** 2  # real discs are brighter at their rims
    return cv2.filter2D(light, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)  # type: ignore[return-value]


def look(scene: Map, frame: Size, shot: Shot) -> Map:
    """What the camera sees of a scene that has a margin."""
    height, width = frame
    turn = cv2.getRotationMatrix2D((width / 2 + MARGIN, height / 2 + MARGIN), shot.turn, shot.zoom)
    turn[:, 2] += np.array(shot.shift) - MARGIN
    return cv2.warpAffine(  # type: ignore[return-value]
        scene, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )


def develop(light: Map, shot: Shot, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Light on the sensor -> (H, W, 3) uint8, sRGB."""
    height, width = light.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    falloff = 1 - 0.16 * (x * x + y * y)
    gains = 2.0**shot.exposure * np.array([shot.balance[0], 1, shot.balance[1]], np.float32)
    light = soft(light, 0.55) * falloff[..., None] * gains
    spread = shot.noise * np.sqrt(0.02 + np.clip(light, 0, 1) / 0.18)
    # Cameras smooth noise; what is left of it is coarser in colour than in brightness.
    grain = soft(rng.normal(size=(height, width, 1)).astype(np.float32), 0.6)[..., None] * 2.0
    tint = np.dstack([bumps(rng, (height, width), 2.5) for _ in range(3)]) * 0.5
    encoded = to_srgb(_shoulder(np.maximum(light + spread * (grain + tint), 0)))
    return np.rint(encoded * 255).astype(np.uint8)


def _shoulder(light: Map, knee: float = 0.7) -> Map:
    """Bend what is brighter than the knee, so that highlights don't burn out at once."""
    over = np.maximum(light - knee, 0) / (1 - knee)
    return np.where(light > knee, knee + (1 - knee) * (1 - np.exp(-over)), light).astype(np.float32)
