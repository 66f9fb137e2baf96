"""A wall of books: as busy as a background gets."""

from __future__ import annotations

import numpy as np

from .camera import out_of_focus
from .fields import Map, Size, bumps, colour

BOARDS = "#8a6038"
CLOTHS = (
    "#82403a", "#a35a43", "#bf8d4f", "#cdb47e", "#ddd3bd", "#e6e0d2", "#5c7565", "#3f5f5a",
    "#7d98a8", "#3d536d", "#2b3648", "#66503f", "#8f7762", "#b3a28d", "#4a3b3d", "#94555e",
)  # fmt: skip


def bookshelf(rng: np.random.Generator, size: Size) -> Map:
    """Full shelves, lit by a lamp from the upper right, a little out of focus."""
    height, width = size
    scene = np.zeros((*size, 3), np.float32)
    scene[:] = colour("#6b4c31") * 0.55  # the back, in the dark
    board, first = 22, -70
    pitch = 262
    for top in range(first, height, pitch):
        floor = top + pitch - board
        _row_of_books(rng, scene, top, floor)
        _shade_row(scene, top, floor)
        _board(rng, scene, floor, board)
    for left in (round(width * 0.16), round(width * 0.71)):
        _upright(rng, scene, left, 24)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    lamp = np.exp(-(((x - 0.86) / 0.55) ** 2 + ((y - 0.12) / 0.75) ** 2))
    light = 0.62 * colour("#e6eaf5") + 1.0 * lamp[..., None] * colour("#ffe2bb")
    return out_of_focus(scene * light.astype(np.float32), 4.6)


