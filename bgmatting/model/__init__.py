"""The network in pure torch: tensors in, tensors out, no files."""

from .backbones import BACKBONES
from .folding import fold_batch_norm
from .network import MattingNetwork, Outputs
from .precision import lower_precision

__all__ = ["BACKBONES", "MattingNetwork", "Outputs", "fold_batch_norm", "lower_precision"]
