"""The capture model: what sets source and plate apart, in batches, on any device.

From exact layers (foreground, alpha, scene) it makes the two photos that a camera would take of
them, one with and one without the subject: light that the subject changes, automatic exposure and
white balance that follow each photo's own content, a camera that moved, optics, noise, compression.
Every sample random for itself, but for the grid of JPEG's blocks: a batch's sources share one, its
plates another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .batch_random import BatchRandom
from .camera_motion import blur, smooth_fields, warp_plate
from .compression import jpeg
from .ground import contact_shadow, floor_reflection
from .settings import CaptureConfig


class Pair(NamedTuple):
    """A batch of photo pairs and their truth, float32, RGB, 0..1.

    Attributes:
        src: (B, 3, H, W) sources.
        bgr: (B, 3, H, W) plates.
        pha: (B, 1, H, W) true alpha.
        fgr: (B, 3, H, W) true foreground, straight, as the source's camera renders it.
    """

    src: Tensor
    bgr: Tensor
    pha: Tensor
    fgr: Tensor


def capture(
    fgr: Tensor, pha: Tensor, scene: Tensor, config: CaptureConfig, generator: torch.Generator
) -> Pair:
    """Photograph a batch.

    Args:
        fgr: (B, 3, H, W) straight foreground colour, float32 0..1.
        pha: (B, 1, H, W) alpha, float32 0..1.
        scene: (B, 3, H + 2M, W + 2M) the empty place, with a margin M to all sides from which a
            moved camera sees; float32 0..1.
        config: what may happen, how often and how strongly.
        generator: of the inputs' device; the only source of randomness.
    """
    random = BatchRandom(len(pha), pha.device, generator)
    dirty = (~random.chance(config.clean)).float()  # B, 1, 1, 1
    power = dirty * config.strength
    # Most pairs come aligned and relit: small differences between the shots are the common ones.
    drift = power * random.uniform(0.1, 1)
    height, width = pha.shape[2:]
    margin = (scene.shape[2] - height) // 2
    here = scene[:, :, margin : margin + height, margin : margin + width]  # B, 3, H, W
    plate = warp_plate(scene, (height, width), config, drift, random)  # B, 3, H, W

    here = _light(here, fgr, pha, config, power, random)
    plate = _pass_by(plate, pha, config, power, random)
    here, plate = _change(here, plate, scene, config, power, random)
    fgr, here, plate = _expose(fgr, pha, here, plate, config, drift, random)

    src = fgr * pha + here * (1 - pha)
    fgr, pha, src, plate = _optics(fgr, pha, src, plate, config, drift, random)
    src = _sensor(src, config, random)
    bgr = _sensor(plate, config, random)
    return Pair(src, bgr, pha, fgr)


def anneal(config: CaptureConfig, progress: float, *, grow: bool = True) -> CaptureConfig:
    """The curriculum: mismatch grows over the first fifth and recedes in the last tenth.

    Args:
        config: at full strength.
        progress: share of training done, 0..1.
        grow: False: full from the first step, for a network that would unlearn what it can stand.
    """
    if progress > 0.9:
        return replace(config, strength=config.strength * 0.7, clean=1 / 3)
    share = min(1.0, 0.25 + progress / 0.2 * 0.75) if grow else 1.0
    return replace(config, strength=config.strength * share)


def _light(
    here: Tensor, fgr: Tensor, pha: Tensor, config: CaptureConfig, power: Tensor,
    random: BatchRandom,
) -> Tensor:  # fmt: skip
    """What the subject does to the light on the scene: shadows, bounce, reflection."""
    reach = max(pha.shape[2:])
    mask = random.chance(config.shadow).float() * power
    if mask.any():
        caster = random.choose(random.moved(pha, 0.12), random.moved(pha, 0.5), 0.7)
        here = _shadow(here, caster, mask, 0.85, random)
    mask = random.chance(config.bounce).float() * power
    if mask.any():
        glow = blur(pha, random.uniform(0.03, 0.15) * reach * (mask > 0))
        colour = (fgr * pha).sum((2, 3), True) / pha.sum((2, 3), True).clamp(min=1)  # B, 3, 1, 1
        here = here + mask * random.uniform(0.02, 0.15) * glow * (colour - 0.3 * here)
    mask = random.chance(config.contact).float() * power
    if mask.any():
        here = contact_shadow(here, pha, mask, random)
    mask = random.chance(config.reflection).float() * power
    if mask.any():
        here = floor_reflection(here, fgr, pha, mask, random)
    return here.clamp(0, 1)


def _shadow(
    image: Tensor, caster: Tensor, mask: Tensor, cast: float, random: BatchRandom
) -> Tensor:
    """Darken (B, 3, H, W) images by a caster's shadow, or, in a share of 1 - `cast`, a blotch's."""
    shape = (image.shape[2], image.shape[3])
    blotch = smooth_fields(random, shape, 3).mul(2).sub(0.5).clamp(0, 1)
    caster = random.choose(caster, blotch, cast)  # B, 1, H, W
    soft = blur(caster, random.uniform(0.008, 0.12) * max(shape) * (mask > 0))
    # Squared: faint shadows are the common ones.
    depth = random.uniform(0.22, 0.75) ** 2 * mask
    tint = 1 + 0.1 * random.normal(1, channels=3) * mask
    return image * (1 - depth * soft * tint.clamp(0.7, 1.3))


def _pass_by(
    plate: Tensor, pha: Tensor, config: CaptureConfig, power: Tensor, random: BatchRandom
) -> Tensor:
    """Someone beside the frame, often the photographer, whose shadow lies on the plate alone."""
    mask = random.chance(config.passer).float() * power
    if not mask.any():
        return plate
    return _shadow(plate, random.moved(pha.roll(1, 0), 0.5), mask, 0.7, random)


def _change(
    here: Tensor, plate: Tensor, scene: Tensor, config: CaptureConfig, power: Tensor,
    random: BatchRandom,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Something small in the scene differs between the shots; it is not the subject."""
    mask = random.chance(config.change).float() * (power > 0)
    if not mask.any():
        return here, plate
    height, width = here.shape[2:]
    spot = random.ellipse((height, width), 0.02, 0.12) * mask  # B, 1, H, W
    other = scene.roll(1, 0)[:, :, :height, :width].flip(3)
    in_source = random.chance(0.5).float()
    changed = here + spot * in_source * (other - here)
    return changed, plate + spot * (1 - in_source) * (other - plate)


