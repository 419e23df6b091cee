"""A dense VGG of 100 thousand weights that trains in seconds on one core.

Four convolutions with batch normalisation, in the style of Simonyan & Zisserman (arXiv 1409.1556), and the pooling
of PANNs (Kong et al., arXiv 1912.10211): mean over bands, then mean plus maximum over time. Dense convolutions,
because on a CPU depthwise ones train slower at the same number of multiplications: they wait for memory.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Halve(nn.Module):
    """The maxima of 2x2 fields; a side of one stays one, so that even four bands pass every stage."""

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(n, channels, bands, frames)`` with bands and frames halved, rounded down, at least one."""
        return functional.max_pool2d(x, (min(2, x.shape[2]), min(2, x.shape[3])))


class SmallVgg(nn.Module):
    """Class scores from log-mel images.

    The maximum is taken before the normalisation. It commutes with a normalisation of positive gain and with the
    rectifier, so the stage computes the same on a quarter of the values.
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

    def embed(self, images: Tensor) -> Tensor:
        """Return what the head reads.

        Shape:
            ``(n, 1, bands, frames)`` → ``(n, 128)``.
        """
        maps = self.stages(images)
        # Unlike mean and amax, these hand back gradients in the memory order of the convolutions.
        over_time = functional.adaptive_avg_pool2d(maps, (1, maps.shape[3]))
        pooled = functional.adaptive_avg_pool2d(over_time, 1) + functional.adaptive_max_pool2d(over_time, 1)
        return pooled.flatten(start_dim=1)

    def forward(self, images: Tensor) -> Tensor:
        """Return class scores.

        Shape:
            ``(n, 1, bands, frames)`` → ``(n, n_classes)``.
        """
        scores: Tensor = self.head(self.embed(images))
        return scores


def small_vgg(n_classes: int, generator: torch.Generator) -> SmallVgg:
    """Return an untrained network whose weights come from the generator alone.

    He initialisation of the convolutions (arXiv 1502.01852), Glorot's of the head (AISTATS 2010).
    """
    with torch.random.fork_rng(devices=()):  # layers draw weights as they are made; none of them stays
        network = SmallVgg(n_classes)
    for layer in network.stages:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    nn.init.xavier_uniform_(network.head.weight, generator=generator)
    nn.init.zeros_(network.head.bias)
    # This memory layout is the fastest for a CPU's convolutions.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
