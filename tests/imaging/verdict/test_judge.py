from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgmatting.evaluation import EvaluationSet
from bgmatting.imaging.alignment.align import Alignment
from bgmatting.imaging.alignment.geometry.registration import Registration
from bgmatting.imaging.alignment.light.relighting import Light
from bgmatting.imaging.photos.pair import PhotoPair
from bgmatting.imaging.verdict import judge as judging
from bgmatting.imaging.verdict.differences import colour_overlap, outline_of
from bgmatting.imaging.verdict.words import SENTENCES, place

HEIGHT, WIDTH = 180, 240


def judge(source, plate, alpha, registration=None, light=None, covered=None, **more):
    alignment = Alignment(registration or Registration(), light or Light())
    return judging.judge(PhotoPair(source, plate, covered), alpha, alignment, **more)


@pytest.fixture(params=["wall", "leaves"])
def scene(request):
    """A plain place and one full of texture, (h, w, 3) float 0..255."""
    rng = np.random.default_rng(5)
    wall = np.linspace(150, 190, WIDTH)[None, :, None] * np.ones((HEIGHT, 1, 3))
    if request.param == "wall":
        return wall
    for _ in range(300):
        x, y = int(rng.integers(WIDTH)), int(rng.integers(HEIGHT))
        cv2.circle(wall, (x, y), int(rng.integers(3, 12)), rng.uniform(0, 255, 3).tolist(), -1)
    return wall


@pytest.fixture
def shot(rng):
    def shoot(values):
        return np.rint(np.clip(values + rng.normal(0, 2, values.shape), 0, 255)).astype(np.uint8)

    return shoot


@pytest.fixture
def subject(disk):
    return disk(HEIGHT, WIDTH, 100, 90, 45)


def before(scene, alpha, colour=(40, 20, 90)):
    """Something of one colour before the scene."""
    return alpha[..., None] * np.array(colour, dtype=float) + (1 - alpha[..., None]) * scene


def kinds(report):
    return [finding.kind for finding in report.findings]


def test_a_good_pair_has_no_finding(scene, subject, shot):
    report = judge(shot(before(scene, subject)), shot(scene), subject)
    assert report.findings == ()
    assert not report.serious


def test_swapped_photos_are_told(scene, subject, shot):
    report = judge(shot(scene), shot(before(scene, subject)), subject)
    assert kinds(report) == ["swapped"]
    assert report.serious
    assert report.findings[0].sentence == SENTENCES["swapped"]


