"""What is found to be wrong with pairs of photos: false alarms on good ones, hits on spoilt ones.

    python benchmarks/verdicts.py --weights mobilenetv2 --drawn 40 --backgrounds photos
    python benchmarks/verdicts.py --weights mobilenetv2 --sets eval/composites --pairs eval/pairs

Pairs are drawn (as in captures.py, hand-held), read from evaluation sets, or from folders that
hold NAME-src.jpg and NAME-bgr.jpg. Each is judged as it is, and spoilt in the ways below. A row
tells how many pairs of a case had which findings; "hit" counts those with a finding that fits.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from captures import Disturbance, draw_capture
from numpy.typing import NDArray

from bgmatting import Matter
from bgmatting.evaluation import EvaluationSet
from bgmatting.imaging.alignment.light.tone_curves import to_stops, to_values
from bgmatting.imaging.photos.reading import read_photo
from bgmatting.imaging.resampling import shrink, working_size
from bgmatting.training.synthesis.assets import Assets
from bgmatting.training.synthesis.settings import AssetFolders

Photo = NDArray[np.uint8]
Pair = tuple[Photo, Photo]

# Case -> the findings that fit it; none for a good pair.
CASES = {
    "as it is": (),
    "swapped": ("swapped",),
    "upside down": ("turned",),
    "mirrored": ("turned",),
    "one file twice": ("same",),
    "one photo, stored anew": ("same",),
    "two photos without subject": ("empty", "same"),
    "another place": ("unrelated", "moved"),
    "plate 2 stops brighter": ("light",),
    "plate 2 stops darker": ("light",),
    "camera moved by 10 %": ("missing", "moved"),
    "camera moved by 30 %": ("moved", "missing", "unrelated"),
}
SIZE = 1024  # long side to which photos are brought first: enough for a verdict, and faster


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", default="mobilenetv2", help="backbone, folder or repository")
    parser.add_argument("--drawn", type=int, default=0, help="how many pairs to draw")
    parser.add_argument("--backgrounds", type=Path, help="folder of photos of places, for drawing")
    parser.add_argument("--subjects", type=Path, help="folder of RGBA cut-outs, for drawing")
    parser.add_argument("--sets", type=Path, nargs="*", default=[], help="evaluation sets")
    parser.add_argument("--pairs", type=Path, nargs="*", default=[], help="folders of pairs")
    parser.add_argument("--every", type=int, default=1, help="spoil only each n-th pair")
    parser.add_argument("--cases", help="only these, by their first words, with commas between")
    arguments = parser.parse_args()
    matter = Matter.from_pretrained(arguments.weights)
    wanted = arguments.cases.split(",") if arguments.cases else [""]
    counts: dict[str, Counter] = defaultdict(Counter)
    alarms = []
    rng = np.random.default_rng(0)
    elsewhere: Photo | None = None
    for index, (name, source, plate) in enumerate(pairs(arguments)):
        for case, (src, bgr) in spoilt(source, plate, elsewhere, rng).items():
            if not case.startswith(tuple(wanted)) or (
                case != "as it is" and index % arguments.every
            ):
                continue
            found = matter(src, bgr).report.findings
            kinds = {finding.kind for finding in found}
            counts[case].update(kinds or {"none"})
            fits = kinds & set(CASES[case]) if CASES[case] else not kinds
            counts[case].update(pairs=1, hit=int(bool(fits)))
            if not CASES[case]:
                alarms += [f"{name}: {finding.sentence}" for finding in found]
        elsewhere = plate
    print_table(counts)
    print("\nFindings on pairs as they are:", *(alarms or ["none"]), sep="\n  ")


def pairs(arguments: argparse.Namespace) -> Iterator[tuple[str, Photo, Photo]]:
    """Name, source and plate of every pair asked for."""
    folders = AssetFolders(
        people=[arguments.subjects] if arguments.subjects else (),
        backgrounds=[arguments.backgrounds] if arguments.backgrounds else (),
    )
    assets = Assets(folders, photo_size=1600, keep=30)
    hand = Disturbance(still=0.4, shift=0.02, turn=1.0, stops=0.3, subject=(0.03, 0.5))
    for index in range(arguments.drawn):
        drawn = draw_capture(np.random.default_rng([7, index]), assets, hand)
        yield f"drawn {index}", drawn.source, drawn.plate
    for folder in arguments.sets:
        for sample in EvaluationSet(folder):
            yield f"{folder.name}/{sample.name}", small(sample.source), small(sample.background)
    for folder in arguments.pairs:
        for path in sorted(folder.glob("*-src.*")):
            other = next(folder.glob(path.name.replace("-src.", "-bgr.").rsplit(".", 1)[0] + ".*"))
            name = path.name.split("-src")[0]
            yield name, small(read_photo(path)), small(read_photo(other))


def spoilt(
    source: Photo, plate: Photo, elsewhere: Photo | None, rng: np.random.Generator
) -> dict[str, Pair]:
    """Case -> pair, for the cases that can be made."""
    anew = cv2.imdecode(cv2.imencode(".jpg", source, [cv2.IMWRITE_JPEG_QUALITY, 85])[1], 1)
    made: dict[str, Pair] = {
        "as it is": (source, plate),
        "swapped": (plate, source),
        "upside down": (source, plate[::-1, ::-1].copy()),
        "mirrored": (source, plate[:, ::-1].copy()),
        "one file twice": (source, source),
        "one photo, stored anew": (source, anew),
        "two photos without subject": (exposed(plate, 0.1, rng), plate),
        "plate 2 stops brighter": (source, exposed(plate, 2, rng)),
        "plate 2 stops darker": (source, exposed(plate, -2, rng)),
        "camera moved by 10 %": apart(source, plate, 0.1),
        "camera moved by 30 %": apart(source, plate, 0.3),
    }
    if elsewhere is not None:
        # Sets show one place several times; the middle of another is another place still.
        mirrored = np.ascontiguousarray(elsewhere[:, ::-1])
        size = source.shape[1], source.shape[0]
        made["another place"] = source, cv2.resize(mirrored, size, interpolation=cv2.INTER_AREA)
    return made


def exposed(photo: Photo, stops: float, rng: np.random.Generator) -> Photo:
    """Another photo of the same, in `stops` more light, with noise of its own."""
    values = to_values(to_stops(photo.astype(np.float32)) + np.float32(stops))
    return np.rint(np.clip(values + rng.normal(0, 2, photo.shape), 0, 255)).astype(np.uint8)


def apart(source: Photo, plate: Photo, share: float) -> Pair:
    """Crops of both, shifted against each other by a share of the width."""
    shift = round(share * source.shape[1])
    left, right = source[:, : source.shape[1] - shift], plate[:, shift:]
    return np.ascontiguousarray(left), np.ascontiguousarray(right)


def small(photo: Photo) -> Photo:
    return shrink(photo, working_size((photo.shape[1], photo.shape[0]), SIZE))


def print_table(counts: dict[str, Counter]) -> None:
    kinds = (
        "same",
        "empty",
        "swapped",
        "turned",
        "unrelated",
        "moved",
        "missing",
        "light",
        "changed",
    )
    columns = ("pairs", "hit", "none", *kinds)
    print(f"{'':28}" + "".join(f"{column:>10}" for column in columns))
    for case in CASES:
        if case in counts:
            cells = "".join(f"{counts[case][column] or '':>10}" for column in columns)
            print(f"{case:28}{cells}")


if __name__ == "__main__":
    main()
