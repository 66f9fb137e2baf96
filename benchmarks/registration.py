"""How well plates are registered, on pairs whose camera motion is known.

    python benchmarks/registration.py --count 200 --backgrounds photos --subjects cutouts

The error of a motion is the distance, in pixels of a frame 512 long, between where it puts a
pixel of the source's background in the plate and where that is. "seen" counts it only as far as it
can be seen: across edges that stand out of the noise, where the background is not hidden, since on
a flat wall or along a straight line one place is as good as another. "all" counts every background
pixel in full. A run is made worse if its seen error exceeds that of leaving the plate as it is by
more than a tenth of a pixel.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from captures import Capture, Disturbance, draw_capture, mapped, true_positions

from bgmatting.imaging.alignment.geometry.registration import Registration, register, warp
from bgmatting.training.synthesis.assets import Assets
from bgmatting.training.synthesis.settings import AssetFolders

EDGE = 0.006  # slope per pixel, 0..1 scale, from which an edge can be seen
WORSE = 0.1  # pixels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backgrounds", type=Path, help="folder of photos of places")
    parser.add_argument("--subjects", type=Path, help="folder of RGBA cut-outs")
    parser.add_argument("--parallax", type=float, default=0.0, help="pixels of smooth flow besides")
    parser.add_argument("--weights", help="also matte: backbone, folder or repository")
    parser.add_argument("--known", action="store_true", help="tell it the true background")
    arguments = parser.parse_args()
    assets = Assets(
        AssetFolders(
            people=[arguments.subjects] if arguments.subjects else (),
            backgrounds=[arguments.backgrounds] if arguments.backgrounds else (),
        ),
        photo_size=1600,
        keep=30,
    )
    mad = matte_error(arguments.weights) if arguments.weights else None
    strength = Disturbance(parallax=arguments.parallax)
    rows = []
    for index in range(arguments.count):
        capture = draw_capture(np.random.default_rng([arguments.seed, index]), assets, strength)
        rows.append(measure(capture, arguments.known, mad))
    groups = defaultdict(list)
    for row in rows:
        groups["all pairs"].append(row)
        groups[row["kind"]].append(row)
        groups[row["motion"]].append(row)
    print_table(groups)


def measure(capture: Capture, known: bool = False, mad=None) -> dict:
    """Register one pair and compare with the truth."""
    background = capture.alpha < 0.01 if known else None
    start = time.process_time()
    found = register(capture.source, capture.plate, background)
    seconds = time.process_time() - start
    before = errors(capture, Registration())
    after = errors(capture, found)
    row = {
        "kind": capture.kind,
        "motion": capture.motion,
        "aligned": found.aligned,
        "failed": found.failed,
        "agreement": found.agreement,
        "seconds": seconds,
        "seen before": before[0],
        "seen": after[0],
        "all": after[1],
        "texture": after[2],
        "note": found.note,
    }
    if mad:
        row["mad before"] = mad(capture, capture.plate)
        row["mad"] = mad(capture, warp(capture.plate, found)[0])
    return row


def errors(capture: Capture, found: Registration) -> tuple[float, float, float]:
    """Seen error and whole error in pixels, and the share of the frame that has visible edges."""
    off = mapped(found.matrix, capture.alpha.shape)
    if found.flow is not None:
        flow = cv2.resize(found.flow, capture.alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)
        off = off + flow * max(capture.alpha.shape)
    truth = true_positions(capture)
    off = off - truth  # h, w, 2
    height, width = capture.alpha.shape
    inside = (truth >= 0).all(2) & (truth[..., 0] <= width - 1) & (truth[..., 1] <= height - 1)
    shown = (capture.alpha < 0.02) & inside
    grey = cv2.GaussianBlur(capture.here.mean(axis=2), (0, 0), 1)
    slope = np.stack(
        [cv2.Sobel(grey, cv2.CV_32F, *a, ksize=3, scale=1 / 8) for a in ((1, 0), (0, 1))], 2
    )
    steep = np.linalg.norm(slope, axis=2)
    edges = shown & (steep > EDGE)
    across = np.abs((off * slope).sum(2)) / np.maximum(steep, 1e-9)
    seen = float(across[edges].mean()) if edges.any() else float("nan")
    whole = float(np.linalg.norm(off, axis=2)[shown].mean()) if shown.any() else float("nan")
    return seen, whole, float(edges.mean())


def matte_error(weights: str):
    """A function of a capture and a plate: MAD x1e3 of the network's alpha."""
    from bgmatting import Matter
    from bgmatting.evaluation.metrics import mad

    matter = Matter.from_pretrained(weights)

    def error(capture: Capture, plate: np.ndarray) -> float:
        alpha, _, _ = matter._engine(capture.source, plate)
        return mad(alpha, capture.alpha)

    return error


def print_table(groups: dict[str, list[dict]]) -> None:
    print(
        f"{'pairs':12}{'n':>5}{'before':>9}{'median':>8}{'95 %':>8}{'<=0.5':>7}{'<=2':>7}"
        f"{'all':>8}{'worse':>7}{'moved':>7}{'failed':>7}{'s':>6}{'MAD before':>12}{'after':>8}"
    )
    for name, rows in groups.items():
        rows = [row for row in rows if np.isfinite(row["seen"])]
        if not rows:
            continue
        seen = np.array([row["seen"] for row in rows])
        before = np.array([row["seen before"] for row in rows])
        line = (
            f"{name:12}{len(rows):5}{np.median(before):9.2f}{np.median(seen):8.3f}"
            f"{np.quantile(seen, 0.95):8.2f}{(seen <= 0.5).mean():7.1%}{(seen <= 2).mean():7.1%}"
            f"{np.median([row['all'] for row in rows]):8.3f}{(seen > before + WORSE).sum():7}"
            f"{sum(row['aligned'] for row in rows):7}{sum(row['failed'] for row in rows):7}"
            f"{np.median([row['seconds'] for row in rows]):6.2f}"
        )
        if "mad" in rows[0]:
            before, after = (np.mean([row[key] for row in rows]) for key in ("mad before", "mad"))
            line += f"{before:12.1f}{after:8.1f}"
        print(line)


if __name__ == "__main__":
    main()