def _row_of_books(rng: np.random.Generator, scene: Map, top: int, floor: int) -> None:
    x = -rng.integers(0, 30)
    width = scene.shape[1]
    while x < width:
        chance = rng.random()
        if chance < 0.04:  # a gap, with something in it or not
            gap = int(rng.integers(66, 96))
            _vase(rng, scene, x + gap // 2, floor, int(gap * 0.36))
            x += gap
        elif chance < 0.09:
            x += _pile(rng, scene, x, floor)
        else:
            count = int(rng.integers(2, 6)) if chance < 0.4 else 1  # volumes of one work
            cloth, thick = rng.choice(CLOTHS), int(rng.integers(16, 46))
            tall = int((floor - top) * rng.uniform(0.66, 0.95))
            for _ in range(count):
                _book(rng, scene, x, floor - tall, thick, tall, cloth)
                x += thick + 1
                if count == 1:
                    break


def _book(
    rng: np.random.Generator, scene: Map, x: int, y: int, thick: int, tall: int, cloth: str
) -> None:
    spine = np.empty((tall, thick, 3), np.float32)
    spine[:] = colour(cloth)
    spine *= 1 + 0.08 * rng.normal() + 0.05 * bumps(rng, (tall, thick), 5)[..., None]
    accent = colour("#d9b45b") if rng.random() < 0.55 else colour("#f0e8d5")
    if rng.random() < 0.25:
        accent = colour("#4a3d35")
    for at in sorted(rng.uniform(0.06, 0.94, rng.integers(0, 4))):  # bands
        row = int(at * tall)
        spine[row : row + int(rng.integers(2, 6))] = accent
    if thick > 20 and rng.random() < 0.8:  # a title, too small to read
        start, row, end = int(0.3 * thick), int(tall * rng.uniform(0.14, 0.3)), int(0.62 * tall)
        while row < end:
            letter = int(rng.integers(3, 9))
            if rng.random() < 0.85:
                spine[row : row + letter, start : thick - start] = accent
            row += letter + int(rng.integers(2, 5))
    if rng.random() < 0.2:  # a label
        low = int(tall * rng.uniform(0.7, 0.8))
        spine[low : low + 26, 3 : thick - 3] = colour("#efe8d6")
    across = np.linspace(-1, 1, thick, dtype=np.float32)
    spine *= (0.38 + 0.66 * np.sqrt(np.clip(1 - (0.9 * across) ** 2, 0, 1)) - 0.08 * across)[
        None, :, None
    ]
    _paste(scene, spine, x, y)


def _pile(rng: np.random.Generator, scene: Map, x: int, floor: int) -> int:
    """Books lying flat; their width."""
    wide = int(rng.integers(120, 165))
    y = floor
    for _ in range(int(rng.integers(2, 5))):
        thick, this = int(rng.integers(18, 34)), wide - int(rng.integers(0, 24))
        y -= thick
        lying = np.empty((thick, this, 3), np.float32)
        lying[:] = colour(str(rng.choice(CLOTHS)))
        across = np.linspace(-1, 1, thick, dtype=np.float32)
        lying *= (0.5 + 0.55 * np.sqrt(np.clip(1 - (0.9 * across) ** 2, 0, 1)))[:, None, None]
        lying[5:-5, this // 4 : this // 4 + 5] = colour("#d9b45b")
        _paste(scene, lying, x + int(rng.integers(0, 10)), y)
    return wide + 4


def _vase(rng: np.random.Generator, scene: Map, middle: int, floor: int, radius: int) -> None:
    """A round pot with a highlight."""
    glaze = colour(str(rng.choice(["#d9d2c3", "#5b7f86", "#c2714f", "#34495e"])))
    y, x = np.mgrid[-1 : 1 : 2j * radius, -1 : 1 : 2j * radius].astype(np.float32)
    round_off = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
    inside = np.clip((1 - np.hypot(x, y)) * radius, 0, 1)[..., None]
    shine = np.exp(-(((x - 0.35) ** 2 + (y + 0.4) ** 2) / 0.03))
    pot = glaze * (0.25 + 0.75 * round_off * (1 + 0.5 * x))[..., None] + 0.9 * shine[..., None]
    neck = int(radius * 0.5)
    stem = np.empty((neck * 2, neck, 3), np.float32)
    stem[:] = glaze
    across = np.linspace(-1, 1, neck, dtype=np.float32)
    stem *= (0.3 + 0.6 * np.sqrt(1 - 0.9 * across**2) * (1 + 0.4 * across))[None, :, None]
    _paste(scene, stem, middle - neck // 2, floor - 2 * radius - neck)
    _paste(scene, pot, middle - radius, floor - 2 * radius, inside)


def _board(rng: np.random.Generator, scene: Map, y: int, thick: int) -> None:
    grain = bumps(rng, (thick, scene.shape[1]), 3, 160)
    wood = colour(BOARDS) * (1 + 0.16 * grain)[..., None]
    wood[:3] *= 1.45  # its upper edge catches the light
    _paste(scene, wood.astype(np.float32), 0, y)


def _upright(rng: np.random.Generator, scene: Map, x: int, thick: int) -> None:
    grain = bumps(rng, (scene.shape[0], thick), 160, 3)
    wood = colour(BOARDS) * (0.9 + 0.16 * grain)[..., None]
    wood[:, :2] *= 1.3
    for side in (-1, 1):  # it shades its neighbours
        start = x - 14 if side < 0 else x + thick
        ramp = np.linspace(1, 0.45, 14, dtype=np.float32)[::side]
        part = scene[:, max(start, 0) : start + 14]
        part *= ramp[None, : part.shape[1], None]
    _paste(scene, wood.astype(np.float32), x, 0)


def _shade_row(scene: Map, top: int, floor: int) -> None:
    """Less light under the board above, and in the corner at the back."""
    start = max(top, 0)
    depth = (np.arange(start, min(floor, scene.shape[0]), dtype=np.float32) - top) / (floor - top)
    scene[start:floor] *= (0.28 + 0.72 * np.clip(depth * 2.1, 0, 1) ** 0.8)[:, None, None]


def _paste(scene: Map, patch: Map, x: int, y: int, alpha: Map | None = None) -> None:
    height, width = scene.shape[:2]
    top, left = max(y, 0), max(x, 0)
    low, right = min(y + patch.shape[0], height), min(x + patch.shape[1], width)
    if top >= low or left >= right:
        return
    part = patch[top - y : low - y, left - x : right - x]
    if alpha is not None:
        cover = alpha[top - y : low - y, left - x : right - x]
        part = part * cover + scene[top:low, left:right] * (1 - cover)
    scene[top:low, left:right] = part
