"""What the generator of photo pairs draws: how often, how strongly, out of which pictures.

Within these, what gives each drawing its form and each disturbance its course stands where it is
drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
class Settings:
    """What is the same for every run. All chosen by eye, but where it says why.

    Attributes:
        frame: pixels, sides of the frame that crops are out of: what a camera turns about.
        margin: share of a crop's long side by which the scene goes on beyond it.
        least_margin: pixels, of it; more than a camera that shook mostly moves, whose deviation
            is three times `CaptureConfig.shift`.
        shape_scale: drawn shapes are drawn this much larger and averaged, so that their edges are
            exact fractions.
        held_out: one in so many pictures of each folder is validated on.
        least_pictures: in a folder, for any to be held out.
        damaged_in_a_row: pictures drawn that cannot be read, before a run gives up; where half of
            a folder is damaged, one draw in a million comes to that.
        camouflage: share of opaque subjects that take on the scene's colours, as a balance to what
            is seen through: with 0.2 a network that learned glass saw through people.
        soft_camouflage: share of soft subjects whose tone comes near the scene's.
    """

    frame: int = 512
    margin: float = 0.06
    least_margin: int = 16
    shape_scale: int = 3
    held_out: int = 25
    least_pictures: int = 8
    damaged_in_a_row: int = 20
    camouflage: float = 0.35
    soft_camouflage: float = 0.3


SETTINGS = Settings()


def _subjects() -> dict[str, float]:
    return {
        "people": 0.45,
        "objects": 0.19,
        "soft": 0.36,
        "mattes": 0.40,
        "humanoid": 0.13,
        "blob": 0.09,
        "hard": 0.10,
        "strands": 0.08,
        "empty": 0.02,
        "full": 0.01,
    }


def _scenes() -> dict[str, float]:
    return {"photo": 0.62, "leaves": 0.14, "wall": 0.16, "texture": 0.08}


def _soft() -> dict[str, float]:
    return {
        "hair": 2.5,
        "people": 2.5,
        "foliage": 1.5,
        "feathers": 0.3,
        "vapour": 0.5,
    }


@dataclass(frozen=True)
class GeneratorConfig:
    """How often what is drawn: shares, which need not sum to 1.

    Families whose pictures are missing drop out, and the others take their share. What each is
    worth is measured by benchmarks/ablations.py; how much of each is chosen by eye.

    Attributes:
        subjects: family -> share.
        scenes: family -> share.
        soft: kind of soft subject -> weight, however many pictures there are of it; 1 where it is
            not named. Hair is what most photos have; feathers and smoke are rare. More of what
            is clear inside costs people who have the scene's colours.
    """

    subjects: dict[str, float] = field(default_factory=_subjects)
    scenes: dict[str, float] = field(default_factory=_scenes)
    soft: dict[str, float] = field(default_factory=_soft)


GENERATOR = GeneratorConfig()


@dataclass(frozen=True)
class CaptureConfig:
    """What a camera, its light and its holder do to a pair: chances and strengths.

    Unless said otherwise a value is the share of samples in which something happens. Strengths, and
    with them what happens, scale with `strength` and vanish in a clean sample. What leaving each
    group out costs is measured by benchmarks/ablations.py; the values are those that a first trial
    found to work.

    Attributes:
        strength: of all that follows, 0..1; `anneal` changes it in the course of a run.
        clean: samples whose plate is exact but for noise, JPEG and rounding.
        shadow: the subject's, on the source.
        passer: shadow of someone beside the frame, on the plate.
        bounce: light that the subject throws back on the scene.
        contact: a shadow that hugs the subject where it stands.
        reflection: of the subject in the floor.
        change: something small differs that is not the subject.
        rendering: strength: how far the camera's rendering, the same for both photos, strays from
            neutral; 1 is a deviation of 12 % in gain and gamma and 4 % in white balance.
        exposure: exposure and white balance follow each photo's own content.
        residual: any leftover gain, white balance and gamma.
        gain: strength: its deviation, share.
        balance: strength: its deviation for each channel, share.
        gamma: strength: its deviation, log of the power.
        fields: gain that is uneven over the frame.
        field: strength: how uneven, share.
        vignette: both photos darken towards their corners.
        motion: the camera moved.
        shift: strength: its deviation in pixels of the network, whatever the crop; more than
            aligning leaves (benchmarks/registration.py measures that).
        shake: moved samples that moved three times as far.
        turn: strength: its deviation in degrees, about the middle of a frame of
            `Settings.frame` pixels.
        parallax: near things moved against far ones.
        blur: one photo's focus is off, or both are, each by its own.
        sharpen: both photos are sharpened.
        noise: a photo has noise.
        jpeg: a photo is compressed.
        rounding: a photo is rounded to 8 bits.
    """

    strength: float = 1.0
    clean: float = 0.12
    shadow: float = 0.5
    passer: float = 0.1
    bounce: float = 0.15
    contact: float = 0.2
    reflection: float = 0.12
    change: float = 0.05
    rendering: float = 1.0
    exposure: float = 0.45
    residual: float = 0.75
    gain: float = 0.08
    balance: float = 0.03
    gamma: float = 0.07
    fields: float = 0.25
    field: float = 0.08
    vignette: float = 0.2
    motion: float = 0.45
    shift: float = 1.0
    shake: float = 0.1
    turn: float = 0.3
    parallax: float = 0.2
    blur: float = 0.25
    sharpen: float = 0.15
    noise: float = 0.6
    jpeg: float = 0.45
    rounding: float = 0.9


NO_DISTURBANCE = CaptureConfig(
    strength=0, clean=1, shadow=0, passer=0, bounce=0, contact=0, reflection=0, change=0,
    rendering=0, exposure=0, residual=0, fields=0, vignette=0, motion=0, parallax=0, blur=0,
    sharpen=0, noise=0, jpeg=0, rounding=0,
)  # fmt: skip
