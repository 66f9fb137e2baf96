from __future__ import annotations

import pytest

av = pytest.importorskip("av", reason="clips need PyAV (extra: video)")

from support import clips  # noqa: E402

from bgmatting.video.run import matte_clip  # noqa: E402

BEGIN, LENGTH = 0.1, 0.3


@pytest.fixture
def heard(film):
    """Half a second of picture; the sound begins a tenth of a second later."""
    return film(12, "heard.mov", codec="qtrle", pixel_format="rgb24", sound=(BEGIN, LENGTH))


@pytest.mark.parametrize(
    ("name", "codec", "inexact"),
    [("a.mov", "pcm_s16le", 0.001), ("a.mkv", "pcm_s16le", 0.002), ("a.webm", "opus", 0.03)],
)
def test_sound_is_where_it_was(tmp_path, matter, heard, scene, name, codec, inexact):
    matte_clip(matter, heard, scene, tmp_path / name, codec="qtrle" if name == "a.mov" else None)
    begin, end, got = clips.sound(tmp_path / name)
    assert got == codec
    assert begin == pytest.approx(BEGIN, abs=inexact)
    assert end == pytest.approx(BEGIN + LENGTH, abs=inexact + 0.02)
    assert clips.times(tmp_path / name)[0] == 0


def test_of_a_part_only_its_own(tmp_path, matter, heard, scene):
    out = tmp_path / "a.mov"
    matte_clip(matter, heard, scene, out, codec="qtrle", start=0.2, end=0.32)
    begin, end, _ = clips.sound(out)
    assert begin == pytest.approx(0, abs=0.03)
    assert end == pytest.approx(0.12, abs=0.03)
    assert len(clips.times(out)) == 3


def test_without(tmp_path, matter, heard, scene):
    matte_clip(matter, heard, scene, tmp_path / "a.mkv", sound=False)
    with av.open(str(tmp_path / "a.mkv")) as container:
        assert not container.streams.audio
