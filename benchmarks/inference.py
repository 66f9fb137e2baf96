"""How much faster the network runs as the package runs it than plainly, in one run.

    python benchmarks/inference.py --size 768x576 --backbones mobilenetv2,resnet50

Plainly: float32, contiguous, batch norm unfolded, all 37 channels. The ways take turns, so that
whatever else the machine does hits all alike; the ratio is of the medians. Differences of alpha are
from the plain network's; with trained --weights they mean more than with random ones.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import torch

from bgmatting.imaging.engines.device import resolve_device, resolve_dtype
from bgmatting.imaging.engines.torch_engine import TorchEngine
from bgmatting.model import MattingNetwork


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--backbones", default="mobilenetv2")
    parser.add_argument("--weights", help="backbone, folder or repository; default: random ones")
    parser.add_argument("--size", default="768x576", help="WIDTHxHEIGHT")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtypes", default="auto", help="for example auto,bfloat16")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    device = resolve_device(arguments.device)
    width, height = map(int, arguments.size.split("x"))
    source, background = drawn_pair(width, height)
    threads = torch.get_num_threads()
    print(f"{width} x {height} on {device}, {threads} threads, torch {torch.__version__}")
    for backbone in arguments.backbones.split(","):
        network = load(backbone, arguments.weights)
        plain = plain_network(network, source, background, device)
        engines = {
            str(resolve_dtype(dtype, device)).removeprefix("torch."): TorchEngine(
                network, device, dtype
            )
            for dtype in arguments.dtypes.split(",")
        }
        expected = plain()
        ways = {"plain": plain}
        for name, engine in engines.items():
            ways[name] = lambda engine=engine: engine(source, background)[0]
        differences = {name: float(np.abs(way() - expected).max()) for name, way in ways.items()}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(arguments.rounds):
            for name, way in ways.items():
                start = time.perf_counter()
                way()
                times[name].append(time.perf_counter() - start)
        slow = statistics.median(times["plain"])
        for name, seconds in times.items():
            median = statistics.median(seconds)
            print(
                f"{backbone:12} {name:9} {median * 1e3:8.1f} ms   {slow / median:5.2f} x   "
                f"alpha differs by at most {differences[name] * 255:.3f}/255"
            )


def load(backbone: str, weights: str | None) -> MattingNetwork:
    if weights:
        from bgmatting import MattingBase

        return MattingBase.from_pretrained(weights)
    torch.manual_seed(0)
    return MattingNetwork(backbone).eval()


def plain_network(network, source, background, device):
    """The network as anybody would run it; returns its alpha, (h, w)."""
    network = network.eval().float().to(device)

    def run():
        with torch.inference_mode():
            src, bgr = (
                torch.from_numpy(photo).to(device).permute(2, 0, 1)[None].contiguous() / 255
                for photo in (source, background)
            )
            return network(src, bgr).pha[0, 0].cpu().numpy()

    return run


def drawn_pair(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    background = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3), dtype=np.uint8)
    background = background.repeat(16, 0).repeat(16, 1)[:height, :width].copy()
    source = background.copy()
    source[height // 4 :, width // 3 : width * 2 // 3] = (200, 120, 90)
    return source, background


if __name__ == "__main__":
    main()
