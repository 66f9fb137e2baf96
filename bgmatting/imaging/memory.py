"""Memory that does not suffice, said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import torch

from ..errors import BgmattingError, OutOfMemoryError, is_out_of_memory

P = ParamSpec("P")
R = TypeVar("R")

CPU = torch.device("cpu")


@contextmanager
def memory_for(doing: str, device: torch.device = CPU) -> Iterator[None]:
    """Turn a lack of memory within the block into one error with a sentence.

    Args:
        doing: what is tried, and how large it is: "matte 640 x 480 pixels".
        device: whose memory it takes.

    Raises:
        OutOfMemoryError: in place of what Python, NumPy, OpenCV or torch raises; other errors pass.
    """
    try:
        yield
    except BgmattingError:
        raise
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        if device.type == "cuda":
            torch.cuda.empty_cache()
        instead = "a smaller working size or a smaller photo"
        if device.type != "cpu":
            instead += ', or device "cpu"'
        raise OutOfMemoryError(
            f"not enough memory on {device} to {doing}: choose {instead}"
        ) from error


def in_memory(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """`memory_for` around a method that makes an image; of an object that has a `size`."""

    @wraps(method)
    def checked(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        width, height = self.size
        with memory_for(f"make an image of {width} x {height} pixels"):
            return method(self, *args, **kwargs)

    return checked