def _expose(
    fgr: Tensor, pha: Tensor, here: Tensor, plate: Tensor, config: CaptureConfig, power: Tensor,
    random: BatchRandom,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Exposure, white balance, tone and shading; the source's also apply to the true foreground."""
    shape = (here.shape[2], here.shape[3])
    automatic = random.chance(config.exposure).float() * power
    follow, target = random.uniform(0.2, 0.9) * automatic, random.uniform(0.3, 0.55)
    neutral = random.uniform(0.1, 0.6) * automatic
    photo = fgr * pha + here * (1 - pha)
    own_gain = torch.exp(0.12 * config.rendering * random.normal(1))
    own_tint = 1 + 0.04 * config.rendering * random.normal(1, channels=3)
    own_gamma = torch.exp(0.12 * config.rendering * random.normal(1))
    vignette = random.chance(config.vignette).float() * random.uniform(0.05, 0.4)
    shade = 1 - vignette * random.radius(shape) ** 2  # B, 1, H, W
    curve = 0.25 * config.rendering * random.normal(1)

    def settings(image: Tensor) -> tuple[Tensor, Tensor]:
        mean = image.mean((2, 3), keepdim=True).clamp(min=0.02)  # B, 3, 1, 1
        level = mean.mean(1, keepdim=True)
        gain = (target / level) ** follow * (level / mean) ** neutral
        some = random.chance(config.residual).float() * power
        gain = gain * (1 + config.gain * some * random.normal(1))
        gain = gain * (1 + config.balance * some * random.normal(1, channels=3))
        bent = random.chance(config.fields).float() * power
        if bent.any():
            gain = gain * (1 + config.field * bent * smooth_fields(random, shape, 2, signed=True))
        gamma = own_gamma * torch.exp(config.gamma * some * random.normal(1))
        return (gain * own_gain * own_tint * shade).clamp(min=0.05), gamma

    def render(image: Tensor, gain: Tensor, gamma: Tensor) -> Tensor:
        value = (image * gain).clamp(0, 1)
        value = value.clamp(min=1e-6) ** gamma
        return (value + curve * value * (1 - value) * (1 - 2 * value)).clamp(0, 1)

    of_source, of_plate = settings(photo), settings(plate)
    return render(fgr, *of_source), render(here, *of_source), render(plate, *of_plate)


def _optics(
    fgr: Tensor, pha: Tensor, src: Tensor, plate: Tensor, config: CaptureConfig, power: Tensor,
    random: BatchRandom,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Focus that differs and sharpening; where the source blurs, its true matte blurs too."""
    softer = random.chance(config.blur).float() * power
    if softer.any():
        whose = random.uniform(0, 1)
        in_source = softer * (whose < 0.4) * random.uniform(0.3, 1.0)
        in_plate = softer * (whose > 0.3) * random.uniform(0.3, 1.4)
        layers = blur(torch.cat([src, fgr * pha, pha], 1), in_source)  # B, 7, H, W
        blurred = in_source > 0
        straight = layers[:, 3:6] / layers[:, 6:].clamp(min=1e-3)
        fgr = torch.where(blurred & (layers[:, 6:] > 1e-3), straight.clamp(0, 1), fgr)
        src = torch.where(blurred, layers[:, :3], src)
        pha = torch.where(blurred, layers[:, 6:], pha)
        plate = blur(plate, in_plate)
    sharp = random.chance(config.sharpen).float()
    if sharp.any():
        amount = sharp * random.uniform(0.2, 0.9)
        sharpness = random.uniform(0.5, 1.5) * (sharp > 0)
        layers = torch.cat([src, plate, fgr * pha, pha], 1)  # B, 10, H, W
        soft = blur(layers, sharpness)
        both, both_soft = layers[:, :6], soft[:, :6]
        both = both + amount * (both - both_soft)
        src, plate = both[:, :3].clamp(0, 1), both[:, 3:].clamp(0, 1)
        # The subject's own colour, softened within the subject only.
        fgr_soft = torch.where(soft[:, 9:] > 1e-3, soft[:, 6:9] / soft[:, 9:].clamp(min=1e-3), fgr)
        fgr = (fgr + amount * (fgr - fgr_soft)).clamp(0, 1)
    return fgr, pha.clamp(0, 1), src, plate


def _sensor(photo: Tensor, config: CaptureConfig, random: BatchRandom) -> Tensor:
    """Noise, compression and rounding, drawn anew for each photo."""
    noisy = random.chance(config.noise).float()
    if noisy.any():
        level = noisy * random.uniform(0, 0.17) ** 2  # standard deviation, up to 0.03
        grain = torch.randn(photo.shape, device=photo.device, generator=random.generator)
        coarse = (random.chance(0.3) & (noisy > 0)).flatten()
        if coarse.any():
            grain[coarse] = 1.6 * F.avg_pool2d(grain[coarse], 3, 1, 1)
        photo = photo + level * grain * (0.5 + photo.clamp(min=0)).sqrt()
    pressed = random.chance(config.jpeg).flatten()
    if pressed.any():
        photo = photo.clone()
        quality = random.uniform(40, 97).flatten()[pressed]
        photo[pressed] = jpeg(photo[pressed].clamp(0, 1), quality, random.generator)
    photo = photo.clamp(0, 1)
    rounded = (photo * 255).round() / 255
    return torch.where(random.chance(config.rounding), rounded, photo)
