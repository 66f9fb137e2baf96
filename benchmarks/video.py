"""Clips of known truth: how steady their mattes are, and how fast a clip is against its photos.

    python benchmarks/video.py steady --weights mobilenetv2
    python benchmarks/video.py speed --weights mobilenetv2 --size 512

Clips are made of the mattes in tests/fixtures/composites (or of a folder of RGBA cut-outs) that
walk and sway before the empty places of docs/examples, with sensor noise, exposure that drifts and,
of every second clip, a camera that shakes a little. dtSSD is how much the change of alpha from
frame to frame is off, x1e2, MAD how far alpha is off, x1e3; "frames" is each frame's own matte as
the clip's stream makes it, "steady" the same after the temporal filter.

`speed` mattes a locked-off HD clip frame by frame with `Matter`, then as a clip, and as a clip that
is decoded from a file and encoded to another, all in one run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from bgmatting import Matter
from bgmatting.evaluation.metrics import dtssd, mad
from bgmatting.imaging.photos.reading import read_photo
from bgmatting.video.following import Follower
from bgmatting.video.run import matte_clip
from bgmatting.video.steady import Steady

ROOT = Path(__file__).parents[1]
RATE = 25  # frames a second
NOISE = 3.0  # levels of 255
DRIFT = 0.06  # of the exposure, either way
SHAKE = 1.5  # pixels, either way
SUBJECTS = (
    "drift/hair",
    "handheld/strands",
    "clean/curls",
    "drift/bear",
    "clean/fern",
    "handheld/spectacles",
)


@dataclass(frozen=True)
class MadeClip:
    """A clip and its truth: (H, W, 3) uint8 frames, the plate, (H, W) float32 alphas."""

    name: str
    frames: list[np.ndarray]
    plate: np.ndarray
    alphas: list[np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["steady", "speed"])
    parser.add_argument("--weights", default="mobilenetv2", help="backbone, folder or repository")
    parser.add_argument("--size", type=int, help="working size; default: that of the weights")
    parser.add_argument("--frames", type=int, default=24, help="of each clip")
    parser.add_argument("--clips", type=int, default=len(SUBJECTS))
    parser.add_argument("--height", type=int, help="of frames; default: 360, and 1080 for speed")
    parser.add_argument("--subjects", type=Path, help="folder of RGBA cut-outs")
    arguments = parser.parse_args()
    matter = Matter.from_pretrained(arguments.weights)
    size = arguments.size or matter.working_size
    height = arguments.height or (360 if arguments.what == "steady" else 1080)
    clips = made_clips(arguments.subjects, height, arguments.frames)
    if arguments.what == "speed":
        measure_speed(matter, next(clips), size)
    else:
        measure_steadiness(matter, clips, arguments.clips, size)


def measure_steadiness(matter: Matter, clips: Iterator[MadeClip], count: int, size: int) -> None:
    rows = []
    print(f"{'clip':28} {'dtSSD frames':>12} {'steady':>8} {'MAD frames':>12} {'steady':>8}")
    for clip, _ in zip(clips, range(count), strict=False):
        follower, filter_ = Follower(matter.with_background(clip.plate, size=size)), Steady()
        plain, steady = [], []
        for frame in clip.frames:
            followed = follower(frame)
            plain.append(followed.matte.alpha)
            steady.append(filter_(plain[-1], followed.source, followed.plate))
        row = [flicker(plain, clip.alphas), flicker(steady, clip.alphas)]
        row += [distance(plain, clip.alphas), distance(steady, clip.alphas)]
        rows.append(row)
        print(
            f"{clip.name:28} {row[0]:12.3f} {row[1]:8.3f} {row[2]:12.3f} {row[3]:8.3f}", flush=True
        )
    mean = np.mean(rows, axis=0)
    print(table_row("all", list(mean)))
    print(f"steady: dtSSD {mean[1] / mean[0] - 1:+.0%}, MAD {mean[3] / mean[2] - 1:+.1%}")


def table_row(name: str, row: list[float]) -> str:
    return f"{name:28} {row[0]:12.3f} {row[1]:8.3f} {row[2]:12.3f} {row[3]:8.3f}"


def flicker(alphas: list[np.ndarray], true: list[np.ndarray]) -> float:
    pairs = zip(alphas, alphas[1:], true, true[1:], strict=False)
    return float(np.mean([dtssd(*four) for four in pairs]))


def distance(alphas: list[np.ndarray], true: list[np.ndarray]) -> float:
    return float(np.mean([mad(*two) for two in zip(alphas, true, strict=True)]))


def measure_speed(matter: Matter, clip: MadeClip, size: int) -> None:
    """The clip's camera is locked, as of every first one."""
    from bgmatting.video.codecs import codec_for
    from bgmatting.video.frames import Facts
    from bgmatting.video.pictures import Picture
    from bgmatting.video.writing import film

    count = len(clip.frames)
    matter(clip.frames[0], clip.plate, size=size)  # whatever is set up on the first call
    begin = time.perf_counter()
    for frame in clip.frames:
        matter(frame, clip.plate, size=size)
    alone = count / (time.perf_counter() - begin)
    follower, filter_ = Follower(matter.with_background(clip.plate, size=size)), Steady()
    follower(clip.frames[0])
    begin = time.perf_counter()
    for frame in clip.frames:
        followed = follower(frame)
        filter_(followed.matte.alpha, followed.source, followed.plate)
    stream = count / (time.perf_counter() - begin)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "clip.mkv")
        facts = Facts(clip.frames[0].shape[1::-1], Fraction(25), Fraction(1, 1000))
        with film(source, codec_for(source), facts, has_alpha=False) as writer:
            for index, frame in enumerate(clip.frames):
                writer.write(Picture(frame), Fraction(index, 25), index)
        begin = time.perf_counter()
        matte_clip(matter, source, clip.plate, Path(folder, "out.mov"), size=size)
        whole = count / (time.perf_counter() - begin)
    height, width = clip.plate.shape[:2]
    print(f"{width} x {height}, worked at {size} in {matter.dtype} on {matter.device}:")
    print(f"  photo by photo    {alone:6.2f} frames a second")
    print(f"  as a clip         {stream:6.2f} ({stream / alone:.2f} times)")
    print(f"  file to ProRes    {whole:6.2f} ({whole / alone:.2f} times)")


