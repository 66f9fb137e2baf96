"""What people are told of a pair: a sentence for each finding, and where something is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .report import Kind

SENTENCES: dict[Kind, str] = {
    "same": "The two photos look the same. Give one with the subject, and one of the same place "
    "after the subject has left.",
    "empty": "No subject was found: nothing stands in the photo that is not in the background "
    "photo too. Check that the right two photos were given.",
    "swapped": "The two photos seem to be swapped: the empty place was given as the photo with "
    "the subject. Swap them and try again.",
    "turned": "The background photo is {how}. Turn it back, so that both photos show the place the "
    "same way round, and try again.",
    "unrelated": "The two photos don't seem to show the same place. The background photo must "
    "show the very place where the subject stood, without it, not the new backdrop you may want.",
    "moved": "The camera moved too far between the two photos. Put it on something steady, and "
    "take both photos from the same spot with the same zoom.",
}


def place(mask: NDArray[np.bool_]) -> str:
    """Where in the frame the middle of a mask lies, in words."""
    rows, columns = np.nonzero(mask)
    down, right = rows.mean() / mask.shape[0], columns.mean() / mask.shape[1]
    height = "at the top" if down < 1 / 3 else "at the bottom" if down > 2 / 3 else ""
    side = "on the left" if right < 1 / 3 else "on the right" if right > 2 / 3 else ""
    if height and side:
        return f"{height} {side.removeprefix('on the ')}"
    return height or side or "in the middle"
