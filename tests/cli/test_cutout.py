from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from support.png import read_png

PLAIN = ("--device", "cpu", "--precision", "float32")


@pytest.fixture(scope="module")
def matter(weights):
    from bgmatting.imaging import Matter

    return Matter.from_pretrained(weights, device="cpu", dtype="float32")


def test_cut_out_beside_the_photo_is_what_python_gives(cli, pair, weights, matter):
    source, background = pair
    done = cli("cutout", source.name, background.name, "--weights", weights, *PLAIN)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout == "photo-cutout.png\n"
    written = Image.open(source.with_name("photo-cutout.png"))
    assert written.format == "PNG"
    assert written.mode == "RGBA"
    expected = matter(source, background).cutout()
    np.testing.assert_array_equal(np.asarray(written), np.asarray(expected))


def test_every_kind_of_result(quick_cli, pair, weights, matter, tmp_path):
    source, background = pair
    done = quick_cli(
        *("cutout", source, background, "--weights", weights, *PLAIN, "-o", "out.png"),
        *("--save", "alpha,foreground,error,composite", "--backdrop", "#00b140"),
        *("--bits", "16", "--timing"),
    )
    assert done.returncode == 0, done.stderr
    names = ["out.png", *(f"out-{k}.png" for k in ("alpha", "foreground", "error", "composite"))]
    assert done.stdout.split() == names
    matte = matter(source, background)
    for name, expected in zip(
        names,
        [
            matte.array("cutout", bits=16),
            matte.array("alpha", bits=16),
            matte.array("foreground", bits=16),
            matte.array("error", bits=16),
            matte.composite("#00b140"),
        ],
        strict=True,
    ):
        written = read_png((tmp_path / name).read_bytes())
        assert written.shape[:2] == (72, 96)
        np.testing.assert_array_equal(written, np.asarray(expected), err_msg=name)
    assert "total" in done.stderr


def test_a_backdrop_asks_for_a_composite(quick_cli, pair, weights, tmp_path):
    (tmp_path / "results").mkdir()
    done = quick_cli("cutout", *pair, "--weights", weights, "--backdrop", pair[1], "-o", "results")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "results/photo-cutout.png",
        "results/photo-composite.png",
    ]


def test_nothing_is_overwritten_unasked(quick_cli, pair, weights):
    there = pair[0].with_name("photo-cutout.png")
    there.write_bytes(b"precious")
    # Refused before the work: these weights don't exist.
    done = quick_cli("cutout", *pair, "--weights", "nowhere")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("bgmatting: ")
    assert "photo-cutout.png" in done.stderr
    assert "--overwrite" in done.stderr
    assert there.read_bytes() == b"precious"

    done = quick_cli("cutout", *pair, "--weights", weights, "--overwrite")
    assert done.returncode == 0, done.stderr
    assert Image.open(there).mode == "RGBA"


@pytest.mark.parametrize("photo", ["photo.png", "empty.png"])
def test_a_photo_is_never_replaced_by_its_result(quick_cli, pair, tmp_path, photo):
    before = (tmp_path / photo).read_bytes()
    done = quick_cli("cutout", *pair, "-o", photo, "--overwrite")
    assert done.returncode == 1
    assert "photos to read" in done.stderr
    assert (tmp_path / photo).read_bytes() == before