def made_clips(folder: Path | None, height: int, count: int) -> Iterator[MadeClip]:
    """Clips without end; of the first, third and so on the camera is locked."""
    width = round(height * 16 / 9 / 2) * 2
    subjects = sorted(folder.iterdir()) if folder else list(SUBJECTS)
    places = sorted((ROOT / "docs" / "examples" / "photos").glob("*-empty.jpg"))
    for index in range(10**6):
        rng = np.random.default_rng(index)
        subject = subjects[index % len(subjects)]
        place = places[index % len(places)]
        scene = scene_of(place, (width, height))
        fgr, pha = cut_out(subject)
        shake = SHAKE * (index % 2)
        name = f"{Path(subject).name}, {'shaken' if shake else 'locked'}"
        yield filmed(rng, name, scene, fgr, pha, count, shake)


def scene_of(place: Path, size: tuple[int, int]) -> np.ndarray:
    """The middle of a photo, a little larger than the frame: (H + 16, W + 16, 3) float32."""
    photo = read_photo(place).astype(np.float32)
    width, height = size[0] + 16, size[1] + 16
    rows = min(photo.shape[0], round(photo.shape[1] * height / width))
    top = (photo.shape[0] - rows) // 2
    return cv2.resize(photo[top : top + rows], (width, height), interpolation=cv2.INTER_AREA)


def cut_out(subject: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Straight colours and alpha, float32, 0..255 and 0..1."""
    if isinstance(subject, Path):
        rgba = cv2.cvtColor(cv2.imread(str(subject), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
        return rgba[..., :3].astype(np.float32), rgba[..., 3].astype(np.float32) / 255
    folder = ROOT / "tests" / "fixtures" / "composites" / subject
    pha = cv2.imread(str(folder / "pha.png"), cv2.IMREAD_GRAYSCALE)
    return read_photo(folder / "fgr.webp").astype(np.float32), pha.astype(np.float32) / 255


def filmed(
    rng: np.random.Generator,
    name: str,
    scene: np.ndarray,
    fgr: np.ndarray,
    pha: np.ndarray,
    count: int,
    shake: float,
) -> MadeClip:
    """Somebody walks a tenth of the frame, stands for a while, and sways all the time."""
    height, width = scene.shape[0] - 16, scene.shape[1] - 16
    scale = 0.9 * height / pha.shape[0]
    premultiplied = fgr * pha[..., None]
    phase = rng.uniform(0, 2 * np.pi)
    frames, alphas = [], []
    for index in range(count):
        at = index / RATE  # seconds
        walked = 0.2 * width * min(0.5, at % 1.5)  # walks for half a second, stands for one
        angle = 2.0 * np.sin(2 * np.pi * at / 1.5 + phase)
        matrix = cv2.getRotationMatrix2D((pha.shape[1] / 2, pha.shape[0]), angle, scale)
        matrix[0, 2] += 0.4 * width + walked - pha.shape[1] / 2
        matrix[1, 2] += height - pha.shape[0] + 2 * np.sin(9 * at)
        flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        alpha, colour = (
            cv2.warpAffine(values, matrix, (width, height), flags=flags)
            for values in (pha, premultiplied)
        )
        alpha = np.clip(alpha, 0, 1)
        moved = rng.uniform(-shake, shake, 2) if shake else np.zeros(2)
        behind = view(scene, moved, (width, height))
        light = 1 + DRIFT * np.sin(2 * np.pi * at / 4 + phase)
        photo = (np.clip(colour, 0, 255) + (1 - alpha[..., None]) * behind) * light
        frames.append(sensed(rng, photo))
        alphas.append(alpha)
    plate = sensed(rng, view(scene, np.zeros(2), (width, height)))
    return MadeClip(name, frames, plate, alphas)


def view(scene: np.ndarray, moved: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    matrix = np.array([[1, 0, -8 + moved[0]], [0, 1, -8 + moved[1]]])
    return cv2.warpAffine(scene, matrix, size, flags=cv2.INTER_CUBIC)


def sensed(rng: np.random.Generator, photo: np.ndarray) -> np.ndarray:
    noisy = photo + rng.normal(0, NOISE, photo.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
