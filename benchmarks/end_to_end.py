"""From two JPEG files to an RGBA PNG: seconds by stage, and peak memory, as the photos grow.

    python benchmarks/end_to_end.py --weights mobilenetv2 --megapixels 3,12,48

Each size runs in a process of its own, whose peak resident memory is reported. "first" is what
somebody who runs the command once waits for, imports and weights apart; "best" is the fastest of
them all. Pairs are drawn: a body with hair before a textured scene, the plate noisier and darker.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", help="backbone, folder or repository; default: random ones")
    parser.add_argument("--backbone", default="mobilenetv2", help="of random weights")
    parser.add_argument("--size", type=int, help="working size; default: that of the weights")
    parser.add_argument("--megapixels", default="3,12,48")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pair", nargs=2, metavar=("SOURCE", "BACKGROUND"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pair:
        print(json.dumps(run(arguments)))
        return
    if not arguments.weights:
        print("random weights: their mattes are noise, the worst case for everything after them")
    memory = {}
    for megapixels in map(float, arguments.megapixels.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            pair = draw_pair(Path(folder), megapixels)
            child = subprocess.run(
                [sys.executable, __file__, *sys.argv[1:], "--pair", *map(str, pair)],
                stdout=subprocess.PIPE,
                check=True,
            )
        result = json.loads(child.stdout)
        memory[megapixels] = result["peak"]
        report(megapixels, result)
    if len(memory) > 1:
        small, large = min(memory), max(memory)
        slope = (memory[large] - memory[small]) / (large - small)
        print(f"\npeak memory grows by {slope:.0f} MB a megapixel ({small:g} to {large:g})")


def run(arguments: argparse.Namespace) -> dict:
    """In the child: matte the pair several times."""
    import torch

    from bgmatting import Matter, MattingBase

    torch.manual_seed(0)
    if arguments.weights:
        matter = Matter.from_pretrained(arguments.weights)
    else:
        matter = Matter(MattingBase(arguments.backbone).eval())
    idle = peak_memory()
    out = Path(arguments.pair[0]).with_name("cutout.png")
    runs = []
    for _ in range(arguments.runs):
        matte = matter(*arguments.pair, size=arguments.size or "auto")
        start = time.perf_counter()
        matte.save(out, overwrite=True)
        runs.append({**matte.timings, "write": time.perf_counter() - start})
        size = matte.network_size
        del matte
    return {
        "runs": runs,
        "size": size,
        "idle": idle,
        "peak": peak_memory(),
        "dtype": str(matter.dtype),
        "bytes": out.stat().st_size,
    }


def peak_memory() -> float:
    """Peak resident memory of this process so far, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent had before this process began
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def report(megapixels: float, result: dict) -> None:
    runs = result["runs"]
    width, height = result["size"]
    print(
        f"\n{megapixels:g} megapixels, worked at {width} x {height} in {result['dtype']}; "
        f"PNG of {result['bytes'] / 1e6:.1f} MB"
    )
    best = min(runs, key=lambda stages: sum(stages.values()))
    for stage in runs[0]:
        print(f"  {stage:10} first {runs[0][stage]:6.2f} s   best {best[stage]:6.2f} s")
    first = sum(runs[0].values())
    print(f"  {'total':10} first {first:6.2f} s   best {sum(best.values()):6.2f} s")
    print(f"  peak memory {result['peak']:.0f} MB, of it {result['idle']:.0f} MB before any photo")


def draw_pair(folder: Path, megapixels: float) -> tuple[Path, Path]:
    """Source and background as JPEG files, 4:3."""
    rng = np.random.default_rng(0)
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    height = round(width * 3 / 4)
    scene = cv2.resize(
        rng.integers(60, 230, (24, 32, 3), dtype=np.uint8),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    noise = rng.integers(0, 14, (512, 512, 3), dtype=np.uint8)
    noise = np.tile(noise, (height // 512 + 1, width // 512 + 1, 1))[:height, :width]
    background = cv2.subtract(cv2.add(scene, noise[::-1]), np.full(3, 8.0))
    alpha = np.zeros((height, width), dtype=np.uint8)
    centre, radius = (width // 2, height * 2 // 5), height // 5
    cv2.circle(alpha, centre, radius, 255, -1, cv2.LINE_AA)
    cv2.ellipse(
        alpha, (width // 2, height), (width // 4, height // 2), 0, 180, 360, 255, -1, cv2.LINE_AA
    )
    for angle in rng.uniform(0, 2 * np.pi, 700):
        reach = radius * rng.uniform(1.05, 1.6)
        tip = (
            int(centre[0] + np.cos(angle) * reach),
            int(centre[1] + np.sin(angle + rng.normal(0, 0.15)) * reach),
        )
        cv2.line(alpha, centre, tip, 255, max(1, width // 2000), cv2.LINE_AA)
    subject = cv2.add(np.full_like(scene, (40, 50, 80)), noise)
    share = alpha.astype(np.uint16)[..., None]
    source = ((subject * share + scene * (255 - share)) // 255).astype(np.uint8)
    source = cv2.add(source, noise)
    paths = folder / "source.jpg", folder / "background.jpg"
    for path, photo in zip(paths, (source, background), strict=True):
        cv2.imwrite(str(path), photo, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return paths


if __name__ == "__main__":
    main()
