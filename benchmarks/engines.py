"""How fast each engine runs the network, against torch, in one run.

    python benchmarks/engines.py --backbones mobilenetv2,resnet50,resnet101 --threads 2

The engines take turns, so that whatever else the machine does hits all alike, and each round's
order is another; the ratio is the median of the rounds' own. Where something else runs, run it
again on a quiet machine before believing it: the quartiles of the ratios are printed too. Also said
is what an engine's start takes, with its converted model kept from before and without (--cold), and
how far alpha is from torch's.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import tempfile
import time

import numpy as np
import torch
from inference import drawn_pair, load

from bgmatting.imaging.engines import model_cache
from bgmatting.imaging.engines.choosing import ENGINES
from bgmatting.imaging.engines.interface import Engine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--backbones", default="mobilenetv2,resnet50,resnet101")
    parser.add_argument("--random", action="store_true", help="random weights, not the trained")
    parser.add_argument("--sizes", default="512x384,1024x768", help="WIDTHxHEIGHT, ...")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--threads", type=int, help="default: as many as torch takes")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cold", action="store_true", help="convert anew, keeping nothing")
    arguments = parser.parse_args()
    names = ["torch", *(name for name in arguments.engines.split(",") if name != "torch")]
    if arguments.cold:
        folder = tempfile.mkdtemp(prefix="bgmatting-engines-")
        model_cache.cached_assets_path = functools.partial(
            model_cache.cached_assets_path, assets_dir=folder
        )
    for backbone in arguments.backbones.split(","):
        network = load(backbone, None if arguments.random else backbone)
        engines: dict[str, Engine] = {}
        for name in names:
            start = time.perf_counter()
            engines[name] = ENGINES[name](network, "cpu", "float32", arguments.threads)
            took = time.perf_counter() - start
            print(f"{backbone:12} {name:12} ready in {took:.2f} s, {engines[name].threads} threads")
        for size in arguments.sizes.split(","):
            width, height = map(int, size.split("x"))
            compare(
                f"{backbone:12} {size:>9}", engines, drawn_pair(width, height), arguments.rounds
            )
    load_now = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"torch {torch.__version__}{load_now}")


def compare(
    title: str, engines: dict[str, Engine], pair: tuple[np.ndarray, np.ndarray], rounds: int
) -> None:
    exact = engines["torch"](*pair)[0]
    off = {name: float(np.abs(engine(*pair)[0] - exact).max()) for name, engine in engines.items()}
    times: dict[str, list[float]] = {name: [] for name in engines}
    names = list(engines)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            start = time.perf_counter()
            engines[name](*pair)
            times[name].append(time.perf_counter() - start)
    for name, seconds in times.items():
        ratios = sorted(plain / own for plain, own in zip(times["torch"], seconds, strict=True))
        low, middle, high = (ratios[round(share * (rounds - 1))] for share in (0.25, 0.5, 0.75))
        print(
            f"{title} {name:12} {statistics.median(seconds) * 1e3:8.1f} ms   {middle:5.2f} x "
            f"({low:.2f} to {high:.2f})   alpha differs by at most {off[name] * 255:.3f}/255"
        )


if __name__ == "__main__":
    main()
