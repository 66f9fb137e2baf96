"""What the generator of photo pairs draws: how often, how strongly, out of which pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FRAME = 512  # sides of the frame that crops are out of, pixels: what motion is measured in

# Shares of the families of scenes and of subjects; those without pictures drop out.
SCENE_SHARES = {"photo": 0.62, "leaves": 0.14, "wall": 0.16, "texture": 0.08}
SUBJECT_SHARES = {
    "people": 0.38,
    "objects": 0.19,
    "soft": 0.45,
    "mattes": 0.40,
    "humanoid": 0.13,
    "blob": 0.09,
    "hard": 0.10,
    "strands": 0.08,
    "empty": 0.02,
    "full": 0.01,
}


SUBJECT_KINDS = ("people", "objects", "soft", "mattes")  # the families that need pictures


@dataclass(frozen=True)
class AssetFolders:
    """Where pictures lie; each kind may have any number of folders, none at all too.

    Attributes:
        people: RGBA pictures of people, straight colour.
        objects: RGBA pictures of anything else, straight colour.
        soft: banks of soft subjects, RGBA pictures of straight colour in a folder for each kind.
        mattes: folders that hold `fgr/` (RGB) and `pha/` (grey) with like-named files, the layout
            of the public matting sets.
        backgrounds: photos of scenes.
        textures: photos used only as surfaces of drawn shapes.
    """

    people: Sequence[Path] = ()
    objects: Sequence[Path] = ()
    soft: Sequence[Path] = ()
    mattes: Sequence[Path] = ()
    backgrounds: Sequence[Path] = ()
    textures: Sequence[Path] = ()


@dataclass(frozen=True)
class GeneratorConfig:
    """Shares of the families, None for the defaults beside their code (used for ablations)."""

    subjects: dict[str, float] | None = None
    scenes: dict[str, float] | None = None


@dataclass(frozen=True)
class CaptureConfig:
    """Chances and strengths. Those of strength scale with `strength`, and vanish in a clean sample.

    The values are the shares that a first trial found to work; see the training chapter.
    """

    strength: float = 1.0
    clean: float = 0.12  # share of samples whose plate is exact but for noise, JPEG and rounding
    shadow: float = 0.5
    passer: float = 0.1
    bounce: float = 0.15
    reflection: float = 0.06
    change: float = 0.05
    look: float = 1.0  # how far the camera's rendering, the same for both, strays from neutral
    exposure: float = 0.45
    residual: float = 0.75  # share with any residual gain, white balance and gamma
    gain: float = 0.08
    balance: float = 0.03
    gamma: float = 0.07
    fields: float = 0.25
    field: float = 0.08
    vignette: float = 0.2
    motion: float = 0.45
    # Standard deviation, in pixels of the network, whatever the crop: more than aligning leaves.
    shift: float = 1.0
    shake: float = 0.1  # share of moved samples that moved three times as far
    turn: float = 0.3  # degrees, about the middle of a frame of FRAME pixels
    parallax: float = 0.2
    blur: float = 0.25
    sharpen: float = 0.15
    noise: float = 0.6
    jpeg: float = 0.45
    rounding: float = 0.9


NO_DISTURBANCE = CaptureConfig(
    strength=0, clean=1, shadow=0, passer=0, bounce=0, reflection=0, change=0, look=0, exposure=0,
    residual=0, fields=0, vignette=0, motion=0, parallax=0, blur=0, sharpen=0, noise=0, jpeg=0,
    rounding=0,
)  # fmt: skip
