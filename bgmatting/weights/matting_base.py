"""`MattingBase`: the network with its weights' files and the Hub attached."""

from __future__ import annotations

from .loading import Loading
from .saving import Saving


class MattingBase(
    Loading,
    Saving,
    library_name="bgmatting",
    license="mit",
    pipeline_tag="image-segmentation",
    tags=["background-matting", "image-matting", "alpha-matting"],
):
    """The base network of BackgroundMattingV2, loaded from and saved to folders and the Hub.

    Called with source and background it answers as `MattingNetwork` does. Its entries' names are
    those of the published checkpoints.

    It is a class with huggingface_hub's `PyTorchModelHubMixin`, and a subclass may do what that
    lets it do: have arguments (those that JSON can hold are saved as they were given) and modules
    of its own, and extend `_from_pretrained`, `_save_pretrained` and `generate_model_card`.

    Args:
        backbone: its name; `list_backbones()` has them.
        working_size: pixels on the long side at which photos are best matted with the weights;
            64 to 4096.

    Attributes:
        backbone_name: the argument `backbone` (`backbone` itself is the encoder).
        working_size: as given; may be set.
        lineage: the training runs behind the weights, oldest first, as far as their folder says;
            may be set.

    Raises:
        InputError: the backbone is unknown, or the working size not in range.
    """
