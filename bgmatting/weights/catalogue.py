"""The backbones by name: what to tell people of each, and which weights its name stands for.

What their networks are made of is in `model.backbones`. Nothing here imports torch, so that help
and the page need not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import unknown_backbone


@dataclass(frozen=True)
class PinnedFile:
    """A file that only one content will do for.

    Attributes:
        name: in a folder of weights and in a repository.
        size: in bytes.
        sha256: of its content, hexadecimal.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class BackboneInfo:
    """What there is to know of a backbone before its network is built.

    Attributes:
        title: what people call it.
        note: its size and speed, in a few words.
        repository: on the Hub, owner/name; None: it has none.
        revision: of the repository, the commit to load; None: nothing is published there yet as
            far as this version knows. Whoever publishes the weights sets it.
        files: what its name stands for, each by its hash; none: whatever the repository has.
    """

    title: str
    note: str = ""
    repository: str | None = None
    revision: str | None = None
    files: tuple[PinnedFile, ...] = ()

    @property
    def size(self) -> int | None:
        """Bytes of its weights' files; None where that is not known."""
        return sum(file.size for file in self.files) or None


# Notes: parameters, and multiplications in proportion to the first's (22.3 GFLOP at 512 x 384, as
# torch.utils.flop_counter counts them). Files: as `python -m bgmatting.weights.pins` prints them.
_TABLE: dict[str, BackboneInfo] = {
    "mobilenetv2": BackboneInfo(
        title="MobileNetV2",
        note="5 M parameters, the fastest",
        repository="bgmatting/bgmatting-mobilenetv2",
        files=(
            PinnedFile(
                "config.json",
                3_965,
                "3038ad047408c067ed2585468892aa36568daaed29e89ed905c4bf590dd04179",
            ),
            PinnedFile(
                "model.safetensors",
                10_090_110,
                "281a9a3ab0badf6fe8c6dfed51e4c3b4f9a4267d57de886b4769e0e7499d8b9c",
            ),
        ),
    ),
    "resnet50": BackboneInfo(
        title="ResNet-50",
        note="40 M parameters, 4 times the work",
        repository="bgmatting/bgmatting-resnet50",
        files=(
            PinnedFile(
                "config.json",
                6_430,
                "c5607c868a80bf567b3e9e56863077d5b0fe53f6cbbb644b0a129c50d958933f",
            ),
            PinnedFile(
                "model.safetensors",
                80_615_150,
                "6abd5a5ef54202aa88c9eb2a018efccd61e1979aa005de8d084903144ef5cab8",
            ),
        ),
    ),
    "resnet101": BackboneInfo(
        title="ResNet-101",
        note="59 M parameters, 6 times the work",
        repository="bgmatting/bgmatting-resnet101",
        files=(
            PinnedFile(
                "config.json",
                7_684,
                "ab1e822c575480553636cc5a79e822fd32a4237c5fbab937f536be80dd5d1a93",
            ),
            PinnedFile(
                "model.safetensors",
                118_735_014,
                "ec6614172b0136873e36222980a292bf776bafe68e0ca7cfcb8d59dd0c8f50c7",
            ),
        ),
    ),
}

DEFAULT_BACKBONE = next(iter(_TABLE))  # the first


def list_backbones() -> dict[str, BackboneInfo]:
    """Name -> facts of every backbone that networks can be built with."""
    return dict(_TABLE)


def backbone_info(name: str) -> BackboneInfo:
    """The facts of one backbone.

    Raises:
        InputError: it is unknown; the message lists those that are known.
    """
    try:
        return _TABLE[name]
    except (KeyError, TypeError):
        raise unknown_backbone(name, _TABLE) from None


def add(name: str, info: BackboneInfo) -> None:
    """Put a backbone into the table; `registering.register_backbone` is for users."""
    _TABLE[name] = info
