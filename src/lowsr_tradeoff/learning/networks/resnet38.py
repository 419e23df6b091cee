"""ResNet38 of PANNs (Kong et al., arXiv 1912.10211, table 2): residual blocks, 73.8 million weights."""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from lowsr_tradeoff.learning.networks.panns import ConvBlock, LargePanns, conv3x3
from lowsr_tradeoff.learning.networks.recogniser import SilentNorm

WIDTHS = (64, 64, 128, 256, 512)
DEPTHS = (3, 4, 6, 3)


class BasicBlock(nn.Module):
    """Two convolutions and a skip connection; where it widens, both are first halved by average pooling."""

    keeps_input = True

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.halves = n_in != n_out
        self.conv1 = conv3x3(n_in, n_out)
        self.bn1 = nn.BatchNorm2d(n_out)
        self.conv2 = conv3x3(n_out, n_out)
        self.bn2 = SilentNorm(n_out)
        if self.halves:
            shortcut = nn.Conv2d(n_in, n_out, 1, bias=False)
            self.downsample = nn.Sequential(nn.AvgPool2d(2), shortcut, nn.BatchNorm2d(n_out))

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the same height and width, or of half."""
        around = self.downsample(x) if self.halves else x
        pooled = functional.avg_pool2d(x, 2) if self.halves else x
        once = functional.relu(self.bn1(self.conv1(pooled)), inplace=True)
        return functional.relu(self.bn2(self.conv2(once)) + around, inplace=True)


class Layers(nn.Module):
    """The residual blocks, in four layers."""

    def __init__(self) -> None:
        super().__init__()
        for number, ((n_in, n_out), depth) in enumerate(zip(pairwise(WIDTHS), DEPTHS, strict=True), start=1):
            blocks = (BasicBlock(n_in if block == 0 else n_out, n_out) for block in range(depth))
            self.add_module(f"layer{number}", nn.Sequential(*blocks))


class ResNet38(LargePanns):
    """ResNet38 at 32 kHz."""

    def __init__(self, n_classes: int, *, as_published: bool = False) -> None:
        super().__init__(n_classes, as_published=as_published)
        self.conv_block1 = ConvBlock(1, 64)
        self.resnet = Layers()
        self.conv_block_after1 = ConvBlock(512, 2048)

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps after the first block, after each layer, and after the last block."""
        x = functional.avg_pool2d(self.conv_block1(self.standardised(images)), 2)
        after_layers = [x]
        for layer in self.resnet.children():
            x = layer(x)
            after_layers.append(x)
        last = self.conv_block_after1(functional.avg_pool2d(x, 2))
        return *after_layers, self.ended(last)