@pytest.mark.parametrize("quality", [None, 85])
def test_one_photo_twice_is_told(scene, subject, shot, quality):
    large = cv2.resize(before(scene, subject), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    photo = again = shot(large)
    if quality:
        coded = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        again = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert kinds(judge(photo, again, np.zeros(photo.shape[:2], np.float32))) == ["same"]


def test_a_small_subject_is_not_the_same_photo(scene, disk, shot):
    alpha = disk(HEIGHT, WIDTH, 60, 120, 5)
    source, plate = shot(before(scene, alpha, (255, 0, 0))), shot(scene)
    assert judge(source, plate, alpha).findings == ()


def test_no_subject_is_told(scene, shot):
    plate = shot(scene)
    report = judge(shot(scene), plate, np.zeros((HEIGHT, WIDTH), np.float32), before=plate // 2)
    assert kinds(report) == ["empty"]


def test_another_place_is_told_and_told_from_a_camera_that_moved(scene, rng, shot):
    source, alpha = shot(scene), np.ones((HEIGHT, WIDTH), dtype=np.float32)
    failed = Registration(agreement=0.05, failed=True)
    other = rng.integers(0, 90, (12, 16, 3)).astype(np.float32)
    other = cv2.resize(other, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) * (1, 0.3, 0.3)
    elsewhere = judge(source, shot(other), alpha, registration=failed)
    assert kinds(elsewhere) == ["unrelated"]
    turned = judge(source, shot(np.roll(scene[::-1, ::-1], 40, 1) * 0.9), alpha, failed)
    if scene.std() > 40:  # a wall turned about is still the wall
        assert kinds(turned) == ["moved"]


@pytest.mark.parametrize("scene", ["leaves"], indirect=True)
@pytest.mark.parametrize(
    ("how", "turn"),
    [
        ("upside down", np.s_[::-1, ::-1]),
        ("mirrored", np.s_[:, ::-1]),
        ("upside down and mirrored", np.s_[::-1]),
    ],
)
def test_a_plate_that_was_turned_is_told_and_how(scene, subject, shot, how, turn):
    source, plate = shot(before(scene, subject)), shot(scene * 0.9)[turn]
    failed = Registration(agreement=0.05, failed=True)
    report = judge(source, plate, np.ones((HEIGHT, WIDTH), dtype=np.float32), failed)
    assert kinds(report) == ["turned"]
    assert f"is {how}. Turn it back" in report.findings[0].sentence


@pytest.mark.parametrize("scene", ["wall"], indirect=True)
def test_a_clear_subject_is_believed_where_the_wall_tells_no_motion(scene, disk, shot):
    alpha = disk(HEIGHT, WIDTH, 110, 90, 75)
    source, plate = shot(before(scene, alpha)), shot(scene)
    unsure = Registration(agreement=0.05, failed=True)
    assert judge(source, plate, alpha, registration=unsure).findings == ()
    assert kinds(judge(plate, source, alpha, registration=unsure)) == ["swapped"]


def test_light_far_off_is_told(scene, subject, shot):
    pair = shot(before(scene, subject)), shot(scene), subject
    assert kinds(judge(*pair, light=Light(exposure=1.4))) == ["light"]
    assert "1.4 stops darker" in judge(*pair, light=Light(exposure=1.4)).findings[0].sentence
    assert "1.2 stops brighter" in judge(*pair, light=Light(exposure=-1.2)).findings[0].sentence
    assert "tint" in judge(*pair, light=Light(balance=0.9)).findings[0].sentence
    assert judge(*pair, light=Light(exposure=0.6, balance=0.3)).findings == ()


@pytest.mark.parametrize(("share", "serious"), [(0.03, None), (0.15, False), (0.5, True)])
def test_a_plate_that_lacks_much_is_told(scene, subject, shot, share, serious):
    covered = np.full((HEIGHT, WIDTH), 255, dtype=np.uint8)
    covered[:, round(WIDTH * (1 - share)) :] = 0
    plate = shot(scene)
    plate[covered == 0] = 0
    report = judge(shot(before(scene, subject)), plate, subject, covered=covered)
    assert report.missing == pytest.approx(share, abs=0.01)
    assert kinds(report) == ([] if serious is None else ["missing"])
    assert serious is None or report.findings[0].serious == serious
    assert serious is None or f"{share:.0%}" in report.findings[0].sentence


def test_a_thing_that_was_taken_away_is_told_and_where(scene, subject, disk, shot):
    chair = disk(HEIGHT, WIDTH, 215, 150, 18)
    alpha = np.maximum(subject, chair)
    source, plate = shot(before(scene, subject)), shot(before(scene, chair, (20, 60, 20)))
    report = judge(source, plate, alpha)
    assert kinds(report) == ["changed"]
    assert "at the bottom right" in report.findings[0].sentence
    assert not report.serious
    # What the network saw through is no harm.
    assert judge(source, plate, subject).findings == ()


def test_two_subjects_are_no_change(scene, subject, disk, shot):
    alpha = np.maximum(subject, disk(HEIGHT, WIDTH, 215, 150, 18))
    assert judge(shot(before(scene, alpha)), shot(scene), alpha).findings == ()


def test_the_report_says_what_was_done(scene, subject, shot):
    moved = Registration(aligned=True, moved=0.01, turned=-0.5, agreement=0.9, note="Moved.")
    light = Light(exposure=-0.2, balance=0.1, note="Relit.")
    source, plate = shot(before(scene, subject)), shot(scene)
    report = judge(source, plate, subject, moved, light, passes=2, long_side=4000)
    assert report.aligned
    assert report.moved == pytest.approx(40)
    assert (report.turned, report.exposure, report.balance) == (-0.5, -0.2, 0.1)
    assert (report.passes, report.missing) == (2, 0)
    assert report.notes == ("Moved.", "Relit.")


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        (slice(0, 10), slice(0, 10), "at the top left"),
        (slice(40, 50), slice(0, 10), "on the left"),
        (slice(90, 100), slice(45, 55), "at the bottom"),
        (slice(0, 100), slice(0, 100), "in the middle"),
    ],
)
def test_places_have_names(rows, columns, words):
    mask = np.zeros((100, 100), dtype=bool)
    mask[rows, columns] = True
    assert place(mask) == words


def test_whose_thing_it_is_turns_about_with_the_photos(scene, subject):
    photo = before(scene, subject).astype(np.float32)
    empty, mask = scene.astype(np.float32), subject > 0.5
    outline = outline_of(mask, photo, empty)
    assert outline.owner < -0.7
    swapped = outline_of(mask, empty, photo)
    assert (swapped.owner, swapped.told) == (-outline.owner, outline.told)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1), st.integers(0, 10**6))
def test_colour_overlap_is_the_share_of_common_colours(share, seed):
    rng = np.random.default_rng(seed)
    some = np.tile(np.float32([30, 30, 30]), (400, 1))
    other = some.copy()
    other[: round(400 * share)] = 220
    rng.shuffle(other)
    assert colour_overlap(some, other) == pytest.approx(1 - round(400 * share) / 400, abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 10**6))
def test_any_pair_can_be_judged(height, width, seed):
    rng = np.random.default_rng(seed)
    photos = rng.integers(0, rng.integers(1, 256), (2, height, width, 3)).astype(np.uint8)
    alpha = rng.random((height, width), dtype=np.float32)
    covered = rng.choice([0, 255], (height, width)).astype(np.uint8)
    report = judge(*photos, alpha, covered=covered)
    assert all(finding.sentence.endswith(".") for finding in report.findings)


def test_composites_are_good_pairs_and_bad_ones_when_swapped(shared):
    samples = [s for s in EvaluationSet(shared / "eval" / "composites") if s.condition == "clean"]
    reports = [judge(s.source, s.background, s.alpha) for s in samples]
    assert [kinds(report) for report in reports] == [[]] * len(samples)
    swapped = [kinds(judge(s.background, s.source, s.alpha)) == ["swapped"] for s in samples]
    assert np.mean(swapped) >= 0.8
