"""Every error this package raises on purpose.

All derive from `BgmattingError`, so that a caller can catch one class. The built-in class beside it
in each definition is what the error would be in plain Python; catching that works too. Each message
says what was got, what is expected and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_MESSAGE = 1500  # characters


def one_line(text: object) -> str:
    """A text that came from outside as one line without anything but what can be seen."""
    words = " ".join(str(text).split())
    if len(words) > LONGEST_MESSAGE:
        words = words[:LONGEST_MESSAGE] + "..."
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)


class BgmattingError(Exception):
    """Base of all errors raised by bgmatting on purpose; its message is fit for an end user.

    Names of files and the like are part of messages: what terminals and pages would obey in them
    (line breaks, control characters, letters that turn the direction of others) is shown as the
    code it has, and messages end somewhere.
    """

    def __str__(self) -> str:
        return one_line(super().__str__())


class InputError(BgmattingError, ValueError):
    """An argument does not fit: wrong shape, dtype, range or name."""


class PhotoError(BgmattingError, ValueError):
    """A photo cannot be used: unreadable, truncated, too large or too small."""


class PairError(BgmattingError, ValueError):
    """Two photos cannot be source and background of one matte."""


class ClipError(BgmattingError, ValueError):
    """A clip cannot be used: unreadable, without a picture, or of sizes that change."""


class WeightsError(BgmattingError, ValueError):
    """Weights cannot be used: not there, incomplete, misshapen, or in an unsafe format."""


class HubError(BgmattingError, OSError):
    """The Hub could not be reached, or has not what was asked of it."""


class TrainingError(BgmattingError, RuntimeError):
    """A training run cannot go on."""


class OutputError(BgmattingError, OSError):
    """A result cannot be written where it was asked for."""


class OutOfMemoryError(BgmattingError, MemoryError):
    """Memory does not suffice, of the machine or of its GPU; the message says for what."""


class BgmattingWarning(UserWarning):
    """What a caller should know of something that was done all the same."""


def unknown_backbone(name: object, known: Iterable[str]) -> InputError:
    """What to raise where a backbone is none of those `known`."""
    return InputError(
        f"unknown backbone {name!r}: choose one of {', '.join(known)} "
        "(bgmatting.register_backbone makes others known)"
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory does not suffice: of Python or a library that is used."""
    # Told by name and text: this module imports none of them. Torch's CPU allocator raises plain
    # RuntimeErrors, as do cuDNN, cuBLAS and OpenVINO; ONNX Runtime has a class of its own.
    said = str(error)
    library = type(error).__module__.split(".")[0]
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (
            (isinstance(error, RuntimeError) or library == "onnxruntime")
            and any(words in said for words in _RUNTIME_SHORT)
        )
        or (library == "cv2" and _OPENCV_SHORT in said)
    )


_RUNTIME_SHORT = ("allocate memory", "out of memory", "ALLOC_FAILED", "bad_alloc", "bad allocation")
_OPENCV_SHORT = "Insufficient memory"
