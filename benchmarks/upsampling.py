"""Ways from working size to full size, measured on mattes that are known.

    python benchmarks/upsampling.py --weights mobilenetv2 path/to/evaluation-set

For each working size the network runs once per sample; each way then brings that one answer to full
size. MAD and MSE are x1e3, MSE and Grad over the unknown region, Grad /1000 (it grows with
resolution). Seconds are of the upsampling alone.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import replace

import cv2
import numpy as np

from bgmatting.evaluation.dataset import EvaluationSet
from bgmatting.evaluation.metrics import gradient_error, mad, mse
from bgmatting.evaluation.regions import unknown_region
from bgmatting.imaging import Matter
from bgmatting.imaging.photos.pair import PhotoPair
from bgmatting.imaging.resampling import shrink, working_size
from bgmatting.imaging.result.upsampling import Settings, Upsampler

NO_PLATE = 1e6  # so much doubt that the plate has no say: the guided filter alone
DEFAULT = Settings()
WAYS = {
    "cubic": None,
    "guided, radius 2": replace(DEFAULT, radius=2, doubt=NO_PLATE),
    "guided, radius 4": replace(DEFAULT, radius=4, doubt=NO_PLATE),
    "guided, radius 8": replace(DEFAULT, radius=8, doubt=NO_PLATE, margin=4),
    "plate (default)": DEFAULT,
}
TUNING = {
    "radius 1": replace(DEFAULT, radius=1),
    "radius 2": replace(DEFAULT, radius=2),
    "radius 8": replace(DEFAULT, radius=8),
    "epsilon / 10": replace(DEFAULT, epsilon=DEFAULT.epsilon / 10),
    "epsilon x 10": replace(DEFAULT, epsilon=DEFAULT.epsilon * 10),
    "margin 0": replace(DEFAULT, margin=0),
    "margin 2": replace(DEFAULT, margin=2),
    "margin 3": replace(DEFAULT, margin=3),
    "flat / 2": replace(DEFAULT, flat=DEFAULT.flat / 2),
    "flat x 2": replace(DEFAULT, flat=DEFAULT.flat * 2),
    "doubt / 4": replace(DEFAULT, doubt=DEFAULT.doubt / 4),
    "doubt / 2": replace(DEFAULT, doubt=DEFAULT.doubt / 2),
    "doubt x 2": replace(DEFAULT, doubt=DEFAULT.doubt * 2),
    "caution / 4": replace(DEFAULT, caution=DEFAULT.caution / 4),
    "caution / 2": replace(DEFAULT, caution=DEFAULT.caution / 2),
    "caution x 2": replace(DEFAULT, caution=DEFAULT.caution * 2),
    "caution x 4": replace(DEFAULT, caution=DEFAULT.caution * 4),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", help="an evaluation set")
    parser.add_argument("--weights", default="mobilenetv2", help="backbone, folder or repository")
    parser.add_argument("--sizes", default="512,640,768,896,1024,native")
    parser.add_argument("--conditions", help="only these, separated by commas")
    parser.add_argument("--limit", type=int, help="only so many samples of each condition")
    parser.add_argument("--tune", action="store_true", help="vary each setting as well")
    arguments = parser.parse_args()
    samples = EvaluationSet(arguments.folder)
    matter = Matter.from_pretrained(arguments.weights)
    ways = {**WAYS, **(TUNING if arguments.tune else {})}
    sizes = [None if size == "native" else int(size) for size in arguments.sizes.split(",")]
    for condition in samples.conditions:
        if arguments.conditions and condition not in arguments.conditions.split(","):
            continue
        names = [n for n in samples.names if n.startswith(f"{condition}/")][: arguments.limit]
        scores = measure(samples, names, matter, sizes, ways)
        report(condition, samples.sizes[names[0]], len(names), scores)


def measure(samples, names, matter, sizes, ways):
    """{(size, way): scores of every sample}"""
    scores = defaultdict(list)
    for name in names:
        sample = samples.load(name)
        height, width = sample.alpha.shape
        region = unknown_region(sample.alpha)
        for size in sizes:
            small = working_size((width, height), size)
            pair = shrink(sample.source, small), shrink(sample.background, small)
            alpha, residual, _ = matter._engine(*pair)
            for way, settings in ways.items():
                start = time.perf_counter()
                if settings is None:
                    fine = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_CUBIC)
                    fine = np.clip(fine, 0, 1)
                else:
                    fine = Upsampler(
                        PhotoPair(sample.source, sample.background),
                        PhotoPair(*pair),
                        alpha,
                        residual,
                        settings,
                    ).alpha()
                seconds = time.perf_counter() - start
                scores[size, way].append(
                    (
                        mad(fine, sample.alpha),
                        mse(fine, sample.alpha, region),
                        gradient_error(fine, sample.alpha, region),
                        seconds,
                    )
                )
    return scores


def report(condition, shape, count, scores):
    print(f"\n{condition}, {count} samples of {shape[0]} x {shape[1]}")
    print(f"{'size':>6}  {'way':18}{'MAD':>8}{'MSE':>8}{'Grad':>8}{'of cubic':>10}{'s':>7}")
    for (size, way), rows in scores.items():
        mean = np.mean(rows, axis=0)
        cubic = np.mean(scores[size, "cubic"], axis=0)
        print(
            f"{size or 'native':>6}  {way:18}{mean[0]:8.2f}{mean[1]:8.2f}{mean[2]:8.2f}"
            f"{mean[2] / cubic[2]:10.2f}{mean[3]:7.2f}"
        )


if __name__ == "__main__":
    main()
