"""`MattingBase`: the network with its weights' files and the Hub attached."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import ModelCard, PyTorchModelHubMixin
from torch import Tensor
from typing_extensions import Self

from ..errors import HubError, InputError
from ..files import make_folder, write_text
from ..hub.card import render_card, write_card
from ..hub.upload import files_of, upload
from ..model import BACKBONES, MattingNetwork
from .download import download
from .entries import STORED_DTYPES, check_entries, entries_of, to_dtype
from .files import (
    DEFAULT_WORKING_SIZE,
    check_folder,
    check_working_size,
    read_config,
    read_weights,
    write_weights,
)
from .lineage import KEY, Run, as_data, read_lineage
from .names import CONFIG_NAME, WEIGHTS_NAME
from .pins import pins_of
from .repositories import is_repo_id, resolve

OTHER_WEIGHTS = (
    "To use weights from elsewhere, give their folder (bgmatting convert makes one of a published "
    "checkpoint) or repository, or set BGMATTING_REPO"
)


class MattingBase(
    MattingNetwork,
    PyTorchModelHubMixin,
    library_name="bgmatting",
    license="mit",
    pipeline_tag="image-segmentation",
    tags=["background-matting", "image-matting", "alpha-matting"],
):
    """The base network of BackgroundMattingV2, loaded from and saved to folders and the Hub.

    Called with source and background it answers as `MattingNetwork` does. Its entries' names are
    those of the published checkpoints.

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

    def __init__(self, backbone: str, working_size: int = DEFAULT_WORKING_SIZE) -> None:
        super().__init__(backbone)
        self.backbone_name = backbone
        self.working_size = working_size
        self.lineage: tuple[Run, ...] = ()

    @property
    def working_size(self) -> int:
        return self._working_size

    @working_size.setter
    def working_size(self, value: int) -> None:
        self._working_size = check_working_size(value)

    @property
    def config(self) -> dict[str, Any]:
        """What `config.json` says: the arguments that make this network, and its lineage."""
        config = {"backbone": self.backbone_name, "working_size": self.working_size}
        return {**config, KEY: as_data(self.lineage)} if self.lineage else config

    @classmethod
    def from_pretrained(  # type: ignore[override]
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        local_files_only: bool = False,
        force_download: bool = False,
        dtype: torch.dtype = torch.float32,
    ) -> Self:
        """A network with its weights, on the CPU and in eval mode.

        Only `config.json` and `model.safetensors` are read, never a pickle; every entry must be
        there and fit. Nothing is printed to stdout.

        Args:
            pretrained_model_name_or_path: a folder; a backbone's name (the weights that came with
                the checkout, or else the backbone's repository); or a repository, owner/name.
            revision: branch, tag or commit of a repository.
            token: access token for the Hub; None: that of this machine's log-in.
            cache_dir: where downloads are kept; None: the cache of huggingface_hub.
            local_files_only: use what the cache has, leave the network alone.
            force_download: fetch again what the cache has.
            dtype: of the network, whatever the file's; float32, float16 or bfloat16.

        Raises:
            WeightsError: no such folder, or files that are missing, damaged or don't fit.
            HubError: the repository or its files are not there, not allowed, or not reached.
            InputError: an argument doesn't fit.
        """
        if dtype not in STORED_DTYPES:
            known = ", ".join(map(str, STORED_DTYPES))
            raise InputError(f"dtype is {dtype!r}; expected one of {known}")
        found = resolve(pretrained_model_name_or_path, revision=revision)
        pins = pins_of(pretrained_model_name_or_path, revision)
        if Path(found).is_dir():
            folder = Path(found)
            check_folder(folder)
        else:
            try:
                folder = download(
                    found,
                    revision=pins.revision,
                    token=token,
                    cache_dir=cache_dir,
                    local_files_only=local_files_only,
                    force_download=force_download,
                )
            except HubError as error:
                if pretrained_model_name_or_path not in BACKBONES:
                    raise
                raise HubError(f"{error}. {OTHER_WEIGHTS}") from error
        pins.check(folder)
        config = read_config(folder / CONFIG_NAME)
        lineage = read_lineage(folder / CONFIG_NAME)
        network = cls.from_state(
            read_weights(folder / WEIGHTS_NAME),
            **config,
            dtype=dtype,
            origin=folder / WEIGHTS_NAME,
        )
        network.lineage = lineage
        return network

    @classmethod
    def from_state(
        cls,
        state: dict[str, Tensor],
        backbone: str,
        working_size: int = DEFAULT_WORKING_SIZE,
        *,
        dtype: torch.dtype = torch.float32,
        origin: str | Path = "the state dict",
    ) -> Self:
        """A network with these weights (copied), in eval mode.

        Args:
            state: key -> tensor, exactly the network's entries.
            backbone, working_size: as for the class.
            dtype: of the network.
            origin: what the entries were read from, for messages.

        Raises:
            WeightsError: entries are missing, unexpected or misshapen; the message names them.
            InputError: an argument doesn't fit.
        """
        with torch.device("meta"):  # no random weights that would be thrown away
            network = cls(backbone, working_size)
        expected = network.state_dict()
        check_entries(state, expected, origin)
        converted = {
            key: state[key].to(
                "cpu", dtype if value.is_floating_point() else value.dtype, copy=True
            )
            for key, value in expected.items()
        }
        network.load_state_dict(converted, assign=True)
        return network.eval()

    def save_pretrained(
        self,
        save_directory: str | os.PathLike[str],
        *,
        dtype: torch.dtype | None = None,
        repo_id: str | None = None,
        push_to_hub: bool = False,
        model_card_kwargs: dict[str, Any] | None = None,
        **push_to_hub_kwargs: Any,
    ) -> str | None:
        """Write `config.json`, `model.safetensors` and a model card.

        Each file is written beside its place and then renamed, so a save that fails leaves what
        was there. A card with anybody's own words in it stays.

        Args:
            save_directory: the folder; made where it isn't there.
            dtype: of the file: float32, float16 (half the size) or bfloat16. None: the network's.
            push_to_hub: also upload; see the method of that name for `push_to_hub_kwargs`.
            repo_id: where to; None: the folder's name.
            model_card_kwargs: what the card says; see `card.render_card`.

        Returns:
            The commit's address where it was uploaded, else None.

        Raises:
            WeightsError: this is not the network as it was built (batch norms folded, say), or a
                value is too large for `dtype`.
            OutputError: the folder cannot be written.
            HubError: the upload failed.
        """
        state = self._storable_state(dtype)
        folder = make_folder(save_directory)
        write_weights(folder / WEIGHTS_NAME, state)
        write_text(folder / CONFIG_NAME, json.dumps(self.config, indent=2) + "\n")
        write_card(folder, **{**self._card_facts(), **(model_card_kwargs or {})})
        if not push_to_hub:
            return None
        return self.push_to_hub(
            repo_id or folder.resolve().name,
            dtype=dtype,
            model_card_kwargs=model_card_kwargs,
            **push_to_hub_kwargs,
        )

    def push_to_hub(  # type: ignore[override]
        self,
        repo_id: str,
        *,
        commit_message: str = "Upload weights with bgmatting",
        private: bool | None = None,
        token: str | bool | None = None,
        branch: str | None = None,
        create_pr: bool = False,
        dtype: torch.dtype | None = None,
        model_card_kwargs: dict[str, Any] | None = None,
    ) -> str:
        """Upload the files that `save_pretrained` writes, in one commit.

        The repository is made where it isn't there. A card it already has stays.

        Args:
            repo_id: owner/name, or a name alone for the log-in's own account.
            commit_message: of the commit.
            private: whether a new repository is private; None: the account's default.
            token: access token with write permission; None: that of this machine's log-in.
            branch: to commit to; None: the main one.
            create_pr: open a pull request in place of committing to the branch.
            dtype: of the file; None: the network's.
            model_card_kwargs: what the card says; see `card.render_card`.

        Returns:
            The commit's address.

        Raises:
            WeightsError: as for `save_pretrained`.
            HubError: not allowed, or not reached; nothing was committed.
        """
        name = repo_id if is_repo_id(repo_id) else None
        facts = {"name": name, **(model_card_kwargs or {})}
        folder = Path(tempfile.mkdtemp(prefix="bgmatting-"))
        try:
            self.save_pretrained(folder, dtype=dtype, model_card_kwargs=facts)
            return upload(
                files_of(folder),
                repo_id,
                commit_message=commit_message,
                private=private,
                token=token,
                branch=branch,
                create_pr=create_pr,
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def generate_model_card(self, *args: Any, **kwargs: Any) -> ModelCard:
        """The card as an object of huggingface_hub; arguments as `card.render_card` takes them."""
        return ModelCard(render_card(**{**self._card_facts(), **kwargs}))

    def _card_facts(self) -> dict[str, Any]:
        return {**self.config, KEY: self.lineage}

    def _storable_state(self, dtype: torch.dtype | None) -> dict[str, Tensor]:
        state = self.state_dict()
        expected = entries_of(self.backbone_name)
        check_entries(state, expected, "this network (changed since it was built?)")
        if dtype is None:
            dtype = next(value.dtype for value in state.values() if value.is_floating_point())
        return to_dtype(state, dtype)
