"""Saving: a network into a folder or the Hub, whole or not at all."""

from __future__ import annotations

import inspect
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import ModelCard, PyTorchModelHubMixin
from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]

from ..errors import InputError
from ..hub.card import render_card
from ..hub.card_mark import is_hand_written
from ..hub.card_metrics import METRICS_NAME
from ..hub.upload import upload
from .filling import check_known
from .lineage import KEY
from .names import CARD_NAME
from .placing import staged
from .recorded import RecordedNetwork
from .repositories import is_repo_id
from .tensor_files import SHARD_SIZE, write_weights

Patterns = Sequence[str] | str | None


@dataclass(frozen=True)
class _Options:
    """What a save was asked for that the mixin's hooks have no argument for."""

    dtype: torch.dtype | None = None
    max_shard_size: int | str = SHARD_SIZE
    card: Mapping[str, Any] = field(default_factory=dict)


_NONE_ASKED = _Options()
_OPTIONS: ContextVar[_Options] = ContextVar("_OPTIONS", default=_NONE_ASKED)


class Saving(RecordedNetwork, PyTorchModelHubMixin):
    """The methods of `MattingBase` that write its files."""

    def save_pretrained(
        self,
        save_directory: str | os.PathLike[str],
        *,
        config: Any = None,
        dtype: torch.dtype | None = None,
        max_shard_size: int | str = SHARD_SIZE,
        repo_id: str | None = None,
        push_to_hub: bool = False,
        model_card_kwargs: dict[str, Any] | None = None,
        **push_to_hub_kwargs: Any,
    ) -> str | None:
        """Write `config.json`, the weights in safetensors and a model card.

        All is written aside and then put in place, so a save that fails leaves what was there. A
        card with anybody's own words in it stays.

        Args:
            save_directory: the folder; made where it isn't there.
            config: more entries for `config.json`, a mapping or a dataclass.
            dtype: of the file: float32, float16 (half the size) or bfloat16. None: the network's.
            max_shard_size: of a file, bytes or with a unit; larger weights are written in shards.
            push_to_hub: also upload; see the method of that name for `push_to_hub_kwargs`.
            repo_id: where to; None: the folder's name.
            model_card_kwargs: what the card says; see `card.render_card`.

        Returns:
            The commit's address where it was uploaded, else None.

        Raises:
            WeightsError: this is not the network as it was built (batch norms folded, say), or a
                value is too large for `dtype`.
            InputError: an argument doesn't fit, or is not known.
            OutputError: the folder cannot be written.
            HubError: the upload failed.
        """
        known = list(inspect.signature(self.push_to_hub).parameters)
        check_known(push_to_hub_kwargs, known, f"{type(self).__name__}.save_pretrained")
        folder = Path(save_directory).expanduser()
        metrics = folder / METRICS_NAME
        card = {"name": folder.resolve().name, "metrics": metrics if metrics.is_file() else None}
        options = {"dtype": dtype, "max_shard_size": max_shard_size}
        outer = _OPTIONS.set(_Options(**options, card=card))  # type: ignore[arg-type]
        try:
            with staged(folder) as part:
                super().save_pretrained(
                    part, config=self._config_with(config), model_card_kwargs=model_card_kwargs
                )
                if is_hand_written(folder / CARD_NAME):
                    (part / CARD_NAME).unlink(missing_ok=True)
        finally:
            _OPTIONS.reset(outer)
        if not push_to_hub:
            return None
        return self.push_to_hub(
            repo_id or folder.resolve().name,
            config=config,
            model_card_kwargs=model_card_kwargs,
            **options,  # type: ignore[arg-type]
            **push_to_hub_kwargs,
        )

    def _save_pretrained(self, save_directory: Path) -> None:
        """The mixin's hook: the weights, into a folder that is not yet in its place."""
        saving = _OPTIONS.get()
        write_weights(save_directory, self.storable_state(saving.dtype), saving.max_shard_size)

    def _config_with(self, more: Any) -> dict[str, Any]:
        """The config with more entries, which must not speak of another network."""
        added = asdict(more) if is_dataclass(more) and not isinstance(more, type) else more
        if added is not None and not isinstance(added, Mapping):
            raise InputError(f"config is {added!r}; expected a mapping or a dataclass")
        complete = {**self.config, **(added or {})}
        for name in ("backbone", "working_size", KEY):
            if complete.get(name) != self.config.get(name):
                raise InputError(
                    f"config says that {name} is {complete[name]!r}, which is not the network's: "
                    f"leave {name} out"
                )
        try:
            json.dumps(complete)
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(
                f"config holds what JSON has no form for ({error}); leave it out"
            ) from error
        return complete

    def push_to_hub(
        self,
        repo_id: str,
        *,
        config: Any = None,
        commit_message: str = "Upload weights with bgmatting",
        private: bool | None = None,
        token: str | bool | None = None,
        branch: str | None = None,
        create_pr: bool | None = None,
        allow_patterns: Patterns = None,
        ignore_patterns: Patterns = None,
        delete_patterns: Patterns = None,
        model_card_kwargs: dict[str, Any] | None = None,
        dtype: torch.dtype | None = None,
        max_shard_size: int | str = SHARD_SIZE,
    ) -> str:
        """Upload the files that `save_pretrained` writes, in one commit.

        The repository is made where it isn't there. A card it already has stays; its weights are
        replaced, also where they have another number of files.

        Args:
            repo_id: owner/name, or a name alone for the log-in's own account.
            config: as for `save_pretrained`.
            commit_message: of the commit.
            private: whether a new repository is private; None: the account's default.
            token: access token with write permission; None: that of this machine's log-in.
            branch: to commit to; None: the main one.
            create_pr: open a pull request in place of committing to the branch.
            allow_patterns, ignore_patterns: which files to upload; None: all.
            delete_patterns: which files of the repository to delete in the same commit.
            model_card_kwargs: what the card says; see `card.render_card`.
            dtype, max_shard_size: as for `save_pretrained`.

        Returns:
            The commit's address.

        Raises:
            WeightsError, InputError: as for `save_pretrained`.
            HubError: not allowed, or not reached; nothing was committed.
        """
        # Not the mixin's own upload, which makes the repository before it knows what to put there,
        # and leaves weights of another form beside the new ones.
        facts = {"name": repo_id if is_repo_id(repo_id) else None, **(model_card_kwargs or {})}
        with tempfile.TemporaryDirectory(prefix="bgmatting-", ignore_cleanup_errors=True) as folder:
            self.save_pretrained(
                folder,
                config=config,
                dtype=dtype,
                max_shard_size=max_shard_size,
                model_card_kwargs=facts,
            )
            names = (path for path in Path(folder).rglob("*") if path.is_file())
            chosen = filter_repo_objects(
                (path.relative_to(folder).as_posix() for path in names),
                allow_patterns=_as_list(allow_patterns),
                ignore_patterns=_as_list(ignore_patterns),
            )
            return upload(
                {name: Path(folder) / name for name in chosen},
                repo_id,
                commit_message=commit_message,
                private=private,
                token=token,
                branch=branch,
                create_pr=bool(create_pr),
                delete_patterns=_as_list(delete_patterns),
            )

    def generate_model_card(self, *args: Any, **kwargs: Any) -> ModelCard:
        """The card as an object of huggingface_hub; arguments as `card.render_card` takes them.

        A subclass's own template takes what it asks for; its own metadata goes onto our card.

        Raises:
            InputError: an argument is not known.
        """
        info, ours = self._hub_mixin_info, Saving._hub_mixin_info
        if info.model_card_template != ours.model_card_template:
            return super().generate_model_card(*args, **kwargs)
        known = list(inspect.signature(render_card).parameters)
        check_known(kwargs, known, "the model card")
        metadata: dict[str, Any] = info.model_card_data.to_dict()  # type: ignore[no-untyped-call]
        facts = {
            "backbone": self.backbone_name,
            "working_size": self.working_size,
            KEY: self.lineage,
            "licence": metadata.pop("license"),
            **_OPTIONS.get().card,
        }
        card = ModelCard(render_card(**{**facts, **kwargs}))
        tags = [*(card.data.get("tags") or ()), *metadata.pop("tags")]
        card.data["tags"] = list(dict.fromkeys(tags))
        for name, value in metadata.items():
            if card.data.get(name) is None:
                card.data[name] = value
        return card


def _as_list(patterns: Patterns) -> list[str] | None:
    if patterns is None:
        return None
    return [patterns] if isinstance(patterns, str) else list(patterns)
