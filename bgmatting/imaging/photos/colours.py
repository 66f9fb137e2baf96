"""Whatever colours a PIL image has -> 8-bit sRGB."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

from ...errors import PhotoError
from .colour_tags import profile_bytes

# Pillow's 16-bit grey, in all byte orders; "I" is 32 bits wide, but files fill 16 of them.
GREY_16 = ("I;16", "I;16L", "I;16B", "I;16N", "I")
_PLAIN = ("1", "L", "P", "RGB", "RGBA", "RGBX", "RGBa", "LA", "La", "PA", "CMYK", "YCbCr", "HSV")


def to_rgb(image: Image.Image, name: str) -> Image.Image:
    """An image in RGB mode, sRGB, of the same size; the argument is unchanged.

    Args:
        image: loaded; any mode but floating point.
        name: what to call it in messages.

    Raises:
        PhotoError: its kind of colour cannot be converted.
    """
    profile = profile_bytes(image)
    if image.mode in GREY_16:
        image = eight_bits(image, name)
    elif image.mode == "LAB":
        return _from_lab(image, name)
    elif image.mode not in _PLAIN:
        raise PhotoError(
            f"{name} has pixels of kind {image.mode!r}, which have no agreed range or colour: "
            "export it as 8-bit or 16-bit RGB"
        )
    image = _flatten(image)
    if profile:
        image = _from_profile(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def to_rgba(image: Image.Image, name: str) -> Image.Image:
    """An image in RGBA mode, straight, its colours sRGB; otherwise as `to_rgb`."""
    if not image.has_transparency_data:
        return to_rgb(image, name).convert("RGBA")
    profile = profile_bytes(image)
    image = image.convert("RGBA")
    colours = image.convert("RGB")
    if profile:
        colours = _from_profile(colours, profile)
    colours.putalpha(image.getchannel("A"))
    return colours


def eight_bits(image: Image.Image, name: str) -> Image.Image:
    """Grey of a mode in `GREY_16` as "L": 0..65535 -> 0..255, rounded; Pillow itself would clip.

    Raises:
        PhotoError: a value is beyond 16 bits.
    """
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise PhotoError(f"{name} has pixels of 32 bits; export it as 8-bit or 16-bit")
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))


def _flatten(image: Image.Image) -> Image.Image:
    """Lay whatever is transparent onto white, as viewers show it."""
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    if image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert to sRGB; an image whose profile is damaged or of another kind of colour stays."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if space == "GRAY":
            image = image.convert("L")
        elif space == "RGB":
            image = image.convert("RGB")
        elif space != image.mode:
            return image
        return _transform(image, source)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _from_lab(image: Image.Image, name: str) -> Image.Image:
    try:
        return _transform(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        raise PhotoError(f"{name} has colours that cannot be converted: {error}") from error


def _transform(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        image.mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if image.mode == "RGB" and _changes_nothing(transform):
        return image
    return transform.apply(image)


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether colours stay, but for rounding. What a profile calls itself tells nothing."""
    steps = np.linspace(0, 255, 18).round().astype(np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 18, 3)
    applied = np.asarray(transform.apply(Image.fromarray(probe)))
    return int(np.abs(applied.astype(int) - probe).max()) <= 1
