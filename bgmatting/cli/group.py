"""A click group that imports a subcommand's module when the subcommand is used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Subcommands by name, so that `--help` doesn't wait for torch.

    Args:
        package: where the modules are; module and command object are both named as the command,
            but with _ where it has -.
        summaries: command -> the line of it in the group's help, in the order to list them.
    """

    def __init__(
        self, *args: Any, package: str, summaries: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._summaries:
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"{self._package}.{name}")
        result: click.Command | None = getattr(module, name)
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))
