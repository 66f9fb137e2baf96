"""A GPU that is lent for one call at a time: ZeroGPU, on hosted Spaces."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from ..errors import BgmattingError

P = ParamSpec("P")
R = TypeVar("R")

SECONDS = 30  # asked for, a call; the shorter, the sooner it is a visitor's turn


def lent() -> bool:
    """Whether this is a Space whose GPU is there only within what `on_gpu` wraps.

    Outside of it CUDA is make-believe: in the main thread, until the page is launched, networks
    are put on it as on a real one and come along when the GPU does. In any other thread nothing
    may be loaded ahead of time.
    """
    try:
        from spaces.config import Config
    except ImportError:
        return False
    return bool(Config.zero_gpu)


def on_gpu(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function run where the GPU is; where none is lent, the function as it is.

    It then runs in a process forked when first called and kept for some calls more, so arguments
    and result must be picklable, what it stores on objects stays there, and it must take no lock
    that this process may hold. To be called before the page is launched.

    Raises:
        BgmattingError: what `function` raises. Other errors become a `gr.Error` that names their
            class; their traceback is in the log.
    """
    try:
        from spaces import GPU
    except ImportError:
        return function

    # An error's message would be lost on its way between the processes, a result's is not.
    def answer(*args: P.args, **kwargs: P.kwargs) -> tuple[R | None, BgmattingError | None]:
        try:
            return function(*args, **kwargs), None
        except BgmattingError as error:
            return None, error

    on_loan = GPU(duration=SECONDS)(answer)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        result, error = on_loan(*args, **kwargs)
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    return call
