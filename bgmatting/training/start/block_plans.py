"""Which MobileNetV2 blocks each bottleneck of a ResNet encoder takes over."""

from __future__ import annotations

Blocks = tuple[int, ...]

# For each bottleneck of each stage: the MobileNetV2 blocks whose work it takes over. One that
# stands in several bottlenecks is shared out among them; () adds nothing yet.
PLANS: dict[str, tuple[tuple[Blocks, ...], ...]] = {
    "resnet50": (
        ((2,), (3,), (3,)),
        ((4,), (5,), (6,), (6,)),
        ((7,), (8,), (9, 10), (11,), (12,), (13,)),
        ((14,), (15, 16), (17,)),
    ),
    "resnet101": (
        ((2,), (3,), (3,)),
        ((4,), (5,), (6,), (6,)),
        ((7,), (8,), (8,), (9,), (9,), (10,), (10,), (11,), (11,), *((12,),) * 3, *((13,),) * 3)
        + ((),) * 8,
        ((14,), (15, 16), (17,)),
    ),
}
