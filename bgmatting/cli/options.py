"""What `cutout` and `folder` have in common: options, their checks, and the settings they give.

Nothing here imports torch, so that `--help` and wrong usage answer at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click
from click.shell_completion import CompletionItem

from ..imaging.limits import MIN_SIDE
from ..weights.catalogue import DEFAULT_BACKBONE, list_backbones
from .results import EXR, KINDS, OPTIONAL_KINDS
from .settings import Settings

DEFAULT_BACKDROP = "white"
PRECISIONS = ("auto", "float32", "float16", "bfloat16")

if TYPE_CHECKING:
    ParamType: TypeAlias = click.ParamType[Any]
else:
    ParamType = click.ParamType  # not generic in all versions allowed

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class BackboneName(ParamType):
    """A backbone's name; also one that was registered after this module was imported."""

    name = "name"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        known = list_backbones()
        if value not in known:
            self.fail(f"{value!r} is none of {', '.join(known)}", param, ctx)
        result: str = value
        return result

    def get_metavar(self, param: Any, ctx: Any = None) -> str:
        return f"[{'|'.join(list_backbones())}]"

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in list_backbones() if name.startswith(incomplete)]


class Kinds(ParamType):
    """Comma-separated kinds of results."""

    name = "list"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = [name.strip().lower() for name in value.split(",") if name.strip()]
        for name in names:
            if name not in KINDS:
                self.fail(f"{name!r} is none of {', '.join(OPTIONAL_KINDS)}", param, ctx)
        return tuple(names)


class Size(ParamType):
    """`auto`, `native` or a whole number of pixels."""

    name = "pixels"

    def convert(self, value: Any, param: Any, ctx: Any) -> str | int:
        if value in ("auto", "native") or isinstance(value, int):
            result: str | int = value
            return result
        try:
            size = int(value)
        except ValueError:
            size = 0
        if size < 1:
            self.fail(f"{value!r} is neither a number of pixels nor auto nor native", param, ctx)
        if size < MIN_SIDE:
            self.fail(f"{value} pixels are too few: at least {MIN_SIDE}", param, ctx)
        return size


class Number(click.FloatRange):
    """A number in a range, which "nan" is not, whatever it is compared with."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number", param, ctx)
        return number


class BackdropName(ParamType):
    """`blur`, the path of a photo that is there, or a colour."""

    name = "backdrop"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        from ..errors import InputError
        from ..imaging.result.backdrop import Backdrop

        try:
            Backdrop.of(value)
        except InputError as error:
            self.fail(str(error), param, ctx)
        result: str = value
        return result


force_download_option = click.option(
    "--force-download",
    is_flag=True,
    help="Fetch weights from the Hub again, although they are on this machine.",
)

device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    default="auto",
    show_default=True,
)

precision_option = click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="auto",
    show_default=True,
    help="Number format of the network. auto: the fastest this machine does well.",
)

_OPTIONS = (
    click.option(
        "--backbone",
        type=BackboneName(),
        help=f"Weights by backbone.  [default: {DEFAULT_BACKBONE}]",
    ),
    click.option(
        "--weights",
        metavar="FOLDER_OR_REPO",
        help="Weights from a folder (config.json, model.safetensors) or a Hub repository "
        "(owner/name), in place of --backbone.",
    ),
    force_download_option,
    click.option(
        "--save",
        "kinds",
        type=Kinds(),
        metavar="LIST",
        default=(),
        help=f"What to write beside the cut-out, comma-separated: {', '.join(OPTIONAL_KINDS)}. "
        "exr: the cut-out once more as OpenEXR, floats in linear light, premultiplied; it needs "
        "the extra of that name.",
    ),
    click.option(
        "--backdrop",
        type=BackdropName(),
        metavar="COLOUR|IMAGE|blur",
        help="Write a composite on this: a colour, another photo, or the background blurred.  "
        f"[default with --save composite: {DEFAULT_BACKDROP}]",
    ),
    click.option(
        "--bits",
        type=click.Choice(["8", "16"]),
        default="8",
        show_default=True,
        help="Depth of the PNGs, bits a channel; composites have 8.",
    ),
    click.option(
        "--bleed",
        is_flag=True,
        help="Continue the subject's colours where the cut-out is fully transparent, for editors "
        "and games that filter them.  [default: black there]",
    ),
    click.option(
        "--despill",
        type=Number(0, 1),
        metavar="0..1",
        default=0.0,
        help="Take this much of the old background's colour out of edges that still hold it.  "
        "[default: 0]",
    ),
    click.option(
        "--size",
        type=Size(),
        metavar="N|auto|native",
        default="auto",
        show_default=True,
        help="Working size: the long side in pixels at which the network sees the photos. "
        "Smaller photos are shown to it enlarged, at most twofold. Results are always full size. "
        "auto: what suits the weights; native: the photo's own.",
    ),
    device_option,
    precision_option,
    click.option(
        "--engine",
        type=click.Choice(["auto", "torch", "openvino", "onnxruntime"]),
        default="auto",
        show_default=True,
        help="What runs the network. openvino and onnxruntime need the extra openvino or onnx, and "
        "run on the CPU. auto: for many photos the fastest that is installed; for one, torch.",
    ),
    click.option(
        "--threads",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many threads the network may use on the CPU; no more than there are cores.",
    ),
    click.option(
        "--align/--no-align",
        default=True,
        show_default=True,
        help="Make the background fit first, where the camera moved or the light changed.",
    ),
    click.option(
        "--clean", is_flag=True, help="Drop small islands far from the subject, fill pinholes."
    ),
    click.option("--overwrite", is_flag=True, help="Replace results that exist already."),
    click.option(
        "--timing", is_flag=True, help="Say on stderr what took how long, and what was done."
    ),
)


def matting_options(command: CommandT) -> CommandT:
    """Give a click command the options above; `settings` makes a `Settings` of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings(
    *,
    backbone: str | None,
    weights: str | None,
    kinds: tuple[str, ...],
    backdrop: str | None,
    bits: str,
    **others: Any,
) -> Settings:
    """Check the options against one another.

    Raises:
        click.UsageError: they contradict one another.
        InputError: an extra is needed that is not installed.
    """
    if EXR in kinds:
        from ..imaging.photos.exr import check_installed

        check_installed()
    if backbone and weights:
        raise click.UsageError("--backbone and --weights exclude each other: give one")
    wanted = {"cutout", *kinds, *(("composite",) if backdrop else ())}
    return Settings(
        weights=weights or backbone or DEFAULT_BACKBONE,
        kinds=tuple(kind for kind in KINDS if kind in wanted),
        backdrop=backdrop or DEFAULT_BACKDROP,
        bits=int(bits),
        **others,
    )
