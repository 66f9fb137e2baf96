"""Batch norm folded into the convolutions before it: the same function in fewer passes."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import TypeVar

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def fold_batch_norm(network: ModuleT) -> ModuleT:
    """A copy of `network` for inference, in eval mode, its batch norms folded away.

    A batch norm is folded where it directly follows a convolution among its parent's children,
    which is the order of use in every block of this package's networks. Encoders made elsewhere
    may have another, so one that does not say `FOLDS` is left as it is. The argument is unchanged.
    """
    network = copy.deepcopy(network).eval()
    encoder = getattr(network, "backbone", None)
    elsewhere: set[nn.Module] = set()
    if encoder is not None and not getattr(encoder, "FOLDS", False):
        elsewhere.update(encoder.modules())
    for parent in list(network.modules()):
        if parent in elsewhere:
            continue
        children = list(parent.named_children())
        for (conv_name, conv), (norm_name, norm) in pairwise(children):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(parent, conv_name, fuse_conv_bn_eval(conv, norm))
                setattr(parent, norm_name, nn.Identity())
    return network
