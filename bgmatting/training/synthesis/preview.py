"""Pictures of training: what the generator draws, and what the network makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torchvision.utils import make_grid

from .capture import Pair
from .samples import Draw, LayerDataset, Layers, photograph
from .settings import AssetFolders, CaptureConfig

COLUMNS = ("source", "plate", "alpha", "foreground")


@dataclass(frozen=True)
class Settings:
    """How a contact sheet is laid out; chosen by eye.

    Attributes:
        gap: pixels between pictures.
        line: pixels, height of the line that names the columns.
        text: pixels, height of its letters.
    """

    gap: int = 2
    line: int = 18
    text: int = 12


SETTINGS = Settings()


def preview(
    folders: AssetFolders, *, count: int = 24, side: int = 224, seed: int = 0,
    config: CaptureConfig | None = None,
) -> Image.Image:  # fmt: skip
    """A contact sheet of generated samples: source, plate, alpha and foreground side by side.

    Raises:
        InputError: as `Assets`.
    """
    dataset = LayerDataset(folders)
    drawn = [dataset[Draw((seed, i), (side, side))] for i in range(count)]
    layers = Layers(*(torch.stack(part) for part in zip(*drawn, strict=True)))
    pair = photograph(layers, torch.device("cpu"), config or CaptureConfig(), (seed,))
    return _with_column_names(to_picture(contact_sheet(pair)), side)


def contact_sheet(pair: Pair, pha: Tensor | None = None, err: Tensor | None = None) -> Tensor:
    """Rows of source, plate, true alpha, visible foreground and, if given, alpha and error.

    Returns:
        (3, height, width) float 0..1.
    """
    columns = [pair.src, pair.bgr, pair.pha, pair.fgr * (pair.pha > 0)]
    columns += [image for image in (pha, err) if image is not None]
    tiles = torch.stack([c.expand(-1, 3, -1, -1).cpu() for c in columns], 1)  # B, N, 3, H, W
    per_row = len(columns) * (3 if len(columns) == 4 else 2)
    result: Tensor = make_grid(tiles.flatten(0, 1), nrow=per_row, padding=SETTINGS.gap).clamp(0, 1)
    return result


def _with_column_names(sheet: Image.Image, side: int) -> Image.Image:
    line, step = SETTINGS.line, side + SETTINGS.gap
    named = Image.new("RGB", (sheet.width, sheet.height + line))
    named.paste(sheet, (0, line))
    draw, font = ImageDraw.Draw(named), ImageFont.load_default(SETTINGS.text)
    for column in range(sheet.width // step):
        place = (SETTINGS.gap + column * step, 2)
        draw.text(place, COLUMNS[column % len(COLUMNS)], "white", font)
    return named


def to_picture(image: Tensor) -> Image.Image:
    """(3, H, W) float 0..1 -> RGB picture."""
    return Image.fromarray((image * 255).round().byte().permute(1, 2, 0).cpu().numpy())
