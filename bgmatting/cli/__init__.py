"""The `bgmatting` command: one module per subcommand, imported when it is used.

Results' paths go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong
usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import click

from .. import __version__
from .group import LazyGroup
from .messages import explain, plain_warnings

__all__ = ["main"]

INTERRUPTED = 130  # 128 + SIGINT, as a shell would report it

COMMANDS = {
    "cutout": "Cut the subject out of one photo.",
    "folder": "Cut the subjects out of a folder of photos.",
    "watch": "Cut the subjects out of photos as they come.",
    "video": "Cut the subject out of a clip.",
    "serve": "Answer programs over HTTP.",
    "convert": "Turn a published checkpoint into a weights folder.",
    "publish": "Put a weights folder on the Hub.",
    "export": "Turn weights into a file for another runtime.",
    "evaluate": "Measure weights against known mattes.",
    "card": "Measure weights and write their model card.",
    "train": "Train weights.",
    "draw-subjects": "Draw soft subjects to train with.",
}


@dataclass
class State:
    """What the group tells its commands, by way of click's context object."""

    debug: bool = False


@click.group(
    cls=LazyGroup,
    package=__name__,
    summaries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="'bgmatting COMMAND --help' says more of each, with examples.",
)
@click.version_option(__version__, prog_name="bgmatting")
@click.option(
    "--debug", is_flag=True, envvar="BGMATTING_DEBUG", help="Show a traceback when something fails."
)
@click.pass_obj
def bgmatting(state: State, debug: bool) -> None:
    """Cut anything out of a photo, hair and all, given one more photo of the same scene
    without it.
    """
    state.debug = debug


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line (`arguments`, or those of this process) and exit."""
    state = State()
    try:
        with plain_warnings():
            status = bgmatting.main(
                arguments, prog_name="bgmatting", standalone_mode=False, obj=state
            )
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort) as error:
        where = str(error.__cause__ or error)  # click puts its own in place of Python's
        click.echo(f"bgmatting: interrupted {where}".rstrip(), err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads stdout any more: stop without a word, also at the interpreter's last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if state.debug:
            traceback.print_exc()
        click.echo(f"bgmatting: {explain(error)}", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