def _one_sentence(done):
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("bgmatting: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_photo_that_is_not_there(quick_cli, pair):
    assert "nobody.jpg" in _one_sentence(quick_cli("cutout", "nobody.jpg", pair[1]))


def test_a_file_that_is_no_photo(quick_cli, pair, weights, tmp_path):
    (tmp_path / "notes.jpg").write_text("not a photo")
    assert "notes.jpg" in _one_sentence(
        quick_cli("cutout", "notes.jpg", pair[1], "--weights", weights)
    )
    assert not (tmp_path / "notes-cutout.png").exists()


def test_photos_of_different_shape(quick_cli, draw, pair, weights):
    tall = draw("tall.png", width=72, height=96)
    said = _one_sentence(quick_cli("cutout", pair[0], tall, "--weights", weights))
    assert "96" in said
    assert "72" in said


def test_weights_that_are_not_there(quick_cli, pair):
    assert "no-such-folder" in _one_sentence(
        quick_cli("cutout", *pair, "--weights", "no-such-folder")
    )


def test_a_folder_that_is_not_there_is_made(quick_cli, pair, weights):
    done = quick_cli("cutout", *pair, "--weights", weights, "-o", "new/folder/out.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "new/folder/out.png\n"


def test_a_file_where_a_folder_should_be(quick_cli, pair):
    assert "empty.png" in _one_sentence(quick_cli("cutout", *pair, "-o", "empty.png/out.png"))


def test_a_pair_that_cannot_work_is_told_so(quick_cli, weights, draw, tmp_path):
    photo = draw("photo.png", subject=True)
    again = draw("again.png", subject=True)
    run = quick_cli("cutout", photo, again, "-o", "out.png", "--weights", weights)
    assert run.returncode == 0
    assert (tmp_path / "out.png").exists()
    warnings = [line for line in run.stderr.splitlines() if "warning: " in line]
    assert len(warnings) == 1
    assert "look the same" in warnings[0]
    assert run.stdout.split() == ["out.png"]


def test_what_was_done_about_the_pair_is_said_on_request(quick_cli, weights, pair):
    options = ("-o", "out.png", "--weights", weights, "--timing", "--overwrite")
    aligned = quick_cli("cutout", *pair, *options)
    assert "align" in aligned.stderr
    assert "camera" in aligned.stderr
    as_it_is = quick_cli("cutout", *pair, *options, "--no-align")
    assert "align " not in as_it_is.stderr


def test_a_working_size_that_is_too_small_is_wrong_usage(quick_cli, pair, weights):
    from bgmatting.imaging.limits import MIN_SIDE

    done = quick_cli("cutout", *pair, "--weights", weights, "--size", str(MIN_SIDE - 1))
    assert done.returncode == 2
    assert f"at least {MIN_SIDE}" in done.stderr


def test_an_exr_beside_the_cut_out(quick_cli, pair, weights, tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    run = ("cutout", *pair, "--weights", weights, *PLAIN, "--save", "exr")
    done = quick_cli(*run, "-o", "anna.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["anna.png", "anna-cutout.exr"]
    with openexr.File(str(tmp_path / "anna-cutout.exr")) as file:
        assert file.channels()["RGBA"].pixels.shape == (72, 96, 4)


def test_an_exr_without_its_extra_is_told_before_the_work(quick_cli, pair, monkeypatch):
    from bgmatting.imaging.photos import exr

    monkeypatch.setattr(exr, "find_spec", lambda name: None)
    done = quick_cli("cutout", *pair, "--weights", "nowhere", "--save", "exr")
    assert "bgmatting[exr]" in _one_sentence(done)


@pytest.mark.parametrize("command", ["cutout", "folder"])
def test_colours_under_alpha_0_and_without_the_background(
    quick_cli, draw, weights, matter, tmp_path, command
):
    source, background = draw("in/photo.png", subject=True), draw("empty.png")
    where = (source, background, "-o", "out") if command == "cutout" else ("in", background, "out")
    (tmp_path / "out").mkdir()
    options = ("--bits", "16", "--bleed", "--despill", "0.7", "--save", "foreground,composite")
    done = quick_cli(command, *where, "--weights", weights, *PLAIN, *options)
    assert done.returncode == 0, done.stderr
    matte = matter(source, background)
    for kind in ("cutout", "foreground"):
        written = read_png((tmp_path / f"out/photo-{kind}.png").read_bytes())
        np.testing.assert_array_equal(written, matte.array(kind, 16, bleed=True, despill=0.7))
    written = np.asarray(Image.open(tmp_path / "out/photo-composite.png"))
    np.testing.assert_array_equal(written, np.asarray(matte.composite("white", despill=0.7)))


@pytest.mark.parametrize("strength", ["-0.1", "1.5", "nan", "much"])
def test_a_strength_that_is_none_is_wrong_usage(quick_cli, pair, strength):
    done = quick_cli("cutout", *pair, "--despill", strength)
    assert done.returncode == 2
    assert "--despill" in done.stderr
