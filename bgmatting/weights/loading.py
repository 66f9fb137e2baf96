"""Loading: out of a folder or the Hub into a network, strictly unless told otherwise."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor
from typing_extensions import Self

from .files import DEFAULT_WORKING_SIZE, read_config
from .filling import check_call, check_device, check_dtype, check_known, fill
from .lineage import KEY, read_lineage
from .locate import locate
from .names import CONFIG_NAME, weights_path
from .recorded import FIXED, RecordedNetwork
from .tensor_files import read_weights


class Loading(RecordedNetwork, PyTorchModelHubMixin):
    """The methods of `MattingBase` that make a network of weights."""

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        *,
        revision: str | None = None,
        subfolder: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        local_files_only: bool = False,
        force_download: bool = False,
        map_location: str | torch.device = "cpu",
        strict: bool = True,
        dtype: torch.dtype | None = None,
        torch_dtype: torch.dtype | None = None,
        **model_kwargs: Any,
    ) -> Self:
        """A network with its weights, in eval mode.

        Only `config.json` and the weights in safetensors are read, never a pickle, and on the Hub
        all of one commit. Nothing is printed to stdout.

        Args:
            pretrained_model_name_or_path: a folder; a backbone's name (the weights that came with
                the checkout, or else the backbone's repository); or a repository, owner/name.
            revision: branch, tag or commit of a repository.
            subfolder: of the folder or repository, where the weights are.
            token: access token for the Hub; None: that of this machine's log-in.
            cache_dir: where downloads are kept; None: the cache of huggingface_hub.
            local_files_only: use what the cache has, leave the network alone.
            force_download: fetch again what the cache has.
            map_location: the device to load onto.
            strict: every entry must be there and fit (the mixin's own default is False). False:
                what fits is loaded, the rest is left as it is initialised.
            dtype: of the network, whatever the file's; float32 (None), float16 or bfloat16.
            torch_dtype: another name for it.
            model_kwargs: arguments of the class, in place of what the config says.

        Raises:
            WeightsError: no such folder, or files that are missing, damaged or don't fit.
            HubError: the repository or its files are not there, not allowed, or not reached.
            InputError: an argument doesn't fit, or is not known.
        """
        cls._check_keywords(model_kwargs)
        device, wanted = check_device(map_location), check_dtype(dtype, torch_dtype)
        folder = locate(
            pretrained_model_name_or_path,
            revision=revision,
            subfolder=subfolder,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
            force_download=force_download,
        )
        read_config(folder / CONFIG_NAME)  # a plain sentence, before the mixin reads it
        if wanted is not torch.float32:  # a subclass's hook may know no more than the mixin's
            model_kwargs["dtype"] = wanted
        network: Self = super().from_pretrained(
            folder, map_location=device, strict=strict, **model_kwargs
        )
        return network

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        map_location: str | torch.device = "cpu",
        strict: bool = True,
        dtype: torch.dtype | None = None,
        revision: str | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        force_download: bool = False,
        local_files_only: bool = False,
        token: str | bool | None = None,
        **model_kwargs: Any,
    ) -> Self:
        """The mixin's hook: a network out of a folder, which `from_pretrained` has found.

        Args:
            model_id: the folder.
            map_location, strict, dtype: as for `from_pretrained`.
            revision, cache_dir, force_download, local_files_only, token: done with.
            model_kwargs: arguments of the class, from the config and from keywords.
        """
        folder = Path(model_id)
        size = read_config(folder / CONFIG_NAME)["working_size"]
        given = model_kwargs.pop(FIXED, ())  # where the class takes any, the mixin gives it all
        fixed = [name for name in ("backbone", "working_size") if name in _as_names(given)]
        size_is_fixed = not cls._takes("working_size") or "working_size" in fixed
        if size_is_fixed:
            size = model_kwargs.pop("working_size", size)
        for name in (KEY, *fixed):
            if not cls._takes(name, by_name=True):
                model_kwargs.pop(name, None)
        network = cls._filled(
            model_kwargs,
            read_weights(folder),
            strict=strict,
            dtype=check_dtype(dtype),
            device=check_device(map_location),
            origin=weights_path(folder) or folder,
        )
        if size_is_fixed:
            network.working_size = size
        network.lineage = read_lineage(folder / CONFIG_NAME)
        return network

    @classmethod
    def from_state(
        cls,
        state: Mapping[str, Tensor],
        backbone: str,
        working_size: int = DEFAULT_WORKING_SIZE,
        *,
        dtype: torch.dtype = torch.float32,
        origin: str | Path = "the state dict",
        **model_kwargs: Any,
    ) -> Self:
        """A network with these weights (copied), on the CPU and in eval mode.

        Args:
            state: key -> tensor, exactly the network's entries.
            backbone, working_size: as for the class.
            dtype: of the network.
            origin: what the entries were read from, for messages.
            model_kwargs: a subclass's other arguments.

        Raises:
            WeightsError: entries are missing, unexpected or misshapen; the message names them.
            InputError: an argument doesn't fit.
        """
        arguments = {"backbone": backbone, "working_size": working_size, **model_kwargs}
        device = torch.device("cpu")
        return cls._filled(arguments, state, strict=True, dtype=dtype, device=device, origin=origin)

    @classmethod
    def _filled(
        cls, arguments: Mapping[str, Any], state: Mapping[str, Tensor], *, strict: bool, **how: Any
    ) -> Self:
        """A network built of these arguments and filled; see `filling.fill`."""
        check_call(cls, arguments)
        if not strict:
            network = cls(**arguments)
        elif cls.__init__ is RecordedNetwork.__init__:
            with torch.device("meta"):  # no random weights that would be thrown away
                network = cls(**arguments)
        else:  # a subclass may compute with what it makes
            with torch.random.fork_rng(devices=[]):
                network = cls(**arguments)
        fill(network, state, strict=strict, **how)
        return network.eval()

    @classmethod
    def _check_keywords(cls, given: Mapping[str, Any]) -> None:
        """Refuse arguments that neither the class nor, in a subclass, the hook has."""
        if cls._takes("anything"):
            return
        ours = inspect.signature(Loading._from_pretrained).parameters
        hook = [
            name for name in inspect.signature(cls._from_pretrained).parameters if name not in ours
        ]
        known = dict.fromkeys([*list(cls._hub_mixin_init_parameters)[1:], "working_size", *hook])
        check_known(given, known, f"{cls.__name__}.from_pretrained", "of the network it knows")


def _as_names(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
