from __future__ import annotations

import json
import math

import numpy as np
import pytest
from PIL import Image

from bgmatting.errors import OutputError
from bgmatting.evaluation import BASELINES, EvaluationSet, evaluate, report, zero_alpha
from bgmatting.evaluation.sheet import ContactSheets


@pytest.fixture
def pairs(make_set):
    return EvaluationSet(make_set())


@pytest.fixture
def results(pairs):
    return [evaluate(predict, pairs, method=name) for name, predict in BASELINES.items()]


def test_table_has_a_row_per_method_and_condition(results):
    lines = [line for line in report.table(results).splitlines() if line]
    assert lines[0].split()[:6] == ["method", "condition", "n", "MAD", "MSE", "Grad"]
    body = [line.split() for line in lines[1:]]
    columns = len(results[0].protocol.measures)
    conditions = [row[-columns - 2] for row in body]
    assert conditions == ["clean", "drift", "all"] * 2
    assert [row[-columns - 1] for row in body] == ["2", "1", "3"] * 2
    assert lines[4].startswith("zero alpha")
    assert body[3][-columns] == f"{results[1].mean('clean')['mad']:.2f}"
    foreground = results[0].protocol.measures.index("foreground_mse")
    assert body[3][foreground - columns] == "-"  # a zero alpha says nothing of the foreground


def test_table_as_markdown(results):
    lines = report.table(results, markdown=True).splitlines()
    assert len(lines) == 2 + 6
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| difference keyer | clean")


def test_rows_name_their_columns(results):
    rows = report.table_rows(results)
    assert [row["condition"] for row in rows] == ["clean", "drift", "all"] * 2
    assert {row["method"] for row in rows[3:]} == {"zero alpha"}
    assert rows[4]["MAD"] == f"{results[1].mean('drift')['mad']:.2f}"
    assert rows[4]["Fgr MSE"] == "-"


def test_one_condition_needs_no_row_for_all(make_set):
    result = evaluate(zero_alpha, EvaluationSet(make_set(["drift/a", "drift/b"])))
    assert len(report.table([result]).splitlines()) == 2


def test_json_says_what_was_measured(results):
    data = json.loads(json.dumps(report.to_json(results, {"weights": "w"}), allow_nan=False))
    assert data["weights"] == "w"
    assert data["samples"] == 3
    assert data["resolutions"] == {"32x24": 3}
    keyer, nothing = data["methods"]
    assert keyer["name"] == "difference keyer"
    assert keyer["overall"]["mad"] == pytest.approx(results[0].mean()["mad"])
    assert nothing["conditions"]["drift"]["samples"] == 1
    assert nothing["conditions"]["drift"]["foreground_mse"] is None
    assert nothing["samples"]["clean/b"]["size"] == [32, 24]
    assert data["protocol"] == "default"
    assert data["measures"].keys() == keyer["overall"].keys()
    assert data["measures"]["fractional_share"]["direction"] == "none"
    assert nothing["samples"]["clean/b"]["mad"] == pytest.approx(
        results[1].samples[1].scores["mad"]
    )


def test_a_report_is_written_whole(tmp_path, results):
    folder = tmp_path / "new" / "report"
    sheets = {"clean": Image.new("RGB", (4, 4)), "drift": Image.new("RGB", (5, 4))}
    paths = report.write_report(folder, report.to_json(results, {}), "a table", sheets)
    assert paths == report.report_paths(folder, ["clean", "drift"])
    assert sorted(folder.iterdir()) == sorted(paths)  # nothing temporary is left
    assert json.loads(paths[0].read_text())["samples"] == 3
    assert paths[1].read_text() == "a table\n"
    with Image.open(paths[3]) as sheet:
        assert sheet.format == "PNG"
        assert sheet.size == (5, 4)


def test_a_failed_write_leaves_the_old_file_and_no_half_one(tmp_path, results):
    class Broken:
        def save(self, file, kind):
            file.write_bytes(b"half")
            raise OSError("disk full")

    old = tmp_path / "contact-sheet-clean.png"
    old.write_text("old")
    with pytest.raises(OutputError, match="disk full"):
        report.write_report(tmp_path, report.to_json(results, {}), "", {"clean": Broken()})
    assert old.read_text() == "old"
    assert {p.name for p in tmp_path.iterdir()} <= {old.name, "report.json", "report.txt", "tiny"}


def test_a_folder_that_cannot_be_is_refused(tmp_path, results):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        report.write_report(tmp_path / "file" / "x", report.to_json(results, {}), "", {})


def test_existing_reports_are_found(tmp_path):
    paths = report.report_paths(tmp_path, ["clean"])
    report.check_free(paths)
    paths[2].write_text("mine")
    with pytest.raises(OutputError, match=r"contact-sheet-clean\.png exists.*--overwrite"):
        report.check_free(paths)


def cell(sheet: Image.Image, column: int, width: int = 32, height: int = 24) -> np.ndarray:
    """The picture of the first row in a column."""
    left, top = 6 + column * (256 + 6), 3 * 18
    return np.asarray(sheet.crop((left, top, left + width, top + height)))


def test_contact_sheet_shows_every_picture(make_set):
    pairs = EvaluationSet(make_set(["clean/a"]))
    sample = pairs.load("clean/a")
    alpha = sample.alpha.copy()
    alpha[:4], alpha[-4:] = 1, 0
    error = np.abs(alpha - sample.alpha)
    sheets = ContactSheets()
    evaluate(lambda s, b: (alpha, None, error), pairs, observe=sheets.add)
    (sheet,) = sheets.images("title").values()
    np.testing.assert_array_equal(cell(sheet, 0), sample.source)
    np.testing.assert_array_equal(cell(sheet, 1), sample.background)
    for column, values in ((2, alpha), (3, sample.alpha), (4, error)):
        np.testing.assert_array_equal(cell(sheet, column)[..., 0], (values * 255).round())
    difference = cell(sheet, 5).astype(int)
    assert (difference[0, :8, 0] > difference[0, :8, 2]).all()  # too much: red
    assert (difference[-1, 9:, 2] > difference[-1, 9:, 0]).all()  # too little: blue
    assert not difference[10].any()


def test_contact_sheet_keeps_the_worst_first(make_set):
    # Under a zero alpha, the box that begins farthest left is the worst.
    names = ["clean/a", "clean/b", "clean/c", "clean/d"]
    pairs = EvaluationSet(make_set(names))
    small, large = ContactSheets(rows=2), ContactSheets()
    for sheets in (small, large):
        evaluate(zero_alpha, pairs, observe=sheets.add)
    small_sheet, large_sheet = (s.images("t")["clean"] for s in (small, large))
    assert small_sheet.height < large_sheet.height
    np.testing.assert_array_equal(cell(small_sheet, 0), pairs.load("clean/a").source)
    bottom = small_sheet.height - 18 - 6 - 24
    last = np.asarray(small_sheet.crop((6, bottom, 6 + 32, bottom + 24)))
    np.testing.assert_array_equal(last, pairs.load("clean/b").source)


def test_large_samples_are_shrunk_to_fit(make_set):
    pairs = EvaluationSet(make_set(["clean/a"], size=(1000, 500)))
    sheets = ContactSheets()
    result = evaluate(zero_alpha, pairs, observe=sheets.add)
    sheet = sheets.images("t")["clean"]
    assert sheet.height == 3 * 18 + 18 + 128 + 6
    assert not math.isnan(result.mean()["unknown_gradient"])
