"""What a photographer should know about a pair: from measures to findings in plain words.

The limits were set on drawn pairs (benchmarks/verdicts.py tells how they hold on others); they err
towards saying nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

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
from .words import SENTENCES, place


@dataclass(frozen=True)
class Settings:
    """From what on something is found.

    `benchmarks/verdicts.py` measures what they do.

    Attributes:
        same_mean: levels of 255 by which a photo differs from itself stored anew, on average.
        same_peak: and at most.
        empty: share of the frame below which there is no subject.
        misfit: agreement of the registration: less in pairs that don't belong together.
        misfit_share: of the frame that then differs, at least.
        same_place: overlap of colours that two views of one place have.
        turned: share of the difference, in the median, that is left when the plate is turned.
        turned_from: levels of 255 that the difference is at least where it isn't.
        swapped: of -1 to 1: whose thing it is.
        clear: likewise, either way: beyond doubt.
        clear_points: of outline that must tell so.
        clear_share: of the frame that may differ then.
        far_light: stops.
        far_tint: stops.
        missing: share of the source that the plate may leave uncovered.
        severely_missing: share from which a matte is of no use.
        changed: of -1 to 1: a region apart belongs to the plate.
        changed_share: of the frame, at least.
        changed_points: of its outline that must tell so.
    """

    same_mean: float = 6.0
    same_peak: float = 12.0
    empty: float = 0.0005
    misfit: float = 0.22
    misfit_share: float = 0.25
    same_place: float = 0.6
    turned: float = 0.5
    turned_from: float = 5.0
    swapped: float = 0.35
    clear: float = 0.6
    clear_points: int = 60
    clear_share: float = 0.6
    far_light: float = 1.0
    far_tint: float = 0.6
    missing: float = 0.07
    severely_missing: float = 0.3
    changed: float = 0.3
    changed_share: float = 0.004
    changed_points: int = 25


SETTINGS = Settings()


def judge(
    pair: PhotoPair,
    alpha: Map,
    alignment: Alignment | None = None,
    *,
    before: Pixels | None = None,
    removed: Mask | None = None,
    passes: int = 1,
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
        passes: how often the network ran.
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
    if any(finding.kind in ("same", "turned", "unrelated") for finding in findings):
        findings = findings[:1]  # the rest would only confuse
    return Report(
        aligned=registration.aligned,
        moved=registration.moved * (long_side or max(pair.size)),
        turned=registration.turned,
        exposure=light.exposure,
        balance=light.balance,
        missing=missing,
        passes=passes,
        findings=tuple(sorted(findings, key=lambda finding: not finding.serious)),
        notes=(registration.note, light.note, *_removed_notes(removed)),
    )


def _same(source: Map, plate: Map) -> Finding | None:
    peak = cv2.GaussianBlur(difference(source, plate), (0, 0), 2.0).max()
    if np.abs(source - plate).max(axis=2).mean() > SETTINGS.same_mean or peak > SETTINGS.same_peak:
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
    if (alpha > 0.5).mean() < SETTINGS.empty and differs < SETTINGS.empty * 10:
        return [Finding("empty", True, SENTENCES["empty"])]
    points = sum(region.outline for region in found)
    owner = sum(region.owner * region.outline for region in found) / max(points, 1)
    # What stands out so clearly from what goes on behind it is a subject, on a plain wall too.
    clear = (
        abs(owner) > SETTINGS.clear
        and points >= SETTINGS.clear_points
        and differs < SETTINGS.clear_share
    )
    misfit = registration.failed or registration.agreement < SETTINGS.misfit
    if misfit and not clear and differs > SETTINGS.misfit_share:
        turned = _turned(source, before)
        if turned is not None:
            return [turned]
        seen = alpha < 0.5 if (alpha < 0.5).mean() > 0.2 else np.ones(alpha.shape, dtype=bool)
        kind: Kind = (
            "moved" if colour_overlap(source[seen], before) > SETTINGS.same_place else "unrelated"
        )
        return [Finding(kind, True, SENTENCES[kind])]
    if owner > SETTINGS.swapped and points >= SETTINGS.clear_points:
        return [Finding("swapped", True, SENTENCES["swapped"])]
    return []


def _turned(source: Map, before: Map) -> Finding | None:
    """Whether the plate fits once it is turned about, as no camera that moved would make it."""
    ways = {
        "upside down": before[::-1, ::-1],
        "mirrored": before[:, ::-1],
        "upside down and mirrored": before[::-1],
    }
    as_given = float(np.median(difference(source, before)))
    fits = {how: float(np.median(difference(source, plate))) for how, plate in ways.items()}
    how = min(fits, key=fits.__getitem__)
    if as_given < SETTINGS.turned_from or fits[how] > SETTINGS.turned * as_given:
        return None
    return Finding("turned", True, SENTENCES["turned"].format(how=how))


def _light_findings(light: Light) -> list[Finding]:
    much = "Lock the exposure and the white balance (on a phone: hold a finger on the screen)."
    if abs(light.exposure) > SETTINGS.far_light:
        how = "darker" if light.exposure > 0 else "brighter"
        stops = f"{abs(light.exposure):.1f} stops"
        return [Finding("light", False, f"The background photo is {stops} {how}. {much}")]
    if light.balance > SETTINGS.far_tint:
        return [Finding("light", False, f"The two photos differ in their tint. {much}")]
    return []


def _missing_findings(missing: float) -> list[Finding]:
    if missing <= SETTINGS.missing:
        return []
    sentence = (
        f"The camera moved: {missing:.0%} of the photo lies outside the background photo, where "
        "the cut-out is a guess. Take both photos from the same spot."
    )
    return [Finding("missing", missing > SETTINGS.severely_missing, sentence)]


def _changed_findings(found: list[Region], alpha: Map) -> list[Finding]:
    changed = [
        region
        for region in found[1:]  # the largest is the subject
        if region.owner > SETTINGS.changed
        and region.share > SETTINGS.changed_share
        and region.outline >= SETTINGS.changed_points
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
