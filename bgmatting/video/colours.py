"""What the numbers in a clip stand for: matrix and range of its YUV, primaries and transfer.

Codes are those of ITU-T H.273, which FFmpeg and files use. RGB is made of YUV by matrix and range;
primaries and transfer are left as they are, and go into what is written, so that colours look the
same there.
"""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = 2  # in H.273
BT709 = 1
BT470BG = 5
SMPTE170M = 6
BT2020 = 9
BT2020_CONSTANT = 10
HD = 720  # rows; what says nothing of its matrix has BT.709 from here on, as players take it

LIMITED, FULL = 1, 2  # as FFmpeg has it; 0: unknown, which means limited

# H.273 -> swscale's own: BT.601 has two codes there, of one matrix.
_SWSCALE = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
WIDE_TRANSFERS = {16: "PQ", 18: "HLG"}


@dataclass(frozen=True)
class Colours:
    """Codes of one clip.

    Attributes:
        matrix: of YUV; never unknown.
        full: whether YUV uses the full range.
        primaries: may be unknown.
        transfer: may be unknown.
    """

    matrix: int = BT709
    full: bool = False
    primaries: int = BT709
    transfer: int = BT709

    @property
    def swscale(self) -> int:
        """The matrix as swscale calls it."""
        return _SWSCALE.get(self.matrix, BT709)

    @property
    def to_write(self) -> Colours:
        """What is written of a clip with these: limited range, and BT.709 or BT.2020."""
        wide = self.primaries == BT2020
        primaries, transfer = (
            BT709 if code in (0, UNKNOWN) else code for code in (self.primaries, self.transfer)
        )
        return Colours(BT2020 if wide else BT709, False, primaries, transfer)


def colours_of(matrix: int, colour_range: int, primaries: int, transfer: int, rows: int) -> Colours:
    """What a file says, and where it says nothing what players take it for.

    Args:
        matrix, colour_range, primaries, transfer: codes as FFmpeg has them.
        rows: of a frame.
    """
    if matrix not in _SWSCALE:
        matrix = BT709 if rows >= HD else SMPTE170M
    return Colours(matrix, colour_range == FULL, primaries, transfer)
