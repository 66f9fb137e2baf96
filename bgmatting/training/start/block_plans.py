"""Which MobileNetV2 blocks each bottleneck of a ResNet encoder takes over."""

from __future__ import annotations

Blocks = tuple[int, ...]

# By how many bottlenecks the stages have, for each of them: the MobileNetV2 blocks whose work it
# takes over. One that stands in several bottlenecks is shared out among them; () adds nothing yet.
PLANS: dict[tuple[int, ...], tuple[tuple[Blocks, ...], ...]] = {
    (3, 4, 6, 3): (
        ((2,), (3,), (3,)),
        ((4,), (5,), (6,), (6,)),
        ((7,), (8,), (9, 10), (11,), (12,), (13,)),
        ((14,), (15, 16), (17,)),
    ),
    (3, 4, 23, 3): (
        ((2,), (3,), (3,)),
        ((4,), (5,), (6,), (6,)),
        ((7,), (8,), (8,), (9,), (9,), (10,), (10,), (11,), (11,), *((12,),) * 3, *((13,),) * 3)
        + ((),) * 8,
        ((14,), (15, 16), (17,)),
    ),
}
