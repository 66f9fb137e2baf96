"""Encoders: torchvision backbones that take source and background stacked, at output stride 16."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torchvision.models.mobilenetv2 import MobileNetV2
from torchvision.models.resnet import Bottleneck, ResNet

INPUT_CHANNELS = 6  # source RGB, then background RGB


class ResNetEncoder(ResNet):  # type: ignore[misc]
    """ResNet whose last stage is dilated in place of its stride.

    Attributes:
        FINE: the modules that compare source and background pixel by pixel, whose differences may
            be as small as one step of 8 bits: too fine for half precision.
        FOLDS: every batch norm is used right after the convolution declared before it, so that it
            may be folded into that.
    """

    FINE = ("conv1", "layer1")
    FOLDS = True

    def __init__(self, layers: Sequence[int]) -> None:
        super().__init__(
            Bottleneck, list(layers), replace_stride_with_dilation=[False, False, True]
        )
        self.conv1 = nn.Conv2d(INPUT_CHANNELS, 64, 7, stride=2, padding=3, bias=False)
        del self.avgpool, self.fc

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 6, H, W) -> maps at 1/1, 1/2, 1/4, 1/8 and 1/16 of that size, shallowest first."""
        x0 = x
        x1 = self.relu(self.bn1(self.conv1(x0)))  # B, 64, H/2, W/2
        x2 = self.layer1(self.maxpool(x1))  # B, 256, H/4, W/4
        x3 = self.layer2(x2)  # B, 512, H/8, W/8
        x4 = self.layer4(self.layer3(x3))  # B, 2048, H/16, W/16
        return [x0, x1, x2, x3, x4]


class MobileNetV2Encoder(MobileNetV2):  # type: ignore[misc]
    """MobileNetV2 without its last 1x1 block, its last stage dilated in place of its stride.

    Attributes:
        FINE, FOLDS: as in `ResNetEncoder`.
    """

    FINE = ("features.0", "features.1", "features.2", "features.3")
    FOLDS = True

    features: Any  # a Sequential; torchvision leaves its type open

    def __init__(self) -> None:
        super().__init__()
        self.features[0][0] = nn.Conv2d(INPUT_CHANNELS, 32, 3, stride=2, padding=1, bias=False)
        self.features = self.features[:-1]
        # In each of these blocks conv[1][0] is the depthwise convolution.
        self.features[14].conv[1][0].stride = (1, 1)
        for block in self.features[15:]:
            block.conv[1][0].dilation = (2, 2)
            block.conv[1][0].padding = (2, 2)
        del self.classifier

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 6, H, W) -> maps at 1/1, 1/2, 1/4, 1/8 and 1/16 of that size, shallowest first."""
        x0 = x
        x1 = self.features[:2](x0)  # B, 16, H/2, W/2
        x2 = self.features[2:4](x1)  # B, 24, H/4, W/4
        x3 = self.features[4:7](x2)  # B, 32, H/8, W/8
        x4 = self.features[7:](x3)  # B, 320, H/16, W/16
        return [x0, x1, x2, x3, x4]
