"""What was found out about a pair of photos, in numbers and in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "same", "swapped", "turned", "unrelated", "moved", "light", "missing", "changed", "empty"
]


@dataclass(frozen=True)
class Finding:
    """Something about a pair that its photographer should know.

    Attributes:
        kind: "same" (one photo twice), "swapped" (the subject is in the background), "turned" (the
            background is upside down or mirrored), "unrelated" (another place), "moved" (the camera
            moved too far or could not be followed), "light" (exposure or white balance far off),
            "missing" (much of the source lies outside the background), "changed" (something besides
            the subject differs), "empty" (no subject).
        serious: the matte is probably of no use; else it is only worse than it could be.
        sentence: what is wrong and what to do, one or two sentences, for anyone; no markup.
    """

    kind: Kind
    serious: bool
    sentence: str


@dataclass(frozen=True)
class Report:
    """What was found out about a pair, and what was done about it.

    Attributes:
        aligned: whether the background was moved to fit the source.
        moved: how far, the median over the frame, in pixels of the source; 0 where not aligned.
        turned: by how many degrees, counter-clockwise as seen.
        exposure: how much brighter the source's background is than the plate, in stops (EV).
        balance: the largest difference between two channels' gains, in stops.
        missing: share of the source that the background, moved, does not cover, 0..1.
        passes: how often the network ran, 1 or 2.
        findings: what the photographer should know, the worst first; empty if all is well.
        notes: what was done, each a plain sentence.
    """

    aligned: bool = False
    moved: float = 0.0
    turned: float = 0.0
    exposure: float = 0.0
    balance: float = 0.0
    missing: float = 0.0
    passes: int = 1
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def serious(self) -> bool:
        """Whether the matte is probably of no use."""
        return any(finding.serious for finding in self.findings)
