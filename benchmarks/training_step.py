"""How many samples a second one process trains, by backbone and precision.

    OMP_NUM_THREADS=1 python benchmarks/training_step.py [--backbone NAME]... [--side 160]

The network's forward and backward pass, the losses and the optimizer's step, on pairs made
beforehand: the generator comes on top. Run it while the machine does nothing else.
"""

from __future__ import annotations

import argparse
import time

import torch

from bgmatting.model import BACKBONES, MattingNetwork
from bgmatting.training.numerics.atrous import multiply_dilated
from bgmatting.training.numerics.precision import spare_from_autocast
from bgmatting.training.objective import RawMatte, objective, parameter_groups
from bgmatting.training.synthesis.capture import Pair


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--backbone", action="append", choices=list(BACKBONES))
    parser.add_argument("--side", type=int, default=160, help="of the crops, pixels")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=8, help="the median of so many is told")
    options = parser.parse_args()
    print(f"{torch.get_num_threads()} threads, {options.batch} x {options.side} pixels")
    for backbone in options.backbone or ["mobilenetv2"]:
        plain = measure(backbone, mixed=False, products=False, options=options)
        without = measure(backbone, mixed=True, products=False, options=options)
        mixed = measure(backbone, mixed=True, products=True, options=options)
        print(
            f"{backbone}: float32 {plain:.1f} samples/s, bfloat16 {mixed:.1f} samples/s, "
            f"{mixed / plain:.2f} times as fast; without matrix products {without:.1f} samples/s",
            flush=True,
        )


def measure(backbone: str, *, mixed: bool, products: bool, options: argparse.Namespace) -> float:
    """Samples a second; with or without bfloat16, and matrix products for dilated convolutions."""
    network = MattingNetwork(backbone).train().to(memory_format=torch.channels_last)
    spare_from_autocast(network)
    if products:
        multiply_dilated(network)
    model = RawMatte(network)
    optimizer = torch.optim.AdamW(parameter_groups(network), lr=1e-4, fused=True)
    shape = (options.batch, 3, options.side, options.side)
    src, bgr, fgr = (
        torch.rand(shape).contiguous(memory_format=torch.channels_last) for _ in range(3)
    )
    truth = Pair(src, bgr, torch.rand(shape)[:, :1], fgr)
    times = []
    for _ in range(options.steps):
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            raw, off = model(src, bgr)
        objective(raw, off, truth)["total"].backward()
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter() - start)
    return options.batch / sorted(times)[len(times) // 2]


if __name__ == "__main__":
    main()
