"""A dense VGG of 100 thousand weights that trains in seconds on one core.

Four convolutions with batch normalisation, in the style of Simonyan & Zisserman (arXiv 1409.1556). They are dense
because depthwise ones train slower on a CPU at equal multiplications: they wait for memory.
"""

from torch import Tensor, nn
from torch.nn import functional

from lowsr_tradeoff.learning.networks.recogniser import Recogniser


class Halve(nn.Module):
    """The maxima of 2x2 fields; a side of length one stays, so that four bands can pass every stage."""

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(n, channels, bands, frames)`` with bands and frames halved, rounded down, at least one."""
        return functional.max_pool2d(x, (min(2, x.shape[2]), min(2, x.shape[3])))


class SmallVgg(Recogniser):
    """Four stages, 128 maps, a head.

    The maximum is taken before the normalisation: at a positive gain the result is equal, for a quarter of the
    cost.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.stages = nn.Sequential(
            *(
                nn.Conv2d(1, 16, 5, stride=2, padding=2, bias=False),
                Halve(),
                nn.BatchNorm2d(16),
                nn.ReLU(inplace=True),
            ),
            *(nn.Conv2d(16, 32, 3, padding=1, bias=False), Halve(), nn.BatchNorm2d(32), nn.ReLU(inplace=True)),
            *(nn.Conv2d(32, 64, 3, padding=1, bias=False), Halve(), nn.BatchNorm2d(64), nn.ReLU(inplace=True)),
            *(nn.Conv2d(64, 128, 3, padding=1, bias=False), nn.BatchNorm2d(128), nn.ReLU(inplace=True)),
        )
        self.head = nn.Linear(128, n_classes)

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps of 16, 32, 64 and 128 channels."""
        after_stages = []
        for layer in self.stages:
            images = layer(images)
            if isinstance(layer, nn.ReLU):
                after_stages.append(images)
        return tuple(after_stages)
