"""The network in what torch puts around one."""

from __future__ import annotations

from torch import nn

from ..errors import InputError
from .network import MattingNetwork


def unwrapped(network: nn.Module) -> MattingNetwork:
    """The network in what torch puts around one: data parallelism, compilation.

    Raises:
        InputError: it is none of ours.
    """
    while not isinstance(network, MattingNetwork):
        inner = getattr(network, "_orig_mod", None) or getattr(network, "module", None)
        if not isinstance(inner, nn.Module):
            break
        network = inner
    if not callable(getattr(network, "raw", None)):
        raise InputError(
            f"the network is {type(network).__name__}; expected a MattingNetwork, such as "
            "MattingBase.from_pretrained gives"
        )
    return network  # type: ignore[return-value]
