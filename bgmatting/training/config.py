"""Everything that makes a training run, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from ..weights.files import check_working_size
from .schedule import Schedule
from .synthesis.settings import AssetFolders, CaptureConfig, GeneratorConfig


@dataclass(frozen=True)
class Settings:
    """What a run has unless it says otherwise and its start decides.

    Attributes:
        norms: share of a run from nothing in which batch norms follow their batches. With norms
            frozen from the first step such a network learns nothing; how long is chosen by eye.
    """

    norms: float = 0.3


SETTINGS = Settings()


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that makes a run; the defaults are the recommended values.

    Attributes:
        backbone: of the network.
        out: folder for the checkpoint, the log and the weights.
        folders: pictures to draw from, any of them empty.
        schedule: how long, and what changes on the way.
        capture: what sets source and plate apart.
        generator: shares of subject and scene families.
        encoder: safetensors to start the encoder from.
        start: or weights to start from: folder, backbone name or repo id; of the same backbone, or
            for a ResNet of a shallower one.
        teacher: or MobileNetV2 weights to grow a ResNet out of; see `growing`.
        fitting: pairs of 192 pixels that such a ResNet is fitted to the teacher on.
        norms: share of the run in which batch norms follow their batches; then they are frozen.
            None: 0 where the network can matte before the first step, else `Settings.norms`.
        seed: of everything random.
        workers: drawing processes for each training process.
        precision: `no`, `bf16` or `fp16`, of the network's mixed precision.
        cpu: do not use a GPU.
        check_every: steps between checkpoint, validation and pictures.
        validation: how many frozen pairs to validate on, at the size of the last crops.
        statistics: batches over which batch norm is estimated anew, before it is frozen or at the
            end.
        working_size: pixels on the long side at which the weights are to be used; None: as those
            that the run starts from, if any, else the default.

    Raises:
        InputError: workers, check_every, validation or working_size is out of range.
    """

    backbone: str
    out: Path
    folders: AssetFolders = field(default_factory=AssetFolders)
    schedule: Schedule = field(default_factory=Schedule)
    capture: CaptureConfig = field(default_factory=CaptureConfig)
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)
    encoder: Path | None = None
    start: str | None = None
    teacher: str | None = None
    fitting: int = 64
    norms: float | None = None
    seed: int = 0
    workers: int = 1
    precision: str = "no"
    cpu: bool = False
    check_every: int = 250
    validation: int = 48
    statistics: int = 60
    working_size: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("workers", 0), ("check_every", 1), ("validation", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name} is {getattr(self, name)}; expected at least {least}")
        if self.working_size is not None:
            check_working_size(self.working_size)

    @property
    def trained_start(self) -> bool:
        """Whether the network can matte before the first step."""
        return bool(self.start or self.teacher)

    @property
    def follow_norms(self) -> float:
        """`norms`, or what it is by default."""
        if self.norms is not None:
            return self.norms
        return 0.0 if self.trained_start else SETTINGS.norms
