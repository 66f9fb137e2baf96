"""What a photographer should know about a pair: from measures to findings in plain words.

The limits were set on drawn pairs (benchmarks/verdicts.py tells how they hold on others); they err
towards saying nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..alignment.align import Alignment
from ..alignment.geometry.registration import Registration
from ..alignment.light.relighting import Light
from ..arrays import Map, Mask, Pixels
from ..photos.pair import PhotoPair
from .differences import Region, colour_overlap, difference, regions, shrunk, small_size
from .report import Finding, Kind, Report

SAME_MEAN, SAME_PEAK = 6.0, 12.0  # levels of 255 by which a photo differs from itself stored anew
EMPTY = 0.0005  # share of the frame below which there is no subject
MISFIT = 0.22  # structure found again: less in pairs that don't belong together
MISFIT_SHARE = 0.25  # of the frame that then differs, at least
SAME_PLACE = 0.6  # overlap of colours that two views of one place have
SWAPPED = 0.35  # of -1 to 1: whose thing it is
CLEAR = 0.6  # likewise, either way: beyond doubt
CLEAR_POINTS = 60  # of outline that must tell so
CLEAR_SHARE = 0.6  # of the frame that may differ then
FAR_LIGHT = 1.0  # stops
FAR_TINT = 0.6  # stops
MISSING = 0.07  # share of the source that the plate may leave uncovered
SEVERELY_MISSING = 0.3
CHANGED = 0.3  # of -1 to 1: a region apart belongs to the plate
CHANGED_SHARE = 0.004  # of the frame
CHANGED_POINTS = 25

SENTENCES: dict[Kind, str] = {
    "same": "The two photos look the same. Give one with the subject, and one of the same place "
    "after the subject has left.",
    "empty": "No subject was found: nothing stands in the photo that is not in the background "
    "photo too. Check that the right two photos were given.",
    "swapped": "The two photos seem to be swapped: the empty place was given as the photo with "
    "the subject. Swap them and try again.",
    "unrelated": "The two photos don't seem to show the same place. The background photo must "
    "show the very place where the subject stood, without it, not the new backdrop you may want.",
    "moved": "The camera moved too far between the two photos. Put it on something steady, and "
    "take both photos from the same spot with the same zoom.",
}


def judge(
    pair: PhotoPair,
    alpha: Map,
    alignment: Alignment | None = None,
    *,
    before: Pixels | None = None,
    removed: Mask | None = None,
    looks: int = 1,
    long_side: int | None = None,
) -> Report:
    """Judge a pair by what became of it.

    Args:
        pair: at working size, as the network saw it: aligned and relit.
        alpha: (h, w) float32, 0..1.
        alignment: how the plate was aligned and relit; None: not at all.
        before: (h, w, 3) uint8, the plate before that; None: the same.
        removed: (h', w') bool, where something was taken out of the matte that was none of the
            source's; None: nothing was.
        looks: how often the network ran.
        long_side: of the source at full size, pixels; None: that of the pair.
    """
    alignment = alignment or Alignment()
    registration, light = alignment.registration, alignment.light
    before = pair.plate if before is None else before
    size = small_size(pair.size)
    small, small_plate, first = (shrunk(photo, size) for photo in (pair.source, pair.plate, before))
    opaque = shrunk(alpha, size)
    there = None
    if pair.covered is not None:
        there = shrunk(np.uint8(255) * (pair.covered > 127), size) / 255
    missing = 0.0 if there is None else float(1 - there.mean())
    found = regions(small, small_plate, opaque, there)
    findings = [
        *_pair_findings(small, first, opaque, found, registration),
        *_light_findings(light),
        *_missing_findings(missing),
    ]
    if not any(finding.serious for finding in findings):
        findings += _changed_findings(found, opaque)
    if any(finding.kind in ("same", "unrelated") for finding in findings):
        findings = findings[:1]  # the rest would only confuse
    return Report(
        aligned=registration.aligned,
        moved=registration.moved * (long_side or max(pair.size)),
        turned=registration.turned,
        exposure=light.exposure,
        balance=light.balance,
        missing=missing,
        looks=looks,
        findings=tuple(sorted(findings, key=lambda finding: not finding.serious)),
        notes=(registration.note, light.note, *_removed_notes(removed)),
    )


def _same(source: Map, plate: Map) -> Finding | None:
    peak = cv2.GaussianBlur(difference(source, plate), (0, 0), 2.0).max()
    if np.abs(source - plate).max(axis=2).mean() > SAME_MEAN or peak > SAME_PEAK:
        return None
    return Finding("same", True, SENTENCES["same"])


def _pair_findings(
    source: Map, before: Map, alpha: Map, found: list[Region], registration: Registration
) -> list[Finding]:
    """What makes the two photos no pair: at most one finding."""
    same = _same(source, before)
    if same is not None:
        return [same]
    differs = sum(region.share for region in found)
    if (alpha > 0.5).mean() < EMPTY and differs < EMPTY * 10:
        return [Finding("empty", True, SENTENCES["empty"])]
    points = sum(region.outline for region in found)
    owner = sum(region.owner * region.outline for region in found) / max(points, 1)
    # What stands out so clearly from what goes on behind it is a subject, on a plain wall too.
    clear = abs(owner) > CLEAR and points >= CLEAR_POINTS and differs < CLEAR_SHARE
    misfit = registration.failed or registration.agreement < MISFIT
    if misfit and not clear and differs > MISFIT_SHARE:
        seen = alpha < 0.5 if (alpha < 0.5).mean() > 0.2 else np.ones(alpha.shape, dtype=bool)
        kind: Kind = "moved" if colour_overlap(source[seen], before) > SAME_PLACE else "unrelated"
        return [Finding(kind, True, SENTENCES[kind])]
    if owner > SWAPPED and points >= CLEAR_POINTS:
        return [Finding("swapped", True, SENTENCES["swapped"])]
    return []


def _light_findings(light: Light) -> list[Finding]:
    much = "Lock the exposure and the white balance (on a phone: hold a finger on the screen)."
    if abs(light.exposure) > FAR_LIGHT:
        how = "darker" if light.exposure > 0 else "brighter"
        stops = f"{abs(light.exposure):.1f} stops"
        return [Finding("light", False, f"The background photo is {stops} {how}. {much}")]
    if light.balance > FAR_TINT:
        return [Finding("light", False, f"The two photos differ in their tint. {much}")]
    return []


def _missing_findings(missing: float) -> list[Finding]:
    if missing <= MISSING:
        return []
    sentence = (
        f"The camera moved: {missing:.0%} of the photo lies outside the background photo, where "
        "the cut-out is a guess. Take both photos from the same spot."
    )
    return [Finding("missing", missing > SEVERELY_MISSING, sentence)]


def _changed_findings(found: list[Region], alpha: Map) -> list[Finding]:
    changed = [
        region
        for region in found[1:]  # the largest is the subject
        if region.owner > CHANGED
        and region.share > CHANGED_SHARE
        and region.outline >= CHANGED_POINTS
        and region.opacity > 0.3
    ]
    if not changed:
        return []
    mask = np.any([region.mask for region in changed], axis=0)
    sentence = (
        f"Something {place(mask)} was moved or taken away between the two photos, and may be left "
        "in the cut-out. Nothing but the subject may change."
    )
    return [Finding("changed", False, sentence)]


def _removed_notes(removed: NDArray[np.bool_] | None) -> list[str]:
    if removed is None:
        return []
    count, labels = cv2.connectedComponents(removed.astype(np.uint8), connectivity=8)
    where = sorted({place(labels == label) for label in range(1, count)})
    return [
        f"What differs {' and '.join(where)} was left out: the background photo shows something "
        "there, or other light, but nothing stands there in the other photo."
    ]


def place(mask: NDArray[np.bool_]) -> str:
    """Where in the frame the middle of a mask lies, in words."""
    rows, columns = np.nonzero(mask)
    down, right = rows.mean() / mask.shape[0], columns.mean() / mask.shape[1]
    height = "at the top" if down < 1 / 3 else "at the bottom" if down > 2 / 3 else ""
    side = "on the left" if right < 1 / 3 else "on the right" if right > 2 / 3 else ""
    if height and side:
        return f"{height} {side.removeprefix('on the ')}"
    return height or side or "in the middle"
