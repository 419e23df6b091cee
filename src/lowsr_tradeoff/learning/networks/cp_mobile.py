"""A network of 52 thousand weights for microcontrollers, after CP-Mobile.

Schmid et al., Distilling the knowledge of transformers and CNNs with CP-Mobile (DCASE 2023; limits 128 kB, 30
million multiply-accumulates per second of sound). Our widths and depth are for images of at most 64 bands. Every
stage has stride two, so that a training step takes three times that of ``small_vgg`` on one core, not six.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from lowsr_tradeoff.learning.networks.recogniser import Recogniser, SilentNorm

EXPANSION = 2


@dataclass(frozen=True)
class Stage:
    """A run of blocks at one width; the first changes the width and steps by ``stride`` over bands and frames."""

    n_out: int
    depth: int
    stride: int


STEM = (16, 32)
STAGES = (Stage(40, 2, 2), Stage(72, 2, 2))


class Block(nn.Module):
    """Expand, filter each channel, project; with a skip connection if the shape stays."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        wide = EXPANSION * n_in
        self.keeps_input = n_in == n_out and stride == 1
        self.expand = _convolved(n_in, wide, side=1)
        self.filter = _convolved(wide, wide, side=3, stride=stride, groups=wide)
        self.project = nn.Conv2d(wide, n_out, 1, bias=False)
        self.norm = SilentNorm(n_out) if self.keeps_input else nn.BatchNorm2d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of ``n_out`` channels."""
        y: Tensor = self.norm(self.project(self.filter(self.expand(x))))
        return x + y if self.keeps_input else y


class CpMobile(Recogniser):
    """Two strided convolutions, two stages of blocks, a head; strides round up, so four bands suffice."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        first, n_in = STEM
        self.stem = nn.Sequential(_convolved(1, first, side=3, stride=2), _convolved(first, n_in, side=3, stride=2))
        self.stages = nn.ModuleList()
        for stage in STAGES:
            changing = Block(n_in, stage.n_out, stage.stride)
            steady = (Block(stage.n_out, stage.n_out, 1) for _ in range(stage.depth - 1))
            self.stages.append(nn.Sequential(changing, *steady))
            n_in = stage.n_out
        self.head = nn.Linear(n_in, n_classes)

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps after the stem and after each stage."""
        x = self.stem(images)
        after_stages = [x]
        for stage in self.stages:
            x = stage(x)
            after_stages.append(x)
        return tuple(after_stages)


def _convolved(n_in: int, n_out: int, *, side: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """A convolution, normalised and rectified."""
    convolution = nn.Conv2d(n_in, n_out, side, stride, padding=side // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(n_out), nn.ReLU(inplace=True))
