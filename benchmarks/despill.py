"""What is left of the old background in the edges' colours, by strength of `despill`.

    python benchmarks/despill.py --weights mobilenetv2 path/to/evaluation-set

Over the pixels whose true alpha is 0.1 to 0.9: the squared error of the straight foreground (x1e3),
and its error along the line from the true foreground to the background, x1e3 of the range: towards
the background (it spills), and away from it (too much was taken).
"""

from __future__ import annotations

import argparse

import numpy as np

from bgmatting.evaluation.dataset import EvaluationSet
from bgmatting.evaluation.metrics import foreground_mse
from bgmatting.imaging import Matter

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", help="an evaluation set")
    parser.add_argument("--weights", default="mobilenetv2", help="backbone, folder or repository")
    parser.add_argument("--conditions", help="only these, separated by commas")
    parser.add_argument("--limit", type=int, help="only so many samples of each condition")
    arguments = parser.parse_args()
    samples = EvaluationSet(arguments.folder)
    matter = Matter.from_pretrained(arguments.weights)
    for condition in samples.conditions:
        if arguments.conditions and condition not in arguments.conditions.split(","):
            continue
        names = [n for n in samples.names if n.startswith(f"{condition}/")][: arguments.limit]
        rows = np.mean([measure(matter, samples.load(name)) for name in names], axis=0)
        print(f"\n{condition}, {len(names)} samples")
        print(f"{'despill':>8}{'Fgr MSE':>10}{'towards':>10}{'away':>8}")
        for strength, row in zip(STRENGTHS, rows, strict=True):
            print(f"{strength:8}{row[0]:10.2f}{row[1]:10.1f}{row[2]:8.1f}")


def measure(matter, sample):
    """(strengths, 3): squared error, spill, what was taken too much."""
    matte = matter(sample.source, sample.background)
    region = (sample.alpha > 0.1) & (sample.alpha < 0.9)
    plate = matte.background[region] / np.float32(255)
    line = plate - sample.foreground[region]
    length = np.linalg.norm(line, axis=1) + 1e-3
    rows = []
    for strength in STRENGTHS:
        pixels = matte.array("foreground", bits=16, despill=strength) / np.float32(65535)
        off = ((pixels - sample.foreground)[region] * line).sum(axis=1) / length
        rows.append(
            (
                foreground_mse(pixels, sample.foreground, sample.alpha, region),
                1e3 * np.maximum(off, 0).mean(),
                1e3 * np.maximum(-off, 0).mean(),
            )
        )
    return rows


if __name__ == "__main__":
    main()
