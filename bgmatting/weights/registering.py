"""A backbone of the user's own, made known beside those of the package."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

from ..errors import InputError
from ..model.backbones import BACKBONES, Backbone
from .catalogue import BackboneInfo, add, list_backbones
from .repositories import is_repo_id


def register_backbone(
    name: str,
    encoder: Callable[[], nn.Module],
    features: int,
    shortcuts: Sequence[int],
    *,
    title: str | None = None,
    note: str = "",
    repository: str | None = None,
    revision: str = "main",
) -> None:
    """Make a backbone known to this process: networks can be built, saved and loaded with it.

    Its name then goes wherever those of the package go: `MattingBase`, `--backbone`, the page.
    Weights that were saved with it can be loaded by whoever registers it too.

    Args:
        name: letters, digits and _, such as "my_net".
        encoder: builds the encoder with random weights. Called with (B, 6, H, W), source and plate,
            RGB, 0..1, it gives the list of its five maps at 1/1 (the input itself), 1/2, 1/4, 1/8
            and 1/16 of that size, each (B, channels, h, w). Two attributes of it are looked at, if
            it has them, `FINE` and `FOLDS`: see `model.encoders.ResNetEncoder`. Without them it is
            run in float32 and with its batch norms, which is right for any, only slower.
        features: channels of the map at 1/16.
        shortcuts: channels of the maps at 1/8, 1/4, 1/2 and 1/1.
        title: what people call it; None: the name.
        note: its size and speed, in a few words.
        repository: where its weights are on the Hub, owner/name; None: it has none, and its weights
            are loaded by their folder or repository.
        revision: branch, tag or commit of the repository.

    Raises:
        InputError: the name is taken or no such name, or another argument doesn't fit.
    """
    known = list_backbones()
    if not (isinstance(name, str) and name.isascii() and name.isidentifier()):
        raise InputError(
            f'the name is {name!r}; expected letters, digits and _, such as "my_net", not '
            "beginning with a digit"
        )
    # Folders of weights are called so, and some file systems see no capitals.
    if name.lower() in (other.lower() for other in known):
        raise InputError(f"the name {name!r} is taken: choose one other than {', '.join(known)}")
    if not callable(encoder) or isinstance(encoder, nn.Module):
        raise InputError(f"encoder is {encoder!r}; expected a class or function that builds one")
    counts = tuple(shortcuts)
    if len(counts) != 4 or not all(map(_is_count, (features, *counts))):
        raise InputError(
            f"features are {features!r} and shortcuts {counts!r}; expected the number of channels "
            "at 1/16, and the four at 1/8, 1/4, 1/2 and 1/1"
        )
    if repository is not None and not is_repo_id(repository):
        raise InputError(f"repository is {repository!r}; expected owner/name")
    eighth, quarter, half, whole = counts
    BACKBONES[name] = Backbone(encoder, features, (eighth, quarter, half, whole))
    add(name, BackboneInfo(title or name, note, repository, revision if repository else None))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
