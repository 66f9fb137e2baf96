"""Which parts of the generator matter: short equal runs, each with one part left out.

    python benchmarks/ablations.py --from mobilenetv2 --samples 4000 --out runs/ablations \\
        --people people/ --objects objects/ --backgrounds photos/ path/to/evaluation-set

Every run starts from the same weights and draws the same number of samples of the same seed; the
first leaves nothing out, the second neither but with another seed, which shows how large a
difference chance makes. The network alone is measured, at the photos' own size and unaligned. A run
that is done is not done again: call the script once more to go on after an interruption. For two
cores start it twice, with --only for each half of the runs.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from bgmatting.evaluation import EvaluationSet, evaluate, network_predictor
from bgmatting.training.config import TrainingConfig
from bgmatting.training.loop import Trainer
from bgmatting.training.schedule import Schedule, Stage
from bgmatting.training.synthesis.settings import (
    GENERATOR,
    AssetFolders,
    CaptureConfig,
    GeneratorConfig,
)

FULL = "nothing"
AGAIN = "nothing, other seed"
CAPTURE = {
    "shadow, bounce, reflection": {
        "shadow": 0,
        "passer": 0,
        "bounce": 0,
        "contact": 0,
        "reflection": 0,
    },
    "changes of the scene": {"change": 0},
    "exposure and white balance": {"exposure": 0, "residual": 0, "fields": 0},
    "motion and parallax": {"motion": 0, "parallax": 0},
    "blur and sharpening": {"blur": 0, "sharpen": 0},
    "noise, JPEG, rounding": {"noise": 0, "jpeg": 0, "rounding": 0},
}
SUBJECTS = {
    "people": ("people",),
    "objects": ("objects",),
    "drawn shapes": ("humanoid", "blob", "hard"),
    "strands": ("strands",),
    "soft subjects": ("soft",),
}
SCENES = {"photos as scenes": ("photo",), "drawn scenes": ("leaves", "wall", "texture")}
VARIANTS = [FULL, AGAIN, *CAPTURE, *SUBJECTS, *SCENES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dataset", type=Path, help="an evaluation set")
    parser.add_argument("--from", dest="start", default="mobilenetv2", help="weights to start from")
    parser.add_argument("--backbone", default="mobilenetv2")
    parser.add_argument("--samples", type=int, default=4000, help="length of each run")
    parser.add_argument("--side", type=int, default=176, help="of the crops, pixels")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=5e-4, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=0, help="of all runs but the second")
    parser.add_argument("--precision", choices=["no", "bf16"], default="no")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    parser.add_argument("--only", help=f"semicolon-separated, of: {'; '.join(VARIANTS)}")
    for kind in ("people", "objects", "soft", "backgrounds", "textures"):
        parser.add_argument(f"--{kind}", type=Path, action="append", default=[])
    options = parser.parse_args()
    names = [name.strip() for name in options.only.split(";")] if options.only else VARIANTS
    rows = {name: run(name, options) for name in names}
    print(markdown(rows))


def run(name: str, options: argparse.Namespace) -> dict[str, float]:
    """MAD x1e3 by condition after a run without `name`."""
    folder = options.out / name.replace(",", "").replace(" ", "-")
    done = folder / "scores.json"
    if not done.exists():
        begun = (folder / "checkpoint.pt").exists()
        trainer = (Trainer.resume if begun else Trainer.fresh)(config(name, folder, options))
        network = trainer.run()
        pairs = EvaluationSet(options.dataset)
        results = evaluate(network_predictor(network), pairs, method=name)
        scores = {part: results.mean(part)["mad"] for part in results.conditions}
        done.write_text(json.dumps(scores))
    return json.loads(done.read_text())


def config(name: str, folder: Path, options: argparse.Namespace) -> TrainingConfig:
    """The run without `name`."""
    subjects = without(GENERATOR.subjects, SUBJECTS.get(name, ()))
    scenes = without(GENERATOR.scenes, SCENES.get(name, ()))
    return TrainingConfig(
        options.backbone,
        folder,
        folders=AssetFolders(
            people=options.people,
            objects=options.objects,
            soft=options.soft,
            backgrounds=options.backgrounds,
            textures=options.textures,
        ),
        schedule=Schedule(
            samples=options.samples,
            stages=(Stage(1.0, options.side),),
            batch=options.batch,
            rate=options.rate,
            warm_up=30,
        ),
        capture=replace(CaptureConfig(), **CAPTURE.get(name, {})),
        generator=GeneratorConfig(subjects=subjects, scenes=scenes),
        start=options.start,
        seed=options.seed + (name == AGAIN),
        cpu=True,
        precision=options.precision,
        check_every=200,
        validation=8,
    )


def without(shares: dict[str, float], names: tuple[str, ...]) -> dict[str, float]:
    """Shares with some left out; the others grow as one."""
    return {name: share for name, share in shares.items() if name not in names}


def markdown(rows: dict[str, dict[str, float]]) -> str:
    """The table: MAD x1e3 of each run, and how much more than with everything."""
    parts = list(next(iter(rows.values())))
    base = rows.get(FULL)
    lines = [f"| left out | {' | '.join(parts)} |", "|---|" + "---|" * len(parts)]
    for name, scores in rows.items():
        cells = []
        for part in parts:
            more = f" ({scores[part] - base[part]:+.1f})" if base and name != FULL else ""
            cells.append(f"{scores[part]:.1f}{more}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
