"""What is found to be wrong with real mattes' pairs: each finding, and none where all is well."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from quality import mattes


def kinds(report):
    return [finding.kind for finding in report.findings]


@pytest.fixture(scope="module")
def samples():
    named = mattes.composites(("clean/fern", "clean/bottles"))
    return dict(zip(("fern", "bottles"), named, strict=True))


@pytest.fixture
def report(mobilenetv2):
    """report(source, plate) -> what is found of them, by a network that sees them small."""
    return lambda source, plate: mobilenetv2(source, plate, size=256).report


def lit(photo, stops):
    """The photo in other light, with noise of its own."""
    noise = np.random.default_rng(0).normal(0, 2, photo.shape)
    values = 255 * (photo / 255) * 2 ** (stops / 2.2)
    return np.rint(np.clip(values + noise, 0, 255)).astype(np.uint8)


def apart(source, plate, share):
    """Crops of both, shifted against each other by a share of the width."""
    shift = round(share * source.shape[1])
    return source[:, : source.shape[1] - shift].copy(), plate[:, shift:].copy()


def test_good_pairs_have_no_finding(watched, measured):
    found = dict(zip([r.name for r in measured.samples], watched.reports, strict=True))
    assert {name: kinds(report) for name, report in found.items()} == {name: [] for name in found}
    assert not any(found[name].aligned for name in found if name.startswith("clean/"))
    assert all(found[name].aligned for name in found if name.startswith("handheld/"))


def test_swapped(samples, report):
    fern = samples["fern"]
    assert kinds(report(fern.background, fern.source)) == ["swapped"]


@pytest.mark.parametrize("anew", [False, True], ids=["twice", "stored anew"])
def test_same(samples, report, anew):
    source = again = samples["bottles"].source
    if anew:
        again = cv2.imdecode(cv2.imencode(".jpg", source, [cv2.IMWRITE_JPEG_QUALITY, 85])[1], 1)
    assert kinds(report(source, again)) == ["same"]


def test_empty(samples, report):
    plate = samples["bottles"].background
    assert kinds(report(lit(plate, -0.5), plate)) == ["empty"]


def test_unrelated(samples, report):
    assert kinds(report(samples["fern"].source, samples["bottles"].background)) == ["unrelated"]


@pytest.mark.parametrize("stops", [-2, 2])
def test_light(samples, report, stops):
    fern = samples["fern"]
    found = report(fern.source, lit(fern.background, stops))
    assert kinds(found) == ["light"]
    assert ("darker" if stops < 0 else "brighter") in found.findings[0].sentence


def test_missing(samples, report):
    fern = samples["fern"]
    found = report(*apart(fern.source, fern.background, 0.1))
    assert kinds(found) == ["missing"]
    assert found.moved == pytest.approx(0.1 * 384, abs=1)


def test_turned(samples, report):
    fern = samples["fern"]
    found = report(fern.source, np.ascontiguousarray(fern.background[::-1, ::-1]))
    assert kinds(found) == ["turned"]


@pytest.mark.parametrize(("degrees", "zoom"), [(0, 2), (40, 1.6)], ids=["zoom", "roll"])
def test_moved(samples, report, degrees, zoom):
    """The colours of one place, but no motion of a hand brings one photo onto the other."""
    fern = samples["fern"]
    height, width = fern.alpha.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
    plate = cv2.warpAffine(
        fern.background, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101
    )
    assert kinds(report(fern.source, plate)) == ["moved"]


def test_what_was_taken_away_is_left_out_and_said(samples, mobilenetv2):
    fern = samples["fern"]
    plate = fern.background.copy()
    cv2.circle(plate, (45, 230), 26, (150, 190, 60), -1, cv2.LINE_AA)
    matte = mobilenetv2(fern.source, plate, size=None)
    assert any("at the bottom left" in note and "left out" in note for note in matte.report.notes)
    assert matte.alpha[210:250, 25:65].max() < 0.1
    assert matte.report.findings == ()
