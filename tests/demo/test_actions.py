from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bgmatting.demo import remarks, texts
from bgmatting.demo.actions import Refused, answer, from_result, viewable
from bgmatting.demo.files import NotPermitted, Store
from bgmatting.demo.results import Result
from bgmatting.demo.service import Service
from bgmatting.demo.uploads import Uploads
from bgmatting.errors import PairError
from bgmatting.imaging.verdict.report import Finding, Report


class Failing(Service):
    """A service that cannot."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def matte(self, *_):
        raise self.error


def _answer(error, source, background):
    return answer(Failing(error), Store(), source, background, "mobilenetv2")


def test_our_errors_are_the_message(pair):
    with pytest.raises(Refused, match="these two are no pair"):
        _answer(PairError("these two are no pair"), *map(str, pair))


def test_other_errors_are_one_neutral_sentence_and_logged(pair, caplog):
    with pytest.raises(Refused) as refusal:
        _answer(RuntimeError("/srv/secret/path is on fire"), *map(str, pair))
    assert str(refusal.value) == texts.OUR_FAULT
    assert "secret" in caplog.text


def test_a_lack_of_memory_is_no_fault_of_ours(pair):
    with pytest.raises(Refused) as refusal:
        _answer(MemoryError(), *map(str, pair))
    assert str(refusal.value) == texts.NO_MEMORY


@pytest.mark.parametrize("have", [(), ("source",), ("background",)])
def test_every_missing_photo_is_named(pair, have):
    given = [
        str(path) if role in have else None
        for role, path in zip(("source", "background"), pair, strict=True)
    ]
    with pytest.raises(Refused) as refusal:
        _answer(RuntimeError(), *given)
    for role, label in (("source", texts.SOURCE_LABEL), ("background", texts.BACKGROUND_LABEL)):
        assert (label in str(refusal.value)) == (role not in have)


@pytest.mark.parametrize(
    ("suffix", "kind"), [("tiff", "TIFF"), ("mpo", "JPEG"), ("jfif", "JPEG"), ("HIF", "PNG")]
)
def test_photos_that_browsers_cannot_show_are_made_so(tmp_path, suffix, kind):
    from bgmatting.imaging import read_photo

    uploads = Uploads(tmp_path / "uploads")
    photo = uploads.new_folder() / f"IMG 1.{suffix}"
    Image.effect_noise((40, 30), 60).convert("RGB").save(photo, kind)
    uploads.keep(photo.parent, "a client")
    uploads.take(str(photo), "who sent the photo")
    shown = viewable(uploads, str(photo))
    assert shown.endswith("/IMG-1.png")
    np.testing.assert_array_equal(read_photo(shown), read_photo(photo))
    assert uploads.take(shown, "who sent the photo") == Path(shown)
    with pytest.raises(NotPermitted):
        uploads.take(shown, "someone else")
    assert viewable(uploads, str(photo)) == shown  # not made again
    photo = photo.with_name("IMG 2.tiff")
    photo.write_text("no photo")
    for left_alone in (str(photo), None, "/somewhere/a.jpg"):
        assert viewable(uploads, left_alone) == left_alone


def test_photos_that_were_deleted_are_no_path_to_see(pair):
    with pytest.raises(Refused) as refusal:
        _answer(RuntimeError(), str(pair[0]), "/tmp/gone/away.jpg")
    assert str(refusal.value) == texts.NOT_GIVEN


def test_results_that_were_deleted(tmp_path):
    with pytest.raises(Refused, match="deleted"):
        from_result(Store(), Result(tmp_path, "disc", (4, 3)), lambda _: tmp_path)
    with pytest.raises(Refused, match="first"):
        from_result(Store(), None, lambda _: tmp_path)


def test_remarks_show_names_as_text_not_as_markup():
    shown = remarks.failure("<img src=x onerror=alert(1)>.jpg is damaged", shown=False)
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_remarks_say_whether_an_older_result_is_still_there():
    assert texts.STILL_SHOWN in remarks.failure("no", shown=True)
    assert texts.STILL_SHOWN not in remarks.failure("no", shown=False)


def test_findings_are_told_apart_by_how_bad_they_are():
    report = Report(
        findings=(
            Finding("unrelated", True, "The photos show two places."),
            Finding("light", False, "The light changed."),
        )
    )
    bad, poor = remarks.findings(report).split('role="status"')[1:]
    assert texts.USELESS in bad
    assert "The photos show two places." in bad
    assert texts.COULD_BE_BETTER in poor
    assert remarks.findings(Report()) == ""
