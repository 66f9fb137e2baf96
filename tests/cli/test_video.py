"""`bgmatting video`; what the stages do is tested in tests/video."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

av = pytest.importorskip("av", reason="clips need PyAV (extra: video)")

from support import clips  # noqa: E402


@pytest.fixture
def clip(tmp_path):
    """Six frames, 96 x 72, a disk that moves; and the empty place as empty.png."""
    y, x = np.mgrid[:72, :96]
    scene = np.stack([x * 2, y * 3, x + y], axis=2).astype(np.uint8)
    Image.fromarray(scene).save(tmp_path / "empty.png")
    frames = []
    for index in range(6):
        frame = scene.copy()
        frame[np.hypot(x - 30 - 5 * index, y - 36) < 20] = (220, 60, 40)
        frames.append(frame)
    return clips.make(tmp_path / "clip.mkv", [scene, *frames])


def test_a_clip_with_alpha(quick_cli, clip, weights, tmp_path):
    done = quick_cli("video", clip, "empty.png", "--weights", weights, "--codec", "qtrle")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "clip-cutout.mov"
    assert done.stdout == f"{out}\n"
    assert len(clips.alphas(out)) == 7
    again = quick_cli("video", clip, "empty.png", "--weights", weights)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    assert "Traceback" not in again.stderr


def test_pictures_of_a_part(quick_cli, clip, weights, tmp_path):
    arguments = ("video", clip, "--background-at", "0f", "--weights", weights, "-o", "out")
    done = quick_cli(*arguments, "--from", "2f", "--to", "5f", "--save", "alpha")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "00003.png",
        "00004.png",
        "00005.png",
    ]
    assert len(list((tmp_path / "out-alpha").iterdir())) == 3
    again = quick_cli(*arguments)
    assert again.returncode == 0
    assert len(list((tmp_path / "out").iterdir())) == 7


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("clip.mkv",), 2, "give either BACKGROUND or --background-at"),
        (("clip.mkv", "empty.png", "--background-at", "0"), 2, "give either"),
        (("gone.mp4", "empty.png"), 1, "gone.mp4 does not exist"),
        (("empty.png", "empty.png"), 1, "is one photo"),
        (("notes.mp4", "empty.png"), 1, "cannot be read as a clip"),
        (("clip.mkv", "gone.png"), 1, "there is no file"),
        (("clip.mkv", "empty.png", "-o", "a.gif"), 1, "ends in .gif"),
        (("clip.mkv", "empty.png", "--save", "mask"), 2, "none of cutout"),
        (("clip.mkv", "empty.png", "--from", "soon"), 1, "is no time"),
        (("clip.mkv", "empty.png", "--from", "9"), 1, "no frames from 9 s on"),
        (("clip.mkv", "--background-at", "99f"), 1, "ends before frame 99"),
        (("clip.mkv", "empty.png", "--backdrop", "no such"), 1, "neither a colour"),
    ],
)
def test_mistakes_get_a_sentence(quick_cli, clip, weights, tmp_path, arguments, status, said):
    (tmp_path / "notes.mp4").write_text("words " * 400)
    before = sorted(tmp_path.iterdir())
    done = quick_cli("video", *arguments, "--weights", weights)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_without_pyav_it_says_what_to_install(quick_cli, clip, weights, monkeypatch):
    import sys

    for name in [name for name in sys.modules if name.startswith("bgmatting.video")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "av", None)
    done = quick_cli("video", clip, "empty.png", "--weights", weights)
    assert done.returncode == 1
    assert "pip install 'bgmatting[video]'" in done.stderr
