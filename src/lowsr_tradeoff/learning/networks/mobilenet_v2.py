"""MobileNetV2 of PANNs (Kong et al., arXiv 1912.10211, table 3): inverted residuals, 4.1 million weights.

After Sandler et al. (arXiv 1801.04381), with average pooling instead of strides, the last of them a stage earlier.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from lowsr_tradeoff.learning.networks.panns import Panns, conv3x3


@dataclass(frozen=True)
class Stage:
    """A run of blocks: expansion, output channels, number of blocks, pooling of the first."""

    expansion: int
    n_out: int
    depth: int
    pool: int


STEM = 32
STAGES = (
    Stage(1, 16, 1, 1),
    Stage(6, 24, 2, 2),
    Stage(6, 32, 3, 2),
    Stage(6, 64, 4, 2),
    Stage(6, 96, 3, 2),
    Stage(6, 160, 3, 1),
    Stage(6, 320, 1, 1),
)
LAST = 1280


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; with a skip connection if the shape stays."""

    def __init__(self, n_in: int, n_out: int, expansion: int, pool: int) -> None:
        super().__init__()
        wide = n_in * expansion
        expand = pointwise(n_in, wide) if expansion > 1 else ()
        filtered = pooled(conv3x3(n_in=wide, n_out=wide, groups=wide), pool)
        project = (nn.Conv2d(wide, n_out, 1, bias=False), nn.BatchNorm2d(n_out))
        self.conv = nn.Sequential(*expand, *filtered, *project)
        self.keeps_input = n_in == n_out and pool == 1

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of ``n_out`` channels."""
        y: Tensor = self.conv(x)
        return x + y if self.keeps_input else y


class MobileNetV2(Panns):
    """MobileNetV2 at 32 kHz, without the last pooling, which only the paper's code has."""

    def __init__(self, n_classes: int) -> None:
        super().__init__(LAST, 1024, n_classes)
        blocks: list[nn.Module] = [nn.Sequential(*pooled(conv3x3(1, STEM), 2))]
        n_in = STEM
        for stage in STAGES:
            for number in range(stage.depth):
                pool = stage.pool if number == 0 else 1
                blocks.append(InvertedResidual(n_in, stage.n_out, stage.expansion, pool))
                n_in = stage.n_out
        self.features = nn.Sequential(*blocks, nn.Sequential(*pointwise(n_in, LAST)))

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps after each stage, of 16 to 320 channels, and the 1280 last ones."""
        x = self.standardised(images)
        ends = _stage_ends()
        after_stages = []
        for number, block in enumerate(self.features):
            x = block(x)
            if number in ends:
                after_stages.append(x)
        return *after_stages, x


def pointwise(n_in: int, n_out: int) -> tuple[nn.Module, ...]:
    """Return the layers of a normalised, rectified 1x1 convolution."""
    return nn.Conv2d(n_in, n_out, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU6(inplace=True)


def pooled(convolution: nn.Conv2d, pool: int) -> tuple[nn.Module, ...]:
    """Return an average-pooled convolution's layers; an identity for no pooling keeps the checkpoints' names."""
    average = nn.AvgPool2d(pool) if pool > 1 else nn.Identity()
    return convolution, average, nn.BatchNorm2d(convolution.out_channels), nn.ReLU6(inplace=True)


def _stage_ends() -> set[int]:
    """Which of the features end a stage; the first is the stem.

    >>> sorted(_stage_ends())
    [1, 3, 6, 10, 13, 16, 17]
    """
    return {sum(stage.depth for stage in STAGES[: number + 1]) for number in range(len(STAGES))}
